import { isMember, memberOf } from "./membership.ts"
import { checkList, type Operator, SCALAR_FACT } from "./operator.ts"

export const notIn: Operator = {
  name: "notIn",
  test: (fact, value) => !isMember(fact, value),
  prepare: (value) => {
    const has = memberOf(value)
    return (fact) => !has(fact)
  },
  check: checkList("notIn", "notEqual"),
  accepts: SCALAR_FACT,
  negative: true,
  cost: 2,
  words: { is: "is none of", isNot: "is one of" },
}
