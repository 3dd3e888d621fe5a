/** Somebody sets the wall clock: the log's time never goes back, and the log says that it was set. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Context, Effect } from "effect"
import { afterEach, beforeEach, expect, it } from "vitest"
import { startCore } from "../../src/daemon.ts"
import { Service } from "../../src/service/Service.ts"
import { inspect } from "../../src/testing/inspect.ts"
import { makeVirtualClock } from "../support/virtualClock.ts"

const RULES = `organization: "@team"
members:
  - { human: dana }
---
contract: two-an-hour
scope: "@team"
on: note.requested
then: limit(2, 1h, org)
`
const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 10, 2, 9)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-clock-"))
  for (const name of ["contracts", "organizations"]) mkdirSync(join(folder, name))
  writeFileSync(join(folder, "contracts", "rules.yaml"), RULES)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it("is recorded both ways, and nothing is counted wrongly by it", async () => {
  const { clock, jump } = makeVirtualClock(START)
  await Effect.gen(function* () {
    const core = yield* startCore(
      { workspace: folder, data: join(folder, "data"), environment: {}, url: () => "" },
      () => Effect.void,
    )
    const service = Context.get(core.context, Service)
    const operator = yield* service.authenticate(core.operatorToken)
    const note = Effect.gen(function* () {
      const [answer] = yield* service.publish(operator, [{ type: "note.requested", org: "@team" }])
      const { event } = yield* service.event(operator, (answer as { readonly id: string }).id)
      return { verdict: (answer as { readonly verdict: string }).verdict, time: Date.parse(event.time) - START }
    })
    expect(yield* note).toEqual({ verdict: "allow", time: 0 })
    jump(-2 * HOUR_MS)
    expect(yield* note).toEqual({ verdict: "allow", time: 0 })
    expect(yield* note).toEqual({ verdict: "deny", time: 0 })
    jump(3 * HOUR_MS)
    expect(yield* note).toEqual({ verdict: "allow", time: HOUR_MS })
    const jumps = yield* service.events(operator, { org: "@team", types: ["clock.jumped"], limit: 10, order: "asc" })
    expect(jumps.items.map(({ event }) => event.data)).toEqual([{ by: -2 * HOUR_MS }, { by: 3 * HOUR_MS }])
  }).pipe(Effect.provideService(Clock.Clock, clock), Effect.scoped, Effect.runPromise)
  expect((await inspect(join(folder, "data"), {})).violations).toEqual([])
})
