import { isMember, memberOf } from "./membership.ts"
import { checkList, type Operator, SCALAR_FACT } from "./operator.ts"

export const isIn: Operator = {
  name: "in",
  test: isMember,
  prepare: memberOf,
  check: checkList("in", "equal"),
  accepts: SCALAR_FACT,
  cost: 2,
  words: { is: "is one of", isNot: "is none of" },
}
