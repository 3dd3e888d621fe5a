import { checkScalar, type Operator } from "./operator.ts"

/** A list has the value as an item. Text never contains: that is `includes`. */
export const contains: Operator = {
  name: "contains",
  test: (fact, value) => Array.isArray(fact) && fact.indexOf(value) > -1,
  check: checkScalar("contains", "someValue:contains"),
  accepts: ["list"],
  cost: 3,
  words: { is: "contains", isNot: "does not contain" },
}
