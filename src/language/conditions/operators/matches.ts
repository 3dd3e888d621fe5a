import { linearRegex } from "../regex.ts"
import { checkText, type Operator } from "./operator.ts"

/** RE2's syntax, anywhere in the text unless anchored, in time linear in the text. */
export const matches: Operator = {
  name: "matches",
  test: (fact, value) => {
    if (typeof fact !== "string" || typeof value !== "string") return false
    const regex = linearRegex(value)
    return "test" in regex && regex.test(fact)
  },
  prepare: (value) => {
    const regex = typeof value === "string" ? linearRegex(value) : undefined
    if (regex === undefined || !("test" in regex)) return () => false
    return (fact) => typeof fact === "string" && regex.test(fact)
  },
  check: (value) => {
    const problem = checkText("matches")(value)
    if (problem !== undefined) return problem
    const regex = linearRegex(value as string)
    return "test" in regex
      ? undefined
      : {
          code: "bad-regex",
          message: `${JSON.stringify(value)} is no regular expression in RE2's syntax: ${regex.error}.`,
          suggestion: "RE2 has neither look-around nor back-references, so that every pattern runs in linear time.",
        }
  },
  accepts: ["string"],
  // A pattern out of an event would be compiled for every event.
  literalOnly: true,
  cost: 6,
  words: { is: "matches", isNot: "does not match" },
}
