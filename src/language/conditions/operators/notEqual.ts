import { checkScalar, type Operator, SCALAR_FACT } from "./operator.ts"

export const notEqual: Operator = {
  name: "notEqual",
  test: (fact, value) => fact !== value,
  prepare: (value) => (fact) => fact !== value,
  check: checkScalar("notEqual", "notIn"),
  accepts: SCALAR_FACT,
  negative: true,
  cost: 1,
  words: { is: "is not", isNot: "is" },
}
