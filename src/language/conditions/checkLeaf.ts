/** What the loader refuses in a leaf although the library would let it pass, or fail on it only when an event comes. */
import { FACT_NAMES, type FactName, type Leaf } from "../../domain/contract.ts"
import { didYouMean } from "../suggest.ts"
import { checkParams } from "./checkParams.ts"
import { decoratedOperator, type DecoratedOperator, decoratorNames } from "./decorators.ts"
import { FACT_SHAPES, type FactShape, type FieldShape } from "./factFields.ts"
import { type FactType, type Operator, type Problem, wrongValue } from "./operators/operator.ts"
import { checkPath, parsePath } from "./path.ts"
import { isReference, type Reference } from "./reference.ts"
import { unknownKeys, unknownName } from "./unknownNames.ts"

export { isReference } from "./reference.ts"

export interface LeafProblem extends Problem {
  /** The key of the leaf that is wrong. */
  readonly at: "fact" | "operator" | "value" | "path" | "params"
}

type At = LeafProblem["at"]

export const leafCheck =
  (operators: ReadonlyMap<string, Operator>) =>
  (leaf: Leaf): ReadonlyArray<LeafProblem> => {
    const problems: Array<LeafProblem> = []
    const found = (at: At, problem: Problem | undefined): void => {
      if (problem !== undefined) problems.push({ ...problem, at })
    }
    const shape = checkReference(leaf, "path", "params", found, operators)
    const operator = checkOperator(leaf.operator, operators, found)
    if (operator === undefined) return problems
    if (isReference(leaf.value)) {
      if (operator.operator.literalOnly === true)
        found(
          "value",
          wrongValue(`The value of \`${leaf.operator}\` stands in the contract; it cannot come from a fact.`),
        )
      found("value", unknownKeys("A value read from a fact", leaf.value, ["fact", "path", "params"]))
      checkReference(leaf.value, "value", "value", found, operators)
      return problems
    }
    const value = checkValue(operator, leaf.value)
    found("value", value)
    if (shape !== undefined) {
      const type = checkType(leaf.operator, operator, shape.type)
      found("operator", type)
      if (type === undefined && value === undefined) found("value", checkPossible(operator, leaf.value, shape))
    }
    return problems
  }

type Found = (at: At, problem: Problem | undefined) => void

/** Checks fact, path and parameters, and gives what is known of the value that they read. */
const checkReference = (
  { fact, path, params }: Reference,
  atPath: At,
  atParams: At,
  found: Found,
  operators: ReadonlyMap<string, Operator>,
): FieldShape | undefined => {
  if (!FACT_NAMES.includes(fact)) {
    found(atPath === "value" ? "value" : "fact", unknownName("fact", String(fact), FACT_NAMES))
    return undefined
  }
  const shape = FACT_SHAPES[fact]
  for (const problem of checkParams(fact, shape, params, leafCheck(operators))) found(atParams, problem)
  if (path === undefined) return shape
  const problem = checkPath(path)
  found(atPath, problem)
  return problem === undefined ? fieldAt(fact, shape, path, (fault) => found(atPath, fault)) : undefined
}

const fieldAt = (
  fact: FactName,
  shape: FactShape,
  path: string,
  found: (problem: Problem) => void,
): FieldShape | undefined => {
  const parsed = parsePath(path)
  if ("code" in parsed || parsed.keys === undefined) return undefined
  if (shape.type !== "object" && shape.type !== "unknown" && parsed.keys.length > 0) {
    found({
      code: "bad-path",
      message: `\`${fact}\` has no parts, so a path says nothing.`,
      suggestion: "Leave the path out.",
    })
    return undefined
  }
  let at: FieldShape = shape
  let name: string = fact
  for (const key of parsed.keys) {
    if (at.fields === undefined) return undefined
    const next = Object.hasOwn(at.fields, key) ? at.fields[key] : undefined
    if (next === undefined) {
      found(unknownName(`part of \`${name}\``, key, Object.keys(at.fields), "unknown-path"))
      return undefined
    }
    at = next
    name = `${name}.${key}`
  }
  return at
}

const checkOperator = (
  name: unknown,
  operators: ReadonlyMap<string, Operator>,
  found: Found,
): DecoratedOperator | undefined => {
  if (typeof name !== "string") {
    found("operator", {
      code: "unknown-operator",
      message: "An operator is a name.",
      suggestion: `Known are ${[...operators.keys()].join(", ")}.`,
    })
    return undefined
  }
  const parts = name.split(":")
  if (parts.length - 1 > MAX_DECORATORS) {
    found("operator", {
      code: "too-many-decorators",
      message: `An operator may have up to ${MAX_DECORATORS} decorators.`,
    })
    return undefined
  }
  const base = parts.pop()!
  for (const part of parts)
    if (!decoratorNames.includes(part))
      found("operator", unknownName("operator decorator", part, decoratorNames, "unknown-decorator"))
  if (!operators.has(base)) found("operator", unknownName("operator", base, operators.keys()))
  return decoratedOperator(name, operators)
}

/** Of one operator. */
export const MAX_DECORATORS = 8

/** Goes through the decorators as the evaluation does, outermost first. */
const checkValue = ({ decorators, operator }: DecoratedOperator, value: unknown): Problem | undefined => {
  if (value === undefined) return { code: "missing-value", message: "A condition needs a `value` to compare with." }
  let values: ReadonlyArray<unknown> = [value]
  for (const { name } of decorators) {
    if (name === "swap")
      return operator.literalOnly === true
        ? wrongValue(`\`swap:${operator.name}\` would take its value from the event.`)
        : undefined
    if (name !== "someValue" && name !== "everyValue") continue
    const odd = values.find((item) => !Array.isArray(item) || item.length === 0)
    if (odd !== undefined)
      return wrongValue(`\`${name}\` goes through a list of values, and needs one that is not empty.`, "Write a list.")
    values = values.flatMap((item) => item as ReadonlyArray<unknown>)
  }
  for (const item of values) {
    const problem = operator.check(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** An operator on a fact of which it is known that it can never hold. */
const checkType = (name: string, { decorators, operator }: DecoratedOperator, type: FactType): Problem | undefined => {
  let known = type
  for (const decorator of decorators) {
    if (decorator.name === "swap" || known === "unknown") return undefined
    if (decorator.name !== "someFact" && decorator.name !== "everyFact") continue
    if (known !== "list")
      return {
        code: "wrong-operator",
        message: `\`${decorator.name}\` goes through a list, and this fact is ${WORDS[known]}.`,
      }
    known = "string"
  }
  if (known === "unknown" || operator.accepts.includes(known)) return undefined
  return {
    code: "wrong-operator",
    message: `\`${name}\` can never hold here: it needs ${operator.accepts.map((item) => WORDS[item]).join(" or ")}, and this fact is ${WORDS[known]}.`,
    ...(ALTERNATIVES[known]?.[operator.name] === undefined
      ? {}
      : { suggestion: `Write \`${ALTERNATIVES[known]![operator.name]}\`.` }),
  }
}

const WORDS: Readonly<Record<FactType, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  list: "a list",
  object: "a map",
  unknown: "anything",
}

const ALTERNATIVES: Readonly<Partial<Record<FactType, Readonly<Record<string, string>>>>> = {
  list: {
    equal: "contains",
    notEqual: "not:contains",
    in: "someFact:in",
    notIn: "not:someFact:in",
    includes: "contains",
    matches: "someFact:matches",
  },
  string: { contains: "includes", doesNotContain: "not:includes" },
  object: { equal: "isA", in: "someValue:isA", contains: "isA" },
}

/** A literal that a fact with a fixed range of values cannot have: `clock.weekday: Friday`. */
const checkPossible = (
  { decorators, operator }: DecoratedOperator,
  value: unknown,
  shape: FieldShape,
): Problem | undefined => {
  if (decorators.some(({ name }) => name !== "not" && name !== "someValue" && name !== "everyValue")) return undefined
  if (!EQUALITIES.has(operator.name) || shape.type === "unknown" || shape.type === "list" || shape.type === "object")
    return undefined
  for (const item of [value].flat(2)) {
    if (typeof item !== shape.type)
      return wrongValue(`This fact is ${WORDS[shape.type]}, and never equal to ${JSON.stringify(item)}.`)
    if (shape.values !== undefined && !shape.values.includes(item as string))
      return wrongValue(
        `This fact is one of ${shape.values.join(", ")}, and never ${JSON.stringify(item)}.`,
        didYouMean(item as string, shape.values),
      )
    if (shape.range !== undefined && !((item as number) >= shape.range[0] && (item as number) <= shape.range[1]))
      return wrongValue(`This fact is from ${shape.range[0]} to ${shape.range[1]}, and never ${String(item)}.`)
  }
  return undefined
}

const EQUALITIES: ReadonlySet<string> = new Set(["equal", "notEqual", "in", "notIn"])
