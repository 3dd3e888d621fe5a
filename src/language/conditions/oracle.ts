/**
 * json-rules-engine itself: it checks conditions as they are loaded, and decides them again as the oracle of tests and
 * of live decisions. Its own ten operators and its decorators are its own; Charter's further operators, the facts and
 * the wildcards of paths are registered with it.
 *
 * Two things keep it from failing where a decision must not. Its operators throw on some values that only an event can
 * bring (`in` a missing list, comparing a map without text); guarded, they come out as any positive or negated
 * comparison of what is not there. And a value that is unavailable makes the answer "unavailable" only after the run:
 * a fact that throws inside it would leave a rejected promise behind.
 */
import { JSONPath } from "jsonpath-plus"
import { Engine, Operator as LibraryOperator, Rule, type TopLevelCondition } from "json-rules-engine"
import type { Condition, FactParams, Leaf } from "../../domain/contract.ts"
import type { FactSource, SharedConditions } from "../facts.ts"
import { clockAt } from "./clock.ts"
import { counterSpecOf } from "./counter.ts"
import { decoratorNames } from "./decorators.ts"
import { LIBRARY_OPERATORS, OWN_OPERATORS } from "./operators.ts"
import { compilePath, parsedPath } from "./path.ts"
import { isReference } from "./reference.ts"
import { InvalidCondition, sharedCondition } from "./shared.ts"

/** Conditions whose engines are kept, the least recently used one dropped first. */
export const MAX_KEPT_CONDITIONS = 256
/** Engines kept for one condition; more are made, and dropped again, while more evaluations are in flight. */
export const MAX_IDLE_ENGINES = 4

/** What the library finds wrong with a condition, as sentences; empty where it takes it. */
export const checkWithLibrary = (condition: Condition, shared: SharedConditions): ReadonlyArray<string> => {
  try {
    const engine = buildEngine(condition, shared)
    const errors: Array<string> = []
    for (const name of operatorsOf(condition, shared, []))
      if (operatorsIn(engine).get(name) === null) errors.push(`Unknown operator: ${name}`)
    return errors
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/**
 * The library's answer for these facts.
 * Rejects with {@link FactUnavailable} where it asked for a value that is unavailable. It asks for every value of a
 * condition, so it does so too where the compiled condition has an answer that does not hang on the value.
 */
export const decideWithLibrary = async (
  condition: Condition,
  shared: SharedConditions,
  facts: FactSource,
): Promise<boolean> => {
  const kept = keep(condition, shared)
  // An engine has one status for all its runs: the first that ends would stop the others.
  const engine = kept.idle.pop() ?? buildEngine(condition, shared)
  let unavailable: unknown
  const lookUp =
    <T>(get: () => T) =>
    (): T | undefined => {
      try {
        return get()
      } catch (error) {
        unavailable ??= error
        return undefined
      }
    }
  const counter = (params: Readonly<Record<string, unknown>>) =>
    lookUp(() => facts.counter(params[SPEC] as Parameters<FactSource["counter"]>[0]))()
  const { event } = facts
  const { events } = await engine.run({
    id: event.id,
    type: event.type,
    source: event.source,
    subject: event.subject,
    time: event.time,
    data: event.data,
    correlation: event.correlationid,
    actor: event.actor,
    org: facts.organization,
    run: facts.run,
    clock: (params: FactParams) => lookUp(() => clockAt(facts.now, params.tz ?? facts.timezone))(),
    count: counter,
    sum: counter,
    history: counter,
  })
  if (kept.idle.length < MAX_IDLE_ENGINES) kept.idle.push(engine)
  if (unavailable !== undefined) throw unavailable
  return events.length > 0
}

/** Parameter under which a counter's specification travels through the library. */
const SPEC = "spec"

interface Kept {
  readonly shared: SharedConditions
  readonly idle: Array<Engine>
}

const keptEngines = new Map<Condition, Kept>()

const keep = (condition: Condition, shared: SharedConditions): Kept => {
  const found = keptEngines.get(condition)
  const kept = found?.shared === shared ? found : { shared, idle: [] }
  keptEngines.delete(condition)
  if (keptEngines.size >= MAX_KEPT_CONDITIONS) keptEngines.delete(keptEngines.keys().next().value!)
  keptEngines.set(condition, kept)
  return kept
}

// ── the library's form ──────────────────────────────────────────────────────────────────────────────────────────────

const buildEngine = (condition: Condition, shared: SharedConditions): Engine => {
  const engine = new Engine([], { allowUndefinedFacts: true, pathResolver })
  for (const operator of LIBRARY_OPERATORS) engine.addOperator(guarded(operator.name, operator.negative === true))
  for (const { name, test } of OWN_OPERATORS) engine.addOperator(name, test)
  for (const name of decoratorNames) guardDecorator(engine, name)
  for (const [name, part] of referredTo(condition, shared)) engine.setCondition(name, rooted(part, shared))
  engine.addRule(new Rule({ conditions: rooted(condition, shared), event: { type: "holds" } }))
  return engine
}

/** What the library's engine has, and its types do not tell of. */
interface OperatorMap {
  readonly get: (name: string) => LibraryEvaluator | null
  readonly decorators: ReadonlyMap<string, { cb: (fact: unknown, value: unknown, next: unknown) => boolean }>
}
interface LibraryEvaluator {
  readonly evaluate: (fact: unknown, value: unknown) => unknown
}
const operatorsIn = (engine: Engine): OperatorMap =>
  (engine as unknown as { readonly operators: OperatorMap }).operators

const pristine = operatorsIn(new Engine())

const guarded = (name: string, whenNot: boolean): LibraryOperator => {
  const own = pristine.get(name)!
  return new LibraryOperator(name, (fact, value) => {
    try {
      return own.evaluate(fact, value) === true
    } catch {
      return whenNot
    }
  })
}

/** `someValue` and `everyValue` throw where another fact's value is no list. */
const guardDecorator = (engine: Engine, name: string): void => {
  if (name !== "someValue" && name !== "everyValue") return
  const { cb } = pristine.decorators.get(name)!
  engine.addOperatorDecorator(
    name,
    (fact: unknown, value: unknown, next) => Array.isArray(value) && cb(fact, value, next),
  )
}

/**
 * The library's own resolver for definite paths. It reads a wildcard as a key's name where the data has such a key, so
 * that one key `*` hides all others; the other paths are ours, and compared with it by a test.
 */
const pathResolver = (value: object, path: string): unknown =>
  parsedPath(path).keys === undefined
    ? compilePath(path)(value)
    : JSONPath({ path, json: value, wrap: false, eval: false })

const rooted = (condition: Condition, shared: SharedConditions): TopLevelCondition =>
  ("fact" in condition ? { all: [translated(condition, shared)] } : translated(condition, shared)) as TopLevelCondition

const translated = (condition: Condition, shared: SharedConditions): unknown => {
  if ("all" in condition) return { all: condition.all.map((part) => translated(part, shared)) }
  if ("any" in condition) return { any: condition.any.map((part) => translated(part, shared)) }
  if ("not" in condition) return { not: translated(condition.not, shared) }
  if ("condition" in condition) return { condition: condition.condition }
  const { operator, value } = condition
  return {
    ...reference(condition, shared),
    operator,
    value: isReference(value) ? reference({ ...value, operator: "", value: undefined }, shared) : value,
  }
}

const reference = (leaf: Leaf, shared: SharedConditions): object => {
  const spec = counterSpecOf(leaf, shared)
  const params = spec === undefined ? leaf.params : { [SPEC]: spec }
  return {
    fact: leaf.fact,
    ...(params === undefined ? {} : { params }),
    // `constructor` alone would be looked up in the library's cache of paths, and found there.
    ...(leaf.path === undefined || leaf.path === "$"
      ? {}
      : { path: leaf.path.startsWith("$") ? leaf.path : `$.${leaf.path}` }),
  }
}

/** Every shared condition that is referred to, directly or not. */
const referredTo = (condition: Condition, shared: SharedConditions): ReadonlyMap<string, Condition> => {
  const found = new Map<string, Condition>()
  const visit = (part: Condition, path: ReadonlyArray<string>): void => {
    if ("all" in part) for (const item of part.all) visit(item, path)
    else if ("any" in part) for (const item of part.any) visit(item, path)
    else if ("not" in part) visit(part.not, path)
    else if ("condition" in part) {
      const target = sharedCondition(part.condition, shared, path)
      found.set(part.condition, target)
      visit(target, [...path, part.condition])
    } else if (!("fact" in part))
      throw new InvalidCondition("A condition is `all`, `any`, `not`, `condition` or a comparison.")
  }
  visit(condition, [])
  return found
}

const operatorsOf = (
  condition: Condition,
  shared: SharedConditions,
  path: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  if ("all" in condition) return condition.all.flatMap((part) => operatorsOf(part, shared, path))
  if ("any" in condition) return condition.any.flatMap((part) => operatorsOf(part, shared, path))
  if ("not" in condition) return operatorsOf(condition.not, shared, path)
  if ("condition" in condition) {
    const name = condition.condition
    return operatorsOf(sharedCondition(name, shared, path), shared, [...path, name])
  }
  return [condition.operator]
}
