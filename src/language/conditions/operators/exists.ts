import { ANY_FACT, nameOf, type Operator, wrongValue } from "./operator.ts"

/** `true`: there is a value, `null` included. `false`: it is missing. */
export const exists: Operator = {
  name: "exists",
  test: (fact, value) => (fact !== undefined) === value,
  check: (value) =>
    typeof value === "boolean" ? undefined : wrongValue(`\`exists\` needs true or false, not ${nameOf(value)}.`),
  accepts: ANY_FACT,
  cost: 1,
  words: { is: "exists", isNot: "is missing", unary: true },
}
