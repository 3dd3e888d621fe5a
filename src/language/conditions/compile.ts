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
import canonicalize from "canonicalize"
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
import { isReference } from "./checkLeaf.ts"
import { counterSpec, counterSpecOf } from "./counter.ts"
import { decoratedOperator } from "./decorators.ts"
import { operators as allOperators, type OperatorTable } from "./operators.ts"
import { isScalar } from "./operators/operator.ts"
import { counterReader, mayBeUnavailable, plainReader, readKey } from "./read.ts"
import { InvalidCondition, MAX_CONDITION_DEPTH, sharedCondition } from "./shared.ts"
import { WeakCache } from "./weakCache.ts"

export { counterSpecOf } from "./counter.ts"
export { compilePath } from "./path.ts"
export { readerOf } from "./read.ts"
export { InvalidCondition } from "./shared.ts"

/**
 * Compiles conditions. Equal leaves of all conditions that live at one time share one closure, which makes large sets
 * small and fast. The compiler itself keeps none of them alive (see {@link WeakCache}), so one compiler may serve a
 * daemon through any number of reloads.
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

export const createCompiler = ({ operators = allOperators }: CompilerOptions = {}): Compiler => {
  const leaves = new WeakCache<LeafNode>()
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
  readonly #root: Node

  constructor(root: Node) {
    this.test = root.test
    this.counters = root.counters
    this.#root = root
  }

  get required(): ReadonlyArray<RequiredEqual> {
    const parts = conjuncts(this.#root)
    return parts.flatMap((part) => {
      if (part.kind !== "leaf" || part.equal === undefined) return []
      const others = parts.filter((other) => other !== part)
      return [{ ...part.equal, rest: others.length === 0 ? undefined : conjunction(others) }]
    })
  }
}

/** All that must hold, an `all` inside an `all` taken apart. */
const conjuncts = (node: Node): ReadonlyArray<Node> => (node.kind === "all" ? node.parts.flatMap(conjuncts) : [node])

const groupNode = (kind: "all" | "any", parts: ReadonlyArray<Node>): Node => {
  if (parts.length === 0) throw new InvalidCondition(`An empty \`${kind}\` says nothing.`)
  if (parts.length === 1) return parts[0]!
  const ordered = parts.toSorted((a, b) => Number(b.total) - Number(a.total) || a.cost - b.cost)
  return {
    kind,
    parts: ordered,
    test: kind === "all" ? conjunction(ordered) : disjunction(ordered),
    cost: ordered.reduce((sum, { cost }) => sum + cost, 0),
    total: ordered.every(({ total }) => total),
    counters: mergeCounters(ordered.flatMap(({ counters }) => counters)),
  }
}

const notNode = (part: Node): Node => {
  const { test } = part
  return { kind: "not", parts: [part], test: (facts) => !test(facts), cost: part.cost, total: part.total, counters: part.counters }
}

const mergeCounters = (counters: ReadonlyArray<CounterSpec>): ReadonlyArray<CounterSpec> =>
  counters.length === 0 ? NO_COUNTERS : [...new Map(counters.map((counter) => [counter.key, counter])).values()]

const leafNode = (leaf: Leaf, shared: SharedConditions, operators: OperatorTable, leaves: WeakCache<LeafNode>): LeafNode => {
  const left = source(leaf, shared, counterSpecOf(leaf, shared))
  const right = isReference(leaf.value) ? source(leaf.value, shared, undefined) : undefined
  const key = `${leaf.operator}\n${left.key}\n${right === undefined ? (canonicalize(leaf.value) ?? "") : `fact ${right.key}`}`
  const known = leaves.get(key)
  if (known !== undefined) return known
  const operator = decoratedOperator(leaf.operator, operators)
  if (operator === undefined) throw new InvalidCondition(`There is no operator ${leaf.operator}.`)
  const reads = right === undefined ? [left] : [left, right]
  const base = {
    kind: "leaf" as const,
    cost: operator.operator.cost + 4 * operator.decorators.length + reads.reduce((sum, { cost }) => sum + cost, 0),
    total: reads.every(({ total }) => total),
    counters: mergeCounters(reads.flatMap(({ counter }) => (counter === undefined ? [] : [counter]))),
  }
  const read = left.read
  if (right !== undefined) {
    const { test } = operator
    const readValue = right.read
    return leaves.set(key, { ...base, equal: undefined, test: (facts) => test(read(facts), readValue(facts)) })
  }
  const { value } = leaf
  const hashable = leaf.operator === "equal" && base.total && isScalar(value)
  const holds = operator.prepare(value)
  return leaves.set(key, {
    ...base,
    equal: hashable ? { key: left.key, read, value: value as RequiredEqual["value"] } : undefined,
    test: (facts) => holds(read(facts)),
  })
}

interface Source {
  readonly key: string
  readonly read: Read
  readonly total: boolean
  readonly cost: number
  readonly counter: CounterSpec | undefined
}

type Reference = Pick<Leaf, "fact" | "path" | "params">

const source = ({ fact, path, params }: Reference, shared: SharedConditions, spec: CounterSpec | undefined): Source => {
  const total = !mayBeUnavailable(fact, path)
  if (fact === "count" || fact === "sum" || fact === "history") {
    const counter = spec ?? counterSpec(fact, params, shared, undefined)
    return { key: `${fact}\n${counter.key}`, read: counterReader(counter), total, cost: 20, counter }
  }
  const cost = total ? (fact === "clock" ? 3 : path === undefined ? 0 : 1) : 30
  return { key: readKey(fact, path, params), read: plainReader(fact, path, params), total, cost, counter: undefined }
}

// ── groups ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `parts` in the order of {@link groupNode}: total ones first. */
const conjunction = (parts: ReadonlyArray<Node>): Test => {
  const partial = parts.filter(({ total }) => !total).map(({ test }) => test)
  const tests = parts.filter(({ total }) => total).map(({ test }) => test)
  if (partial.length > 0) tests.push(partial.length === 1 ? partial[0]! : decidedBy(false, partial))
  const [a, b, c, d] = tests as [Test, Test, Test, Test]
  switch (tests.length) {
    case 1:
      return a
    case 2:
      return (facts) => a(facts) && b(facts)
    case 3:
      return (facts) => a(facts) && b(facts) && c(facts)
    case 4:
      return (facts) => a(facts) && b(facts) && c(facts) && d(facts)
    default:
      return (facts) => {
        for (let index = 0; index < tests.length; index++) if (!tests[index]!(facts)) return false
        return true
      }
  }
}

const disjunction = (parts: ReadonlyArray<Node>): Test => {
  const partial = parts.filter(({ total }) => !total).map(({ test }) => test)
  const tests = parts.filter(({ total }) => total).map(({ test }) => test)
  if (partial.length > 0) tests.push(partial.length === 1 ? partial[0]! : decidedBy(true, partial))
  const [a, b, c] = tests as [Test, Test, Test]
  switch (tests.length) {
    case 1:
      return a
    case 2:
      return (facts) => a(facts) || b(facts)
    case 3:
      return (facts) => a(facts) || b(facts) || c(facts)
    default:
      return (facts) => {
        for (let index = 0; index < tests.length; index++) if (tests[index]!(facts)) return true
        return false
      }
  }
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
