/** Conditions with their references to shared ones replaced by what they stand for. */
import type { Condition } from "../../domain/contract.ts"
import type { SharedConditions } from "../facts.ts"

/** Groups and references inside each other. */
export const MAX_CONDITION_DEPTH = 64

export const NO_SHARED: SharedConditions = () => undefined

/** A condition that the loader should have refused. */
export class InvalidCondition extends Error {
  constructor(message: string) {
    super(message)
    this.name = "InvalidCondition"
  }
}

/**
 * The condition that `name` stands for.
 * @param path the references that led here, to find a cycle
 * @throws {@link InvalidCondition} where there is none, or it stands for itself
 */
export const sharedCondition = (name: string, shared: SharedConditions, path: ReadonlyArray<string>): Condition => {
  if (path.includes(name)) throw new InvalidCondition(`The shared condition ${name} refers to itself.`)
  const found = shared(name)
  if (found === undefined) throw new InvalidCondition(`There is no shared condition ${name}.`)
  return found
}

/**
 * The condition without references.
 * @throws {@link InvalidCondition}
 */
export const expandShared = (
  condition: Condition,
  shared: SharedConditions,
  path: ReadonlyArray<string> = [],
  depth = 0,
): Condition => {
  if (depth > MAX_CONDITION_DEPTH)
    throw new InvalidCondition(`A condition is nested more than ${MAX_CONDITION_DEPTH} deep.`)
  const expand = (part: Condition): Condition => expandShared(part, shared, path, depth + 1)
  if ("all" in condition) return { all: condition.all.map(expand) }
  if ("any" in condition) return { any: condition.any.map(expand) }
  if ("not" in condition) return { not: expand(condition.not) }
  if ("condition" in condition) {
    const name = condition.condition
    return expandShared(sharedCondition(name, shared, path), shared, [...path, name], depth + 1)
  }
  return condition
}
