/** Conditions as sentences: one comparison a line, groups as indented lists that can be read in one way only. */
import type { Any, Condition, Leaf, Not } from "../../domain/contract.ts"
import { comparisonPhrase } from "./comparisons.ts"
import { missingRemark } from "./missing.ts"
import { layout, quote } from "./prose.ts"
import type { Line } from "./prose.ts"

/** The whole condition, wrapped: groups are lists. */
export const describeCondition = (condition: Condition): string => layout(conditionLines(condition, 0))

/** One comparison: `data.environment is "production"`. */
export const conditionPhrase = (leaf: Leaf): string => comparisonPhrase(leaf, inlineCondition)

/** The whole condition on one line: groups are in brackets. */
export const inlineCondition = (condition: Condition): string => {
  const only = onlyMember(condition)
  if (only !== undefined) return inlineCondition(only)
  if ("all" in condition) return `(${condition.all.map(inlineCondition).join(" and ")})`
  if ("any" in condition) return `(${condition.any.map(inlineCondition).join(" or ")})`
  return singleLine(condition) ?? `not ${inlineCondition((condition as Not).not)}`
}

/** An `all` of one, which the short form makes, is that one. */
const onlyMember = (condition: Condition): Condition | undefined =>
  "all" in condition && condition.all.length === 1 ? condition.all[0] : undefined

/** The lines of {@link describeCondition}; the first one starts with `lead`. */
export const conditionLines = (condition: Condition, indent: number, lead = ""): ReadonlyArray<Line> => {
  const text = singleLine(condition)
  if (text !== undefined) return [{ indent, text: lead + text }]
  const only = onlyMember(condition)
  if (only !== undefined) return conditionLines(only, indent, lead)
  if ("not" in condition) return conditionLines(condition.not, indent, `${lead}it is not so that `)
  const [words, members] =
    "all" in condition
      ? ["all of these hold:", condition.all]
      : ["at least one of these holds:", (condition as Any).any]
  return [{ indent, text: lead + words }, ...members.flatMap((member) => conditionLines(member, indent + 2, "- "))]
}

/** What needs no list: a comparison or a shared condition, negated any number of times. */
export const singleLine = (condition: Condition, negated = false): string | undefined => {
  if ("not" in condition) {
    const inner = singleLine(condition.not, !negated)
    return inner === undefined ? undefined : `it is not so that ${inner}`
  }
  const only = onlyMember(condition)
  if (only !== undefined) return singleLine(only, negated)
  if ("condition" in condition) return `${quote(condition.condition)} holds`
  if ("fact" in condition) return conditionPhrase(condition) + missingRemark(condition, negated)
  return undefined
}
