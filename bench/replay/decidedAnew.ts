/** A history decided anew, event after event, as a simulation of other rules does it. */
import type { ConditionsInput } from "../conditions/input.ts"
import { type Prepare, rateOf } from "../contest/contestant.ts"
import { compareReplay, makeHistory, player } from "./history.ts"

const prepare: Prepare<ConditionsInput> = (input) => {
  const history = makeHistory(input)
  const { definitions, published } = history
  const equal = compareReplay(history)
  let play = player(definitions)
  let at = 0
  return {
    slice: (ms) =>
      rateOf(ms, () => {
        if (at === published.length) [play, at] = [player(definitions), 0]
        play(published[at++]!)
      }),
    figures: () => ({ equal }),
  }
}

export default prepare
