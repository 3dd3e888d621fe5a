/** Why a condition came out as it did: every node with its result, every leaf with the values that it compared. */
import type { Condition, Leaf } from "../../domain/contract.ts"
import { FactUnavailable, type FactSource, type SharedConditions } from "../facts.ts"
import { counterSpecOf } from "./counter.ts"
import { decoratedOperator } from "./decorators.ts"
import { operators } from "./operators.ts"
import { readSource, type Source, sourceOf } from "./read.ts"
import { isReference, type Reference } from "./reference.ts"
import { InvalidCondition, sharedCondition } from "./shared.ts"

/** `unavailable`: a value could not be computed, and the result hangs on it. */
export type Truth = boolean | "unavailable"

export type ExplainedNode = ExplainedGroup | ExplainedNot | ExplainedReference | ExplainedLeaf

export interface ExplainedGroup {
  readonly kind: "all" | "any"
  readonly result: Truth
  /** In the order of the file. */
  readonly parts: ReadonlyArray<ExplainedNode>
}
export interface ExplainedNot {
  readonly kind: "not"
  readonly result: Truth
  readonly part: ExplainedNode
}
export interface ExplainedReference {
  readonly kind: "condition"
  readonly name: string
  readonly result: Truth
  readonly part: ExplainedNode
}
export interface ExplainedLeaf {
  readonly kind: "leaf"
  readonly leaf: Leaf
  readonly result: Truth
  /** The fact's value; absent where it was missing or unavailable. */
  readonly seen?: unknown
  readonly missing: boolean
  /** What it was compared with: the leaf's value, or what another fact had. Absent where that was missing. */
  readonly compared?: unknown
  /** Why a value could not be computed. */
  readonly unavailable?: string
  /** Of a counter: its key, and how its value was counted. */
  readonly counter?: { readonly key: string; readonly keep?: number }
}

/** All leaves are evaluated, those too that the decision could skip. */
export const explainCondition = (condition: Condition, shared: SharedConditions, facts: FactSource): ExplainedNode =>
  explainNode(condition, shared, facts, [])

const explainNode = (
  condition: Condition,
  shared: SharedConditions,
  facts: FactSource,
  path: ReadonlyArray<string>,
): ExplainedNode => {
  const inner = (part: Condition): ExplainedNode => explainNode(part, shared, facts, path)
  if ("all" in condition) {
    const parts = condition.all.map(inner)
    return { kind: "all", result: combined(parts, false), parts }
  }
  if ("any" in condition) {
    const parts = condition.any.map(inner)
    return { kind: "any", result: combined(parts, true), parts }
  }
  if ("not" in condition) {
    const part = inner(condition.not)
    return { kind: "not", result: part.result === "unavailable" ? part.result : !part.result, part }
  }
  if ("condition" in condition) {
    const name = condition.condition
    const part = explainNode(sharedCondition(name, shared, path), shared, facts, [...path, name])
    return { kind: "condition", name, result: part.result, part }
  }
  return explainLeaf(condition, shared, facts)
}

/** Kleene's conjunction (`decides: false`) and disjunction (`decides: true`), as the compiled form has them. */
const combined = (parts: ReadonlyArray<ExplainedNode>, decides: boolean): Truth =>
  parts.some(({ result }) => result === decides)
    ? decides
    : parts.some(({ result }) => result === "unavailable")
      ? "unavailable"
      : !decides

const explainLeaf = (leaf: Leaf, shared: SharedConditions, facts: FactSource): ExplainedLeaf => {
  const operator = decoratedOperator(leaf.operator, operators)
  if (operator === undefined) throw new InvalidCondition(`There is no operator ${leaf.operator}.`)
  const left = sourceOf(leaf, shared, counterSpecOf(leaf, shared))
  const seen = read(leaf, left, facts)
  const compared = isReference(leaf.value)
    ? read(leaf.value, sourceOf(leaf.value, shared), facts)
    : { value: leaf.value }
  const unavailable = seen.unavailable ?? compared.unavailable
  return {
    kind: "leaf",
    leaf,
    result: unavailable === undefined ? operator.test(seen.value, compared.value) : "unavailable",
    missing: seen.unavailable === undefined && seen.value === undefined,
    ...(seen.value === undefined ? {} : { seen: seen.value }),
    ...(compared.value === undefined ? {} : { compared: compared.value }),
    ...(unavailable === undefined ? {} : { unavailable }),
    ...(left.counter === undefined
      ? {}
      : {
          counter: { key: left.counter.key, ...(left.counter.keep === undefined ? {} : { keep: left.counter.keep }) },
        }),
  }
}

interface Reading {
  readonly value?: unknown
  readonly unavailable?: string
}

const read = (reference: Reference, source: Source, facts: FactSource): Reading => {
  try {
    return { value: readSource(reference, source)(facts) }
  } catch (error) {
    if (error instanceof FactUnavailable) return { unavailable: error.message }
    throw error
  }
}
