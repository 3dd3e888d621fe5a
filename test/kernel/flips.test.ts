/** What would have changed a verdict, where limits and budgets have a part in it. */
import { describe, expect, it } from "vitest"
import { verdictFlips } from "../../src/kernel/explanation.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const NOW = Date.UTC(2026, 10, 2, 9)

const flipsUnder = (rules: string, type: string, ...published: ReadonlyArray<Record<string, unknown>>) => {
  const definitions = definitionsFrom(`organization: "@team"
members:
  - { human: dana }
  - { agent: coder, limits: { usd: 5 } }
  - { agent: frugal, limits: { usd: 1 } }
---
contract: none-in-red
scope: "@team"
on: ${type}
when: { data.colour: red }
then: deny("not in red")
---
contract: so-much
scope: "@team"
on: ${type}
then:
  - ${rules}
---
contract: none-that-is-light
scope: "@team"
on: ${type}
when: { data.kilos: { lessThan: 2 } }
then: deny("too light")
`)
  const state = emptyState("@team")
  const turn = new Turn(state, definitions, NOW)
  published.forEach((data, index) => {
    const actor = { name: "coder", kind: "agent" as const, roles: [] }
    turn.execute({ kind: "publish", event: { id: `e${index}`, source: "test", org: "@team", type, actor, data } })
  })
  const asked = turn.records.findLast(({ event }) => event.type === type)!
  return verdictFlips(definitions, asked).map(({ verdict, contracts }) => ({ verdict, contracts }))
}

const SO_MUCH = ["@team/so-much"]

describe("without what denies it", () => {
  it("it would have waited for room", () => {
    const rules = "limit: { max: 1, within: 1h, otherwise: defer }"
    expect(flipsUnder(rules, "ship.requested", {}, { colour: "red" })).toEqual([
      { verdict: "hold", contracts: SO_MUCH },
    ])
  })
  it("a limit that is used up would have denied it all the same", () => {
    const rules = "limit: { max: 1, within: 1h }"
    expect(flipsUnder(rules, "ship.requested", {}, { colour: "red" })).toEqual([])
  })
  it("and so would a budget", () => {
    const run = { run: "r1", member: "coder" }
    const rules = "budget: { usd: 5, within: 1d }"
    expect(flipsUnder(rules, "run.requested", run, { ...run, run: "r2", colour: "red" })).toEqual([])
    expect(flipsUnder(rules, "run.requested", { ...run, colour: "red" })).toEqual([
      { verdict: "allow", contracts: SO_MUCH },
    ])
  })
  it("nothing is said where the change would make it cost something else", () => {
    const rules = "limit: { max: 10, within: 1h, cost: data.kilos }"
    expect(flipsUnder(rules, "ship.requested", { kilos: 9 }, { kilos: 1 })).toEqual([])
  })
  it("nor where another member would reserve something else", () => {
    const rules = "budget: { usd: 5, within: 1d }"
    const run = { run: "r1", member: "frugal" }
    expect(flipsUnder(rules, "run.requested", run, { run: "r2", member: "coder", kilos: 1 })).toEqual([])
  })
})
