import { checkInstant, instantOf } from "./instant.ts"
import type { Operator } from "./operator.ts"

export const before: Operator = {
  name: "before",
  test: (fact, value) => instantOf(fact) < instantOf(value),
  prepare: (value) => {
    const limit = instantOf(value)
    return (fact) => instantOf(fact) < limit
  },
  check: checkInstant("before"),
  accepts: ["string", "number"],
  cost: 5,
  words: { is: "is before", isNot: "is not before" },
}
