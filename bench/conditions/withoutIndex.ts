/** Charter's compiled conditions without its index: every contract is tried for every event. */
import { Definitions } from "../../src/kernel/definitions.ts"
import { conditionOf } from "../../src/kernel/linkedContract.ts"
import { EventFacts } from "../../src/kernel/eventFacts.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import type { Prepare } from "../contest/contestant.ts"
import { typeMatches } from "../../src/domain/eventTypes.ts"
import { type ConditionsInput, matching, readWorkload } from "./input.ts"

const NOW = Date.parse("2026-11-02T10:00:00.000Z")

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, ...rules } = readWorkload(input)
  const definitions = new Definitions({ revision: "bench", ...rules })
  const states = new Map<string, OrganizationState>(events.map(({ org }) => [org, emptyState(org)]))
  const all = [...definitions.contracts.values()].map((linked) => ({
    ...linked.contract,
    test: conditionOf(linked).test,
  }))
  return matching(events, (event) => {
    const facts = new EventFacts(event, NOW, states.get(event.org)!, definitions)
    const ids: Array<string> = []
    for (const { id, scope, on, test } of all)
      if (scope === event.org && on.some((pattern) => typeMatches(pattern, event.type)) && test(facts)) ids.push(id)
    return ids
  })
}

export default prepare
