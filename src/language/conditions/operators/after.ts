import { checkInstant, instantOf } from "./instant.ts"
import type { Operator } from "./operator.ts"

export const after: Operator = {
  name: "after",
  test: (fact, value) => instantOf(fact) > instantOf(value),
  prepare: (value) => {
    const limit = instantOf(value)
    return (fact) => instantOf(fact) > limit
  },
  check: checkInstant("after"),
  accepts: ["string", "number"],
  cost: 5,
  words: { is: "is after", isNot: "is not after" },
}
