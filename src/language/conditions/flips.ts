/** What would have made a condition come out the other way. */
import type { Condition } from "../../domain/contract.ts"
import type { FactSource, SharedConditions } from "../facts.ts"
import { applyChanges, type FactChange } from "./changes.ts"
import { countedBy, counterSpecOf } from "./counter.ts"
import { decoratedOperator } from "./decorators.ts"
import { explainCondition, type ExplainedLeaf, type ExplainedNode } from "./explain.ts"
import { FACT_SHAPES, type FieldShape } from "./factFields.ts"
import { operators } from "./operators.ts"
import { parsedPath } from "./path.ts"
import { sourceOf } from "./read.ts"
import { MISSING, witnesses } from "./witnesses.ts"

export interface Flip {
  /** All of them together, one for each fact and path. Fewest first among the flips. */
  readonly changes: ReadonlyArray<FactChange>
  /**
   * The condition was evaluated with the changes made, and came out the other way. Without it the changes say which
   * facts it hangs on, but no example could be made, or the fact cannot be set: the clock (whose example stands
   * unproven) and what a path to several places finds.
   */
  readonly proven: boolean
}

export const MAX_FLIPS = 4
/** Facts that change together. */
export const MAX_CHANGES = 4
/** Sets of leaves that are looked at in each node. */
const MAX_SETS = 16
/** Examples that are tried for one set. */
const MAX_TRIES = 64

/** Empty where the condition is unavailable: then no single value decides. */
export const flips = (condition: Condition, shared: SharedConditions, facts: FactSource): ReadonlyArray<Flip> => {
  const explained = explainCondition(condition, shared, facts)
  const wanted = !explained.result
  if (explained.result === "unavailable") return []
  const holds = (changed: FactSource): boolean => explainCondition(condition, shared, changed).result === wanted
  const leaves = leavesOf(explained)
  const found = setsFor(explained, wanted).flatMap((set) => flipOf(set, leaves, shared, facts, holds) ?? [])
  return found
    .toSorted((a, b) => Number(b.proven) - Number(a.proven) || a.changes.length - b.changes.length)
    .slice(0, MAX_FLIPS)
}

/** A leaf that would have to come out as `wanted`. */
interface Turn {
  readonly node: ExplainedLeaf
  readonly wanted: boolean
}
type TurnSet = ReadonlyArray<Turn>

/** Sets of leaves that turn the node's result into `wanted`, smallest first. */
const setsFor = (node: ExplainedNode, wanted: boolean): ReadonlyArray<TurnSet> => {
  if (node.result === wanted) return [[]]
  switch (node.kind) {
    case "leaf":
      return [[{ node, wanted }]]
    case "not":
      return setsFor(node.part, !wanted)
    case "condition":
      return setsFor(node.part, wanted)
    default: {
      const parts = node.parts.map((part) => setsFor(part, wanted))
      // An `all` turns true, or an `any` false, by all of its parts; the other way one part will do.
      return (node.kind === "all") === wanted ? parts.reduce(together, [[]]) : smallest(parts.flat())
    }
  }
}

const together = (sets: ReadonlyArray<TurnSet>, more: ReadonlyArray<TurnSet>): ReadonlyArray<TurnSet> =>
  smallest(sets.flatMap((set) => more.map((other) => [...new Set([...set, ...other])])))

const smallest = (sets: ReadonlyArray<TurnSet>): ReadonlyArray<TurnSet> =>
  sets
    .filter(({ length }) => length <= MAX_CHANGES)
    .toSorted((a, b) => a.length - b.length)
    .slice(0, MAX_SETS)

const leavesOf = (node: ExplainedNode): ReadonlyArray<ExplainedLeaf> =>
  node.kind === "leaf" ? [node] : "part" in node ? leavesOf(node.part) : node.parts.flatMap(leavesOf)

const flipOf = (
  set: TurnSet,
  leaves: ReadonlyArray<ExplainedLeaf>,
  shared: SharedConditions,
  facts: FactSource,
  holds: (changed: FactSource) => boolean,
): Flip | undefined => {
  const keyOf = ({ leaf }: ExplainedLeaf): string => sourceOf(leaf, shared).key
  const turns = Map.groupBy(set, ({ node }) => keyOf(node))
  const options = [...turns].map(([key, group]) => {
    const others = leaves.filter((leaf) => keyOf(leaf) === key)
    return changesFor(group, others, shared)
  })
  if (options.length === 0) return undefined
  let tries = 0
  let applied = false
  const search = (chosen: ReadonlyArray<FactChange>): ReadonlyArray<FactChange> | undefined => {
    const next = options[chosen.length]
    if (next !== undefined) {
      for (const change of next) {
        const found = search([...chosen, change])
        if (found !== undefined || tries >= MAX_TRIES) return found
      }
      return undefined
    }
    tries += 1
    const changed = applyChanges(facts, chosen)
    if (changed === undefined) return undefined
    applied = true
    return holds(changed) ? chosen : undefined
  }
  const proven = search([])
  if (proven !== undefined) return { changes: proven, proven: true }
  // Examples that were tried and did not turn it would mislead, and so would one value for a path to several.
  return applied
    ? undefined
    : {
        changes: options.map((changes) => (changes[0]!.fact === "clock" ? changes[0]! : changes.at(-1)!)),
        proven: false,
      }
}

/** Ways to turn all these leaves, which read the same fact and path; the last one has no example. */
const changesFor = (
  turns: ReadonlyArray<Turn>,
  leaves: ReadonlyArray<ExplainedLeaf>,
  shared: SharedConditions,
): ReadonlyArray<FactChange> => {
  const [{ node }] = turns as readonly [Turn]
  const { fact, path, params } = node.leaf
  const counter = counterSpecOf(node.leaf, shared)
  const base: FactChange = {
    fact,
    ...(path === undefined ? {} : { path }),
    ...(params === undefined ? {} : { params }),
    ...(counter === undefined ? {} : { counter: countedBy(counter) }),
    ...(node.seen === undefined ? {} : { from: node.seen }),
  }
  const shape = shapeOf(node)
  // First what these leaves compare with, then what others on the same fact do: one example must suit them all.
  const examples = [...turns.map((turn) => turn.node), ...leaves]
    .flatMap(({ leaf, compared, seen }) => witnesses(leaf, compared, seen, shape))
    .filter((example) => isPossible(example, shape) && turns.every((turn) => turned(turn, example)))
  const unique = [
    ...new Map(examples.map((example) => [example === MISSING ? MISSING : JSON.stringify(example), example])).values(),
  ]
  return [...unique.map((to) => (to === MISSING ? { ...base, remove: true as const } : { ...base, to })), base]
}

const turned = ({ node: { leaf, compared }, wanted }: Turn, example: unknown): boolean =>
  decoratedOperator(leaf.operator, operators)!.test(example === MISSING ? undefined : example, compared) === wanted

/** Could the fact be like that at all? */
const isPossible = (example: unknown, shape: FieldShape | undefined): boolean => {
  if (shape === undefined || shape.type === "unknown") return true
  if (example === MISSING) return shape.optional === true
  if ((Array.isArray(example) ? "list" : typeof example) !== shape.type) return false
  const { values, range } = shape
  if (range !== undefined) return (example as number) >= range[0] && (example as number) <= range[1]
  return values === undefined || values.includes(example as string)
}

const shapeOf = ({ leaf: { fact, path } }: ExplainedLeaf): FieldShape | undefined => {
  let at: FieldShape | undefined = FACT_SHAPES[fact]
  if (at.type !== "object") return at
  for (const key of path === undefined ? [] : (parsedPath(path).keys ?? [])) at = at?.fields?.[key]
  return at
}
