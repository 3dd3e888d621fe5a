/**
 * Conditions as closures, with json-rules-engine's meaning.
 *
 * Order of evaluation. Parts of a group are tried cheapest first, whatever their order in the file: they have no
 * effects, and a plain part always has an answer. A part that reads a counter (or walks data of any depth) may instead
 * throw FactUnavailable, upon which the kernel fails closed; it comes after all plain parts of its group. So a counter
 * is left unread only where the plain parts decide whatever it would have said, and an unavailable one stops the
 * decision in all other cases: among several such parts each is asked until one decides, and only then the first
 * FactUnavailable is thrown (Kleene's three-valued logic). The answer, "unavailable" included, thereby depends on the
 * condition and the facts alone, not on the order in which they are asked; nothing that hangs on an unavailable value
 * ever comes out as true or false.
 */
import type { Condition, Leaf } from "../../domain/contract.ts"
import {
  type CompiledCondition,
  type CounterSpec,
  FactUnavailable,
  type Read,
  type RequiredEqual,
  type SharedConditions,
  type Test,
} from "../facts.ts"
import { counterSpecOf } from "./counter.ts"
import { decoratedOperator } from "./decorators.ts"
import { operators as allOperators, type OperatorTable } from "./operators.ts"
import { isScalar } from "./operators/operator.ts"
import { readSource, sourceOf } from "./read.ts"
import { isReference, type Reference } from "./reference.ts"
import { InvalidCondition, MAX_CONDITION_DEPTH, sharedCondition } from "./shared.ts"
import { RecentCache } from "./recentCache.ts"

export { counterSpecOf } from "./counter.ts"
export { compilePath } from "./path.ts"
export { readerOf } from "./read.ts"
export { InvalidCondition } from "./shared.ts"

/**
 * Compiles conditions. Equal leaves of all conditions share one closure, which makes large sets small and fast. The
 * compiler remembers the {@link MAX_SHARED_LEAVES} to twice as many leaves that it met last, and no conditions, so one
 * compiler may serve a daemon through any number of reloads.
 */
export interface Compiler {
  /**
   * No condition is always true.
   * @throws {@link InvalidCondition} for what the loader refuses: an unknown operator, a missing shared condition, a
   * cycle, an empty group
   */
  readonly compile: (condition: Condition | undefined, shared: SharedConditions) => CompiledCondition
}

export interface CompilerOptions {
  /** Which operators there are; by default {@link allOperators}. */
  readonly operators?: OperatorTable
}

/** Distinct leaves that a compiler remembers in each of its two generations: about 10 MB at most. */
export const MAX_SHARED_LEAVES = 16_384

export const createCompiler = ({ operators = allOperators }: CompilerOptions = {}): Compiler => {
  const leaves = new RecentCache<LeafNode>(MAX_SHARED_LEAVES)
  return {
    compile: (condition, shared) => {
      if (condition === undefined) return ALWAYS
      const compileNode = (part: Condition, path: ReadonlyArray<string>, depth: number): Node => {
        if (depth > MAX_CONDITION_DEPTH)
          throw new InvalidCondition(`A condition is nested more than ${MAX_CONDITION_DEPTH} deep.`)
        const inner = (child: Condition): Node => compileNode(child, path, depth + 1)
        if ("all" in part) return groupNode("all", part.all.map(inner))
        if ("any" in part) return groupNode("any", part.any.map(inner))
        if ("not" in part) return notNode(inner(part.not))
        if ("condition" in part) {
          const name = part.condition
          return compileNode(sharedCondition(name, shared, path), [...path, name], depth + 1)
        }
        return leafNode(part, shared, operators, leaves)
      }
      return new Compiled(compileNode(condition, [], 0))
    },
  }
}

// ── nodes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface NodeBase {
  readonly test: Test
  readonly cost: number
  /** Never throws. */
  readonly total: boolean
  readonly counters: ReadonlyArray<CounterSpec>
}
interface LeafNode extends NodeBase {
  readonly kind: "leaf"
  readonly equal: { readonly key: string; readonly read: Read; readonly value: RequiredEqual["value"] } | undefined
}
interface GroupNode extends NodeBase {
  readonly kind: "all" | "any" | "not"
  /** In the order in which they are tried. */
  readonly parts: ReadonlyArray<Node>
}
type Node = LeafNode | GroupNode

const NO_COUNTERS: ReadonlyArray<CounterSpec> = []
const always: Test = () => true
const ALWAYS: CompiledCondition = { test: always, counters: NO_COUNTERS, required: [] }

class Compiled implements CompiledCondition {
  readonly test: Test
  readonly counters: ReadonlyArray<CounterSpec>
  /** Of the outermost `all`: the rest of that node is needed no more. */
  readonly #parts: ReadonlyArray<Node>

  constructor(root: Node) {
    this.test = root.test
    this.counters = root.counters
    this.#parts = root.kind === "all" ? root.parts : [root]
  }

  get required(): ReadonlyArray<RequiredEqual> {
    const parts = this.#parts.flatMap(conjuncts)
    return parts.flatMap((part) => {
      if (part.kind !== "leaf" || part.equal === undefined) return []
      const others = parts.filter((other) => other !== part)
      const { key, read, value } = part.equal
      // Made where it is asked for, which it seldom is.
      const rest = (): Test | undefined => (others.length === 0 ? undefined : conjunction(others))
      return [
        {
          key,
          read,
          value,
          get rest() {
            return rest()
          },
        },
      ]
    })
  }
}

/** All that must hold, an `all` inside an `all` taken apart. */
const conjuncts = (node: Node): ReadonlyArray<Node> => (node.kind === "all" ? node.parts.flatMap(conjuncts) : [node])

const groupNode = (kind: "all" | "any", parts: ReadonlyArray<Node>): Node => {
  if (parts.length === 0) throw new InvalidCondition(`An empty \`${kind}\` says nothing.`)
  if (parts.length === 1) return parts[0]!
  const ordered = parts.toSorted((a, b) => Number(b.total) - Number(a.total) || a.cost - b.cost)
  let cost = 0
  for (const part of ordered) cost += part.cost
  const total = ordered.at(-1)!.total
  return {
    kind,
    parts: ordered,
    test: kind === "all" ? conjunction(ordered) : disjunction(ordered),
    cost,
    total,
    counters: total ? NO_COUNTERS : mergeCounters(ordered.flatMap(({ counters }) => counters)),
  }
}

const notNode = (part: Node): Node => {
  return {
    kind: "not",
    parts: [part],
    test: notOf(part.test),
    cost: part.cost,
    total: part.total,
    counters: part.counters,
  }
}

const mergeCounters = (counters: ReadonlyArray<CounterSpec>): ReadonlyArray<CounterSpec> =>
  counters.length === 0 ? NO_COUNTERS : [...new Map(counters.map((counter) => [counter.key, counter])).values()]

const leafNode = (
  leaf: Leaf,
  shared: SharedConditions,
  operators: OperatorTable,
  leaves: RecentCache<LeafNode>,
): LeafNode => {
  const { operator: name, value } = leaf
  const left = sourceOf(leaf, shared, counterSpecOf(leaf, shared))
  const right = isReference(value) ? sourceOf(value, shared) : undefined
  const key = `${name}\n${left.key}\n${right === undefined ? JSON.stringify(value) : `fact ${right.key}`}`
  const known = leaves.get(key)
  if (known !== undefined) return known
  const operator = decoratedOperator(name, operators)
  if (operator === undefined) throw new InvalidCondition(`There is no operator ${name}.`)
  const sources = right === undefined ? [left] : [left, right]
  const total = sources.every((source) => source.total)
  const read = readSource(leaf, left)
  return leaves.set(key, {
    kind: "leaf",
    test:
      right === undefined
        ? against(read, operator.prepare(value))
        : compared(read, readSource(value as Reference, right), operator.test),
    cost: operator.operator.cost + 4 * operator.decorators.length + sources.reduce((sum, { cost }) => sum + cost, 0),
    total,
    counters: mergeCounters(sources.flatMap(({ counter }) => (counter === undefined ? [] : [counter]))),
    equal:
      name === "equal" && total && right === undefined && isScalar(value)
        ? { key: left.key, read, value: value as RequiredEqual["value"] }
        : undefined,
  })
}

const against =
  (read: Read, holds: (fact: unknown) => boolean): Test =>
  (facts) =>
    holds(read(facts))

const compared =
  (read: Read, readValue: Read, test: (fact: unknown, value: unknown) => boolean): Test =>
  (facts) =>
    test(read(facts), readValue(facts))

// ── groups ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// What a test closes over stays for as long as its contract, so each has a function, and with it a scope, of its own.

const conjunction = (parts: ReadonlyArray<Node>): Test => {
  const tests = inOrder(parts, false)
  const [a, b, c, d] = tests as unknown as [Test, Test, Test, Test]
  switch (tests.length) {
    case 1:
      return a
    case 2:
      return bothOf(a, b)
    case 3:
      return threeOf(a, b, c)
    case 4:
      return fourOf(a, b, c, d)
    default:
      return allOf(tests)
  }
}

const bothOf =
  (a: Test, b: Test): Test =>
  (facts) =>
    a(facts) && b(facts)
const threeOf =
  (a: Test, b: Test, c: Test): Test =>
  (facts) =>
    a(facts) && b(facts) && c(facts)
const fourOf =
  (a: Test, b: Test, c: Test, d: Test): Test =>
  (facts) =>
    a(facts) && b(facts) && c(facts) && d(facts)
const allOf =
  (tests: ReadonlyArray<Test>): Test =>
  (facts) => {
    for (let index = 0; index < tests.length; index++) if (!tests[index]!(facts)) return false
    return true
  }

const disjunction = (parts: ReadonlyArray<Node>): Test => {
  const tests = inOrder(parts, true)
  const [a, b, c] = tests as unknown as [Test, Test, Test]
  switch (tests.length) {
    case 1:
      return a
    case 2:
      return eitherOf(a, b)
    case 3:
      return oneOf(a, b, c)
    default:
      return anyOf(tests)
  }
}

const notOf =
  (test: Test): Test =>
  (facts) =>
    !test(facts)
const eitherOf =
  (a: Test, b: Test): Test =>
  (facts) =>
    a(facts) || b(facts)
const oneOf =
  (a: Test, b: Test, c: Test): Test =>
  (facts) =>
    a(facts) || b(facts) || c(facts)
const anyOf =
  (tests: ReadonlyArray<Test>): Test =>
  (facts) => {
    for (let index = 0; index < tests.length; index++) if (tests[index]!(facts)) return true
    return false
  }

/** Total parts as they stand, then those that may be unavailable as one test. */
const inOrder = (parts: ReadonlyArray<Node>, decides: boolean): ReadonlyArray<Test> => {
  const tests: Array<Test> = []
  const partial: Array<Test> = []
  for (const { total, test } of parts) (total ? tests : partial).push(test)
  if (partial.length > 0) tests.push(partial.length === 1 ? partial[0]! : decidedBy(decides, partial))
  return tests
}

/** `answer` where one of the tests gives it, even if another is unavailable; else unavailable, or the other answer. */
const decidedBy =
  (answer: boolean, tests: ReadonlyArray<Test>): Test =>
  (facts) => {
    let unavailable: FactUnavailable | undefined
    for (const test of tests) {
      try {
        if (test(facts) === answer) return answer
      } catch (error) {
        if (!(error instanceof FactUnavailable)) throw error
        unavailable ??= error
      }
    }
    if (unavailable !== undefined) throw unavailable
    return !answer
  }
