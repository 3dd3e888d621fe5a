import { isEventPattern, typeMatches } from "../../../domain/eventTypes.ts"
import { checkText, type Operator } from "./operator.ts"

/** A member (`actor`) has the role; a list of roles has it; an event type matches the pattern. */
export const isA: Operator = {
  name: "isA",
  test: (fact, value) => {
    if (typeof value !== "string") return false
    if (typeof fact === "string") return isEventPattern(value) && typeMatches(value, fact)
    const roles = rolesOf(fact)
    return Array.isArray(roles) && roles.indexOf(value) > -1
  },
  check: checkText("isA"),
  accepts: ["object", "list", "string"],
  cost: 4,
  words: { is: "is a", isNot: "is not a" },
}

const rolesOf = (fact: unknown): unknown =>
  typeof fact !== "object" || fact === null || Array.isArray(fact)
    ? fact
    : Object.hasOwn(fact, "roles")
      ? (fact as { readonly roles: unknown }).roles
      : undefined
