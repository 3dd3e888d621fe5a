import { checkText, type Operator } from "./operator.ts"

export const includes: Operator = {
  name: "includes",
  test: (fact, value) => typeof fact === "string" && typeof value === "string" && fact.includes(value),
  check: checkText("includes"),
  accepts: ["string"],
  cost: 3,
  words: { is: "includes", isNot: "does not include" },
}
