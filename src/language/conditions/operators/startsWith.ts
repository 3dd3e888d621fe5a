import { checkText, type Operator } from "./operator.ts"

export const startsWith: Operator = {
  name: "startsWith",
  test: (fact, value) => typeof fact === "string" && typeof value === "string" && fact.startsWith(value),
  check: checkText("startsWith"),
  accepts: ["string"],
  cost: 3,
  words: { is: "starts with", isNot: "does not start with" },
}
