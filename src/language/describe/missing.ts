/** Where a value that is missing makes a comparison true, which readers of a negation overlook. */
import type { Leaf } from "../../domain/contract.ts"
import { isReference } from "../conditions/checkLeaf.ts"
import { decoratedOperator } from "../conditions/decorators.ts"
import { operators } from "../conditions/operators.ts"
import type { FactReference } from "./facts.ts"

/** `(also where it is missing)`, found by trying the operator; empty where nothing can be missing or it makes it false. */
export const missingRemark = (leaf: Leaf, negated: boolean): string => {
  const test = decoratedOperator(leaf.operator, operators)?.test
  if (test === undefined || leaf.operator.endsWith("exists")) return ""
  if (!isReference(leaf.value))
    return mayBeMissing(leaf) && test(undefined, leaf.value) !== negated ? " (also where it is missing)" : ""
  const [left, right] = [mayBeMissing(leaf), mayBeMissing(leaf.value)]
  const one = (left && test(undefined, PRESENT) !== negated) || (right && test(PRESENT, undefined) !== negated)
  const both = left && right && test(undefined, undefined) !== negated
  if (one && both) return " (also where one or both are missing)"
  if (one) return left && right ? " (also where one of the two is missing)" : " (also where it is missing)"
  return both ? " (also where both are missing)" : ""
}

/** Equal to nothing that an event can hold. */
const PRESENT: unknown = {}

const mayBeMissing = ({ fact, path }: FactReference): boolean => {
  if (fact === "actor") return path !== undefined && !/^\$?\.?(?:name|kind|roles)$/.test(path)
  return fact === "data" || fact === "subject" || fact === "run"
}
