/** Much becomes due at one moment, more than one commit may hold: it is done in several, and nothing is stuck. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Context, Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { startCore } from "../../src/daemon.ts"
import { Service } from "../../src/service/Service.ts"
import { Mailboxes } from "../../src/supervision/Mailboxes.ts"
import { inspect } from "../../src/testing/inspect.ts"
import { makeVirtualClock } from "../support/virtualClock.ts"

const HELD = 700
const START = Date.UTC(2026, 10, 2, 9)
const HOUR_MS = 3_600_000

const rules = (fred: string): string => `organization: "@team"
owner: dana
members:
  - { human: dana }
  - { human: erin }
${fred}---
contract: everybody-agrees
scope: "@team"
on: deploy.requested
then:
  - require_votes: { resolution: unanimous, from: org.humans, within: 1h, self: true }
`
const FRED = "  - { human: fred }\n"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-crowds-"))
  for (const name of ["contracts", "organizations"]) mkdirSync(join(folder, name))
  writeFileSync(join(folder, "contracts", "rules.yaml"), rules(FRED))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Daemon {
  readonly publish: (types: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<unknown>, unknown>
  readonly waiting: Effect.Effect<number, unknown>
}

const withDaemon = <A>(now: number, use: (daemon: Daemon) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.gen(function* () {
    const core = yield* startCore(
      { workspace: folder, data: join(folder, "data"), environment: {}, url: () => "" },
      () => Effect.void,
    )
    const service = Context.get(core.context, Service)
    const mailboxes = Context.get(core.context, Mailboxes)
    const operator = yield* service.authenticate(core.operatorToken)
    return yield* use({
      publish: (types) =>
        service.publish(
          operator,
          types.map((type) => ({ type, org: "@team" })),
        ),
      waiting: Effect.map(mailboxes.state("@team"), ({ holds }) => holds.size),
    })
  }).pipe(Effect.provideService(Clock.Clock, makeVirtualClock(now).clock), Effect.scoped, Effect.runPromise)

beforeEach(() =>
  withDaemon(START, ({ publish, waiting }) =>
    Effect.gen(function* () {
      for (let number = 0; number < HELD; number += 100)
        yield* publish(Array.from({ length: 100 }, () => "deploy.requested"))
      expect(yield* waiting).toBe(HELD)
    }),
  ),
)

/** The next daemon decides an event, and nothing waits any more. */
const isDone = (now: number): Promise<void> =>
  withDaemon(now, ({ publish, waiting }) =>
    Effect.gen(function* () {
      expect(yield* publish(["note.requested"])).toMatchObject([{ verdict: "allow" }])
      expect(yield* waiting).toBe(0)
    }),
  )

describe("more than one commit may hold", () => {
  it("is due at one moment, after a night", async () => {
    await isDone(START + HOUR_MS)
    const { violations, records } = await inspect(join(folder, "data"), {})
    expect(violations).toEqual([])
    expect(records.filter(({ event }) => event.type === "hold.expired")).toHaveLength(HELD)
  })

  it("is decided by a revision: who has left cannot agree any more", async () => {
    writeFileSync(join(folder, "contracts", "rules.yaml"), rules(""))
    await isDone(START)
    const { violations, records } = await inspect(join(folder, "data"), {})
    expect(violations).toEqual([])
    expect(records.filter(({ event }) => event.type === "proposal.defeated")).toHaveLength(HELD)
  })
})
