/** Charter's own way: the cell of the event's organization and type, and the contracts in it that match. */
import { match } from "../../src/kernel/cell.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { EventFacts } from "../../src/kernel/eventFacts.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import type { Prepare } from "../contest/contestant.ts"
import { type ConditionsInput, matching, readWorkload } from "./input.ts"

const NOW = Date.parse("2026-11-02T10:00:00.000Z")

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, ...rules } = readWorkload(input)
  const definitions = new Definitions({ revision: "bench", ...rules })
  const states = new Map<string, OrganizationState>(events.map(({ org }) => [org, emptyState(org)]))
  return matching(events, (event) => {
    const facts = new EventFacts(event, NOW, states.get(event.org)!, definitions)
    const { matched } = match(definitions.cell(event.org, event.type), facts)
    return matched.map(({ contract }) => contract.id)
  })
}

export default prepare
