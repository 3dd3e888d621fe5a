/** The parameters of `count`, `sum`, `history` and `clock`. */
import type { Condition, FactName, FactParams, Leaf } from "../../domain/contract.ts"
import { isEventPattern } from "../../domain/eventTypes.ts"
import { didYouMean } from "../suggest.ts"
import { isTimeZone } from "./clock.ts"
import { COUNTER_FACTS, COUNTER_KEYS, type FactShape } from "./factFields.ts"
import type { Problem } from "./operators/operator.ts"
import { checkPath, parsePath } from "./path.ts"
import { isReference } from "./reference.ts"
import { suggested, unknownKeys } from "./unknownNames.ts"

/** For the leaves of a `where`. */
type LeafCheck = (leaf: Leaf) => ReadonlyArray<Problem>

export function* checkParams(
  fact: FactName,
  shape: FactShape,
  params: FactParams | undefined,
  checkLeaf: LeafCheck,
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
        ...(typeof by === "string" ? suggested(didYouMean(by, COUNTER_KEYS)) : {}),
      }
    }
  }
  if (given["value"] !== undefined) {
    const problem = checkDefinite(given["value"])
    if (problem !== undefined) yield problem
  }
  if (given["tz"] !== undefined && !isTimeZone(given["tz"])) yield badParam("tz", "a time zone such as Europe/Berlin")
  if (given["where"] !== undefined) yield* checkWhere(given["where"] as Condition, checkLeaf, 0)
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
function* checkWhere(where: Condition, checkLeaf: LeafCheck, depth: number): Generator<Problem> {
  if (depth > MAX_WHERE_DEPTH || typeof where !== "object" || where === null)
    return yield { code: "bad-param", message: "`where` is a condition like `when`." }
  if ("all" in where) for (const part of where.all) yield* checkWhere(part, checkLeaf, depth + 1)
  else if ("any" in where) for (const part of where.any) yield* checkWhere(part, checkLeaf, depth + 1)
  else if ("not" in where) yield* checkWhere(where.not, checkLeaf, depth + 1)
  else if ("fact" in where) {
    if (COUNTER_FACTS.has(where.fact) || (isReference(where.value) && COUNTER_FACTS.has(where.value.fact)))
      yield { code: "nested-counter", message: "Inside `where` neither `count` nor `sum` nor `history` can be asked." }
    yield* checkLeaf(where)
  }
}

const EXAMPLES: Readonly<Record<string, string>> = { of: "deploy.requested", within: "1h", value: "$.usd" }

const badParam = (name: string, expected: string): Problem => ({
  code: "bad-param",
  message: `\`${name}\` is ${expected}.`,
})
