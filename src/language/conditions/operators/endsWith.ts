import { checkText, type Operator } from "./operator.ts"

export const endsWith: Operator = {
  name: "endsWith",
  test: (fact, value) => typeof fact === "string" && typeof value === "string" && fact.endsWith(value),
  check: checkText("endsWith"),
  accepts: ["string"],
  cost: 3,
  words: { is: "ends with", isNot: "does not end with" },
}
