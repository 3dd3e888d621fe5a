import { checkScalar, type Operator } from "./operator.ts"

/** A list without the value. As in the library a fact that is no list is neither with nor without: false. */
export const doesNotContain: Operator = {
  name: "doesNotContain",
  test: (fact, value) => Array.isArray(fact) && fact.indexOf(value) === -1,
  check: checkScalar("doesNotContain", "everyValue:doesNotContain"),
  accepts: ["list"],
  cost: 3,
  words: { is: "is a list without", isNot: "is no list without" },
}
