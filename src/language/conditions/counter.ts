/** `count`, `sum` and `history` leaves as the counters that an organization keeps for them. */
import canonicalize from "canonicalize"
import {
  type Condition,
  DEFAULT_HISTORY_WITHIN_MS,
  type FactName,
  type FactParams,
  type Leaf,
} from "../../domain/contract.ts"
import type { CounterSpec, SharedConditions } from "../facts.ts"
import { COUNTER_FACTS } from "./factFields.ts"
import { expandShared, NO_SHARED } from "./shared.ts"

/** Larger thresholds are not kept exactly, time by time. */
export const MAX_KEEP = 10_000

/** The counter that the leaf's fact reads, or `undefined` for another fact. */
export const counterSpecOf = (leaf: Leaf, shared: SharedConditions = NO_SHARED): CounterSpec | undefined =>
  COUNTER_FACTS.has(leaf.fact) ? counterSpec(leaf.fact, leaf.params, shared, keepFor(leaf)) : undefined

/** The counter of a fact with these parameters; `keep` is what its comparison can tell apart. */
export const counterSpec = (
  fact: FactName,
  params: FactParams | undefined,
  shared: SharedConditions,
  keep: number | undefined,
): CounterSpec => {
  const kind = fact as CounterSpec["kind"]
  const { of = "**", by, within, where, since, value } = params ?? {}
  const spec: Omit<CounterSpec, "key"> = {
    kind,
    of,
    by: by ?? (kind === "history" ? "subject" : "none"),
    within: within ?? DEFAULT_HISTORY_WITHIN_MS,
    ...(where === undefined ? {} : { where: expandShared(where, shared) as Condition }),
    ...(kind === "history" && since !== undefined ? { since } : {}),
    ...(kind === "sum" && value !== undefined ? { value } : {}),
    ...(kind === "count" && keep !== undefined ? { keep } : {}),
  }
  return { key: canonicalize(spec)!, ...spec }
}

/** Equal for counters that count the same, however many times they keep. */
export const countedBy = ({ key: _key, keep: _keep, ...counted }: CounterSpec): string => canonicalize(counted)!

/** A count above the threshold is as good as any other, so the times above it need not be kept. */
const keepFor = ({ operator, value }: Leaf): number | undefined => {
  const threshold =
    operator === "between" && Array.isArray(value) ? value[1] : COMPARISONS.has(operator) ? value : undefined
  if (typeof threshold !== "number" || !Number.isFinite(threshold) || threshold > MAX_KEEP) return undefined
  return Math.max(0, Math.ceil(threshold))
}

const COMPARISONS: ReadonlySet<string> = new Set([
  "equal",
  "notEqual",
  "lessThan",
  "lessThanInclusive",
  "greaterThan",
  "greaterThanInclusive",
])
