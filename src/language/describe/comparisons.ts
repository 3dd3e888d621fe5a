/** One comparison as a sentence. */
import type { Leaf } from "../../domain/contract.ts"
import { isReference } from "../conditions/checkLeaf.ts"
import { operators } from "../conditions/operators.ts"
import { factPhrase, happened, window } from "./facts.ts"
import type { Inline } from "./facts.ts"
import { enumeration, value } from "./prose.ts"

/** `data.environment is "production"`; `inline` writes the `where` of a counter. */
export const comparisonPhrase = (leaf: Leaf, inline: Inline): string => {
  const decorators = leaf.operator.split(":")
  const operator = decorators.pop()!
  return (
    (decorators.length === 0 ? idiom(leaf, operator, inline) : undefined) ??
    decorated(decorators, operator, factPhrase(leaf, inline), rightSide(leaf.value, operator, decorators, inline))
  )
}

/** What people say instead of "the number of ... is greater than 3". */
const idiom = (leaf: Leaf, operator: string, inline: Inline): string | undefined => {
  const params = leaf.params ?? {}
  if (leaf.path === undefined && leaf.fact === "count" && typeof leaf.value === "number" && QUANTITIES.has(operator))
    return `there have been ${QUANTITIES.get(operator)} ${leaf.value} ${window(params, inline)}`
  if (leaf.path === undefined && leaf.fact === "history" && operator === "equal" && typeof leaf.value === "boolean")
    return (leaf.value ? "" : "it is not so that ") + happened(params, inline)
  const words = operators.get(operator)?.words
  if (words?.unary === true && typeof leaf.value === "boolean")
    return `${factPhrase(leaf, inline)} ${leaf.value ? words.is : words.isNot}`
  return undefined
}

const QUANTITIES: ReadonlyMap<string, string> = new Map([
  ["equal", "exactly"],
  ["lessThan", "fewer than"],
  ["lessThanInclusive", "at most"],
  ["greaterThan", "more than"],
  ["greaterThanInclusive", "at least"],
])

/** Decorators are read from the left, the outermost first. Where there are several, each item gets a name. */
const decorated = (
  decorators: ReadonlyArray<string>,
  operator: string,
  left: string,
  right: string,
  depth = 0,
): string => {
  const [outer, ...inner] = decorators
  if (outer === undefined) return `${left} ${operators.get(operator)?.words.is ?? operator} ${right}`
  if (outer === "not" && inner.length === 0 && OWN_NEGATIONS.has(operator))
    return `${left} ${OWN_NEGATIONS.get(operator)} ${right}`
  if (outer === "not") return `it is not so that ${decorated(inner, operator, left, right, depth)}`
  if (outer === "swap") return decorated(inner, operator, right, left, depth)
  const quantity = outer.startsWith("some") ? "at least one item" : "every item"
  const ofFact = outer.endsWith("Fact")
  const alone = depth === 0 && inner.length === 0
  const item = alone ? `${quantity} of ${ofFact ? left : right}` : depth === 0 ? "x" : `x${depth + 1}`
  const rest = decorated(inner, operator, ofFact ? item : left, ofFact ? right : item, depth + 1)
  return alone ? rest : `for ${quantity} ${item} of ${ofFact ? left : right}, ${rest}`
}

/** Negated words that are not the words of an operator of its own: `is not` is said for `notEqual` alone. */
const OWN_NEGATIONS: ReadonlyMap<string, string> = new Map(
  [...operators.values()]
    .filter(
      ({ words }) => words.unary !== true && ![...operators.values()].some(({ words: { is } }) => is === words.isNot),
    )
    .map(({ name, words }) => [name, words.isNot]),
)

const rightSide = (right: unknown, operator: string, decorators: ReadonlyArray<string>, inline: Inline): string => {
  if (isReference(right)) return factPhrase(right, inline)
  if (Array.isArray(right) && right.length > 0 && decorators.every((name) => !VALUE_DECORATORS.has(name))) {
    if (LISTED.has(operator)) return right.map(value).join(", ")
    if (operator === "between") return enumeration(right.map(value), "and")
  }
  return value(right)
}

const LISTED = new Set(["in", "notIn"])
const VALUE_DECORATORS = new Set(["someValue", "everyValue", "swap"])
