/** The leaves of a condition, and whether an odd number of `not` stands above each. */
import type { Condition, Leaf } from "../../domain/contract.ts"

export interface PlacedLeaf {
  readonly leaf: Leaf
  readonly negated: boolean
}

/** Shared conditions are not followed, nor is the `where` of a counter. */
export const leaves = (condition: Condition, negated = false): ReadonlyArray<PlacedLeaf> => {
  if ("all" in condition) return condition.all.flatMap((part) => leaves(part, negated))
  if ("any" in condition) return condition.any.flatMap((part) => leaves(part, negated))
  if ("not" in condition) return leaves(condition.not, !negated)
  return "fact" in condition ? [{ leaf: condition, negated }] : []
}

/** Those inside the `where` of counters, too. Several rules ask, and files that have not changed bring the same conditions. */
export const allLeaves = (condition: Condition): ReadonlyArray<Leaf> => {
  let found = known.get(condition)
  if (found === undefined) {
    found = leaves(condition).flatMap(({ leaf }) =>
      leaf.params?.where === undefined ? [leaf] : [leaf, ...allLeaves(leaf.params.where)],
    )
    known.set(condition, found)
  }
  return found
}

const known = new WeakMap<Condition, ReadonlyArray<Leaf>>()
