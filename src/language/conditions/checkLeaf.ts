/** What the loader refuses in a leaf although the library would let it pass, or fail on it only when an event comes. */
import { FACT_NAMES, type Condition, type FactName, type FactParams, type Leaf } from "../../domain/contract.ts"
import { isEventPattern } from "../../domain/eventTypes.ts"
import { didYouMean } from "../suggest.ts"
import { isTimeZone } from "./clock.ts"
import { decoratedOperator, type DecoratedOperator, decoratorNames } from "./decorators.ts"
import { COUNTER_FACTS, COUNTER_KEYS, FACT_SHAPES, type FactShape, type FieldShape } from "./factFields.ts"
import { type FactType, type Operator, type Problem, wrongValue } from "./operators/operator.ts"
import { checkPath, parsePath } from "./path.ts"

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
      if (problem !== undefined) problems.push({ at, ...problem })
    }
    const shape = checkReference(leaf, "path", "params", found, operators)
    const operator = checkOperator(leaf.operator, operators, found)
    if (operator === undefined) return problems
    if (isReference(leaf.value)) {
      const { operator: base } = operator
      if (base.literalOnly === true || operator.decorators.some(({ name }) => name === "swap" && base.literalOnly))
        found("value", wrongValue(`The value of \`${leaf.operator}\` stands in the contract; it cannot come from a fact.`))
      found("value", unknownKeys("A value read from a fact", leaf.value, ["fact", "path", "params"]))
      checkReference(leaf.value as unknown as Leaf, "value", "value", found, operators)
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

/** A right side that is read from a fact: any map that owns `fact`, as in the library. */
export const isReference = (
  value: unknown,
): value is { readonly fact: FactName; readonly path?: string; readonly params?: FactParams } =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "fact")

type Found = (at: At, problem: Problem | undefined) => void

/** Checks fact, path and parameters, and gives what is known of the value that they read. */
const checkReference = (
  { fact, path, params }: Pick<Leaf, "fact" | "path" | "params">,
  atPath: At,
  atParams: At,
  found: Found,
  operators: ReadonlyMap<string, Operator>,
): FieldShape | undefined => {
  if (!FACT_NAMES.includes(fact)) {
    found(atPath === "value" ? "value" : "fact", unknown("fact", String(fact), FACT_NAMES))
    return undefined
  }
  const shape = FACT_SHAPES[fact]
  for (const problem of checkParams(fact, shape, params, operators)) found(atParams, problem)
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
    found({ code: "bad-path", message: `\`${fact}\` has no parts, so a path says nothing.`, suggestion: "Leave the path out." })
    return undefined
  }
  let at: FieldShape = shape
  let name: string = fact
  for (const key of parsed.keys) {
    if (at.fields === undefined) return undefined
    const next = Object.hasOwn(at.fields, key) ? at.fields[key] : undefined
    if (next === undefined) {
      found(unknown(`part of \`${name}\``, key, Object.keys(at.fields), "unknown-path"))
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
    found("operator", { code: "unknown-operator", message: "An operator is a name.", suggestion: `Known are ${[...operators.keys()].join(", ")}.` })
    return undefined
  }
  const parts = name.split(":")
  if (parts.length - 1 > MAX_DECORATORS) {
    found("operator", { code: "too-many-decorators", message: `An operator may have up to ${MAX_DECORATORS} decorators.` })
    return undefined
  }
  const base = parts.pop()!
  for (const part of parts)
    if (!decoratorNames.includes(part)) found("operator", unknown("operator decorator", part, decoratorNames, "unknown-decorator"))
  if (!operators.has(base)) found("operator", unknown("operator", base, operators.keys()))
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
      return { code: "wrong-operator", message: `\`${decorator.name}\` goes through a list, and this fact is ${WORDS[known]}.` }
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
  list: { equal: "contains", notEqual: "not:contains", in: "someFact:in", notIn: "not:someFact:in", includes: "contains", matches: "someFact:matches" },
  string: { contains: "includes", doesNotContain: "not:includes" },
  object: { equal: "isA", in: "someValue:isA", contains: "isA" },
}

/** A literal that a fact with a fixed range of values cannot have: `clock.weekday: Friday`. */
const checkPossible = ({ decorators, operator }: DecoratedOperator, value: unknown, shape: FieldShape): Problem | undefined => {
  if (decorators.some(({ name }) => name !== "not" && name !== "someValue" && name !== "everyValue")) return undefined
  if (!EQUALITIES.has(operator.name) || shape.type === "unknown" || shape.type === "list" || shape.type === "object") return undefined
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

function* checkParams(
  fact: FactName,
  shape: FactShape,
  params: FactParams | undefined,
  operators: ReadonlyMap<string, Operator>,
): Generator<Problem> {
  const given: Readonly<Record<string, unknown>> = params === undefined ? {} : { ...params }
  const stray = unknownKeys(`\`${fact}\``, given, shape.params ?? [])
  if (stray !== undefined) yield stray
  for (const name of shape.requiredParams ?? [])
    if (given[name] === undefined)
      yield { code: "missing-param", message: `\`${fact}\` needs \`params: { ${name}: ${EXAMPLES[name]} }\`.` }
  for (const name of ["of", "since"] as const)
    if (given[name] !== undefined && !(typeof given[name] === "string" && isEventPattern(given[name])))
      yield badParam(name, "an event pattern such as deploy.requested or github.**")
  if (given["within"] !== undefined && !(Number.isFinite(given["within"]) && (given["within"] as number) > 0))
    yield badParam("within", "a duration such as 1h")
  const by = given["by"]
  if (by !== undefined && !(COUNTER_KEYS as ReadonlyArray<unknown>).includes(by)) {
    if (typeof by === "string" && by.startsWith("$")) {
      const problem = checkDefinite(by)
      if (problem !== undefined) yield problem
    } else {
      yield {
        code: "bad-param",
        message: `\`by\` is one of ${COUNTER_KEYS.join(", ")}, or a path into the data that starts with $.`,
        ...(typeof by === "string" ? suggest(didYouMean(by, COUNTER_KEYS)) : {}),
      }
    }
  }
  if (given["value"] !== undefined) {
    const problem = checkDefinite(given["value"])
    if (problem !== undefined) yield problem
  }
  if (given["tz"] !== undefined && !isTimeZone(given["tz"])) yield badParam("tz", "a time zone such as Europe/Berlin")
  if (given["where"] !== undefined) yield* checkWhere(given["where"] as Condition, operators, 0)
}

/** A key and a summand are one value each. */
const checkDefinite = (path: unknown): Problem | undefined => {
  const problem = checkPath(path)
  if (problem !== undefined) return problem
  const parsed = parsePath(path as string)
  return "keys" in parsed && parsed.keys === undefined
    ? { code: "bad-path", message: `The path ${JSON.stringify(path)} may find several values, and one is needed here.` }
    : undefined
}

/** Depth of a `where`. */
const MAX_WHERE_DEPTH = 32

/** Which events are counted can depend on the events themselves, but not on other counters. */
function* checkWhere(where: Condition, operators: ReadonlyMap<string, Operator>, depth: number): Generator<Problem> {
  if (depth > MAX_WHERE_DEPTH || typeof where !== "object" || where === null)
    return yield { code: "bad-param", message: "`where` is a condition like `when`." }
  if ("all" in where) for (const part of where.all) yield* checkWhere(part, operators, depth + 1)
  else if ("any" in where) for (const part of where.any) yield* checkWhere(part, operators, depth + 1)
  else if ("not" in where) yield* checkWhere(where.not, operators, depth + 1)
  else if ("fact" in where) {
    if (COUNTER_FACTS.has(where.fact) || (isReference(where.value) && COUNTER_FACTS.has(where.value.fact)))
      yield { code: "nested-counter", message: "Inside `where` neither `count` nor `sum` nor `history` can be asked." }
    for (const { at: _at, ...problem } of leafCheck(operators)(where)) yield problem
  }
}

const EXAMPLES: Readonly<Record<string, string>> = { of: "deploy.requested", within: "1h", value: "$.usd" }

const badParam = (name: string, expected: string): Problem => ({ code: "bad-param", message: `\`${name}\` is ${expected}.` })

const unknownKeys = (what: string, given: object, known: ReadonlyArray<string>): Problem | undefined => {
  const stray = Object.keys(given).find((key) => !known.includes(key))
  if (stray === undefined) return undefined
  return {
    code: "unknown-param",
    message:
      known.length === 0
        ? `${what} takes no parameters, and \`${stray}\` is given.`
        : `${what} knows ${known.join(", ")}, not \`${stray}\`.`,
    ...suggest(didYouMean(stray, known)),
  }
}

const unknown = (what: string, name: string, known: Iterable<string>, code = `unknown-${what}`): Problem => {
  const names = [...known]
  return {
    code,
    message: `There is no ${what} ${JSON.stringify(name)}.`,
    suggestion: didYouMean(name, names) ?? `Known are ${names.join(", ")}.`,
  }
}

const suggest = (suggestion: string | undefined): { readonly suggestion?: string } =>
  suggestion === undefined ? {} : { suggestion }
