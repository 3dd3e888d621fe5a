/** A history folded into its states, as a start without a snapshot does it; what the log costs is not in here. */
import { evolve } from "../../src/kernel/evolve.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import type { ConditionsInput } from "../conditions/input.ts"
import { type Prepare, rateOf } from "../contest/contestant.ts"
import { makeHistory } from "./history.ts"

const prepare: Prepare<ConditionsInput> = (input) => {
  const { definitions, published } = makeHistory(input)
  const states = new Map<string, OrganizationState>()
  let at = 0
  return {
    slice: (ms) =>
      rateOf(ms, () => {
        if (at === published.length) {
          states.clear()
          at = 0
        }
        const { org, records } = published[at++]!
        let state = states.get(org)
        if (state === undefined) states.set(org, (state = emptyState(org)))
        for (const record of records) evolve(state, definitions, record)
      }),
    figures: () => ({ records: published.reduce((sum, { records }) => sum + records.length, 0) / published.length }),
  }
}

export default prepare
