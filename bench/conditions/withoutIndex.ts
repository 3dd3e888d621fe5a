/** Charter's compiled conditions without its index: every contract is tried for every event. */
import { Definitions } from "../../src/kernel/definitions.ts"
import { EventFacts } from "../../src/kernel/eventFacts.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import type { Prepare } from "../contest/contestant.ts"
import { familyOf } from "../workload/shape.ts"
import { type ConditionsInput, matching, readWorkload } from "./input.ts"

const NOW = Date.parse("2026-11-02T10:00:00.000Z")

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, ...rules } = readWorkload(input)
  const definitions = new Definitions({ revision: "bench", ...rules })
  const states = new Map<string, OrganizationState>(events.map(({ org }) => [org, emptyState(org)]))
  const all = [...definitions.contracts.values()].map(({ contract: { id, scope, on }, compiled: { test } }) => {
    const pattern = on[0]!
    return { id, scope, pattern, family: pattern.endsWith(".*") ? familyOf(pattern) : undefined, test }
  })
  return matching(events, (event) => {
    const facts = new EventFacts(event, NOW, states.get(event.org)!, definitions)
    const family = familyOf(event.type)
    const ids: Array<string> = []
    for (const one of all)
      if (one.scope === event.org && (one.pattern === event.type || one.family === family) && one.test(facts))
        ids.push(one.id)
    return ids
  })
}

export default prepare
