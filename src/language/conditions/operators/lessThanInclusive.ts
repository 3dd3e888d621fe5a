import { loosely } from "./loosely.ts"
import { checkNumber, type Operator } from "./operator.ts"

const holds = (fact: number, value: number): boolean => fact <= value

export const lessThanInclusive: Operator = {
  name: "lessThanInclusive",
  test: (fact, value) =>
    typeof fact === "number" && typeof value === "number" ? fact <= value : loosely(fact, value, holds),
  prepare: (value) => {
    if (typeof value !== "number") return (fact) => loosely(fact, value, holds)
    return (fact) => (typeof fact === "number" ? fact <= value : loosely(fact, value, holds))
  },
  check: checkNumber("lessThanInclusive"),
  accepts: ["number"],
  cost: 2,
  words: { is: "is at most", isNot: "is not at most" },
}
