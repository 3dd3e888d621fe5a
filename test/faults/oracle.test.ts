/** One operator is compiled wrongly: json-rules-engine finds it out while the daemon runs, and says so. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { startCore } from "../../src/daemon.ts"
import { createCompiler } from "../../src/language/conditions/compile.ts"
import { type OperatorTable, operators } from "../../src/language/conditions/operators.ts"
import { Service } from "../../src/service/Service.ts"
import { Oracle } from "../../src/supervision/Oracle.ts"
import { ConditionCompiler } from "../../src/supervision/Revisions.ts"

const RULES = `organization: "@team"
members:
  - { human: dana }
---
contract: nothing-expensive
scope: "@team"
on: buy.requested
when: { data.price: { greaterThan: 100 } }
then: deny("too expensive")
`

const wrong: OperatorTable = new Map(operators).set("greaterThan", {
  ...operators.get("greaterThan")!,
  test: (fact, value) => (fact as number) >= (value as number),
  prepare: (value) => (fact) => (fact as number) >= (value as number),
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-oracle-"))
  for (const name of ["contracts", "organizations"]) mkdirSync(join(folder, name))
  writeFileSync(join(folder, "contracts", "rules.yaml"), RULES)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Asks for something at this price; what the log and the metrics say once the oracle has looked at it. */
const buy = (price: number, table: OperatorTable) =>
  Effect.gen(function* () {
    const core = yield* startCore(
      { workspace: folder, data: join(folder, "data"), environment: {}, url: () => "" },
      () => Effect.void,
    )
    const service = Context.get(core.context, Service)
    const operator = yield* service.authenticate(core.operatorToken)
    const [answer] = yield* service.publish(operator, [{ type: "buy.requested", org: "@team", data: { price } }])
    // Whoever asks is answered before the oracle is told; it has been told by the time that the next one is answered.
    yield* service.publish(operator, [{ type: "next.noted", org: "@team" }])
    yield* Context.get(core.context, Oracle).settled
    const { items } = yield* service.events(operator, { types: ["oracle.differed"], limit: 10, order: "asc" })
    const metrics = yield* service.metrics(operator)
    return {
      verdict: (answer as { readonly verdict: string }).verdict,
      alarms: items.map(({ event }) => event.data),
      differed: Number(/charter_oracle_checks_total\{result="differed"\} (\d+)/.exec(metrics)?.[1] ?? 0),
      agreed: Number(/charter_oracle_checks_total\{result="agreed"\} (\d+)/.exec(metrics)?.[1] ?? 0),
    }
  }).pipe(
    Effect.provideService(ConditionCompiler, createCompiler({ operators: table })),
    Effect.scoped,
    Effect.runPromise,
  )

describe("the oracle", () => {
  it("agrees with what is compiled rightly", async () => {
    const { verdict, alarms, differed, agreed } = await buy(100, operators)
    expect(verdict).toBe("allow")
    expect({ alarms, differed }).toEqual({ alarms: [], differed: 0 })
    expect(agreed).toBeGreaterThan(0)
  })

  it("raises an alarm and a metric where the two differ", async () => {
    const { verdict, alarms, differed } = await buy(100, wrong)
    expect(verdict).toBe("deny")
    expect(alarms).toEqual([
      expect.objectContaining({ contract: "@team/nothing-expensive", compiled: true, library: false }),
    ])
    expect(differed).toBe(1)
  })

  it("is silent where the mistake makes no difference", async () => {
    const before = await buy(200, wrong)
    expect(before).toMatchObject({ verdict: "deny", alarms: [] })
  })
})
