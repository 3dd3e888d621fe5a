/** Every operator that a condition can name, one line each. */
import { leafCheck } from "./checkLeaf.ts"
import { decoratorNames } from "./decorators.ts"
import { after } from "./operators/after.ts"
import { before } from "./operators/before.ts"
import { between } from "./operators/between.ts"
import { contains } from "./operators/contains.ts"
import { doesNotContain } from "./operators/doesNotContain.ts"
import { endsWith } from "./operators/endsWith.ts"
import { equal } from "./operators/equal.ts"
import { exists } from "./operators/exists.ts"
import { greaterThan } from "./operators/greaterThan.ts"
import { greaterThanInclusive } from "./operators/greaterThanInclusive.ts"
import { isIn } from "./operators/in.ts"
import { includes } from "./operators/includes.ts"
import { isA } from "./operators/isA.ts"
import { lessThan } from "./operators/lessThan.ts"
import { lessThanInclusive } from "./operators/lessThanInclusive.ts"
import { matches } from "./operators/matches.ts"
import { notEqual } from "./operators/notEqual.ts"
import { notIn } from "./operators/notIn.ts"
import type { Operator } from "./operators/operator.ts"
import { startsWith } from "./operators/startsWith.ts"

export type OperatorTable = ReadonlyMap<string, Operator>

/** json-rules-engine's own ten, in its meaning. */
export const LIBRARY_OPERATORS: ReadonlyArray<Operator> = [
  equal,
  notEqual,
  isIn,
  notIn,
  contains,
  doesNotContain,
  lessThan,
  lessThanInclusive,
  greaterThan,
  greaterThanInclusive,
]

/** What Charter adds. */
export const OWN_OPERATORS: ReadonlyArray<Operator> = [
  matches,
  includes,
  startsWith,
  endsWith,
  exists,
  between,
  before,
  after,
  isA,
]

export const operators: OperatorTable = new Map(
  [...LIBRARY_OPERATORS, ...OWN_OPERATORS].map((operator) => [operator.name, operator]),
)

export const operatorNames: ReadonlyArray<string> = [...operators.keys()]

export { decoratorNames }

/**
 * All that is wrong with a leaf beside its fact's name: everything that the library would let pass without a word, or
 * would fail on only when an event comes. Empty where the leaf may be compiled.
 */
export const checkLeaf = leafCheck(operators)
