import { checkScalar, type Operator, SCALAR_FACT } from "./operator.ts"

/** Strict: no conversion, and lists and maps never equal anything. */
export const equal: Operator = {
  name: "equal",
  test: (fact, value) => fact === value,
  prepare: (value) => (fact) => fact === value,
  check: checkScalar("equal", "in"),
  accepts: SCALAR_FACT,
  cost: 1,
  words: { is: "is", isNot: "is not" },
}
