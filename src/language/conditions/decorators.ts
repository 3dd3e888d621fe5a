/** json-rules-engine's operator decorators: `not:someFact:in`, the leftmost is the outermost. */
import type { Operator } from "./operators/operator.ts"

type Binary = (fact: unknown, value: unknown) => boolean
type Prepared = (fact: unknown) => boolean
type Prepare = (value: unknown) => Prepared

export interface Decorator {
  readonly name: string
  readonly test: (inner: Binary) => Binary
  /** As `test`, with the value given once. `inner` is the same operator in both forms. */
  readonly prepare: (inner: Prepare, test: Binary) => Prepare
  /** For sentences; `fact` goes before the fact's name, `value` before the value. `not` turns the operator's own words. */
  readonly words: { readonly fact?: string; readonly value?: string }
}

const someFact: Decorator = {
  name: "someFact",
  test: (inner) => (fact, value) => Array.isArray(fact) && fact.some((item) => inner(item, value)),
  prepare: (inner) => (value) => {
    const holds = inner(value)
    return (fact) => Array.isArray(fact) && fact.some((item) => holds(item))
  },
  words: { fact: "one of" },
}

const everyFact: Decorator = {
  name: "everyFact",
  test: (inner) => (fact, value) => Array.isArray(fact) && fact.every((item) => inner(item, value)),
  prepare: (inner) => (value) => {
    const holds = inner(value)
    return (fact) => Array.isArray(fact) && fact.every((item) => holds(item))
  },
  words: { fact: "every one of" },
}

const someValue: Decorator = {
  name: "someValue",
  test: (inner) => (fact, value) => Array.isArray(value) && value.some((item) => inner(fact, item)),
  prepare: (inner) => (value) => {
    if (!Array.isArray(value)) return () => false
    const tests = value.map((item) => inner(item))
    return (fact) => tests.some((holds) => holds(fact))
  },
  words: { value: "one of" },
}

const everyValue: Decorator = {
  name: "everyValue",
  test: (inner) => (fact, value) => Array.isArray(value) && value.every((item) => inner(fact, item)),
  prepare: (inner) => (value) => {
    if (!Array.isArray(value)) return () => false
    const tests = value.map((item) => inner(item))
    return (fact) => tests.every((holds) => holds(fact))
  },
  words: { value: "every one of" },
}

const swap: Decorator = {
  name: "swap",
  test: (inner) => (fact, value) => inner(value, fact),
  prepare: (_inner, test) => (value) => (fact) => test(value, fact),
  words: {},
}

const not: Decorator = {
  name: "not",
  test: (inner) => (fact, value) => !inner(fact, value),
  prepare: (inner) => (value) => {
    const holds = inner(value)
    return (fact) => !holds(fact)
  },
  words: {},
}

export const decorators: ReadonlyMap<string, Decorator> = new Map(
  [someFact, everyFact, someValue, everyValue, swap, not].map((decorator) => [decorator.name, decorator]),
)

export const decoratorNames: ReadonlyArray<string> = [...decorators.keys()]

/** An operator's name taken apart. `decorators` stand in the order of the text: outermost first. */
export interface DecoratedOperator {
  readonly decorators: ReadonlyArray<Decorator>
  readonly operator: Operator
  readonly test: Binary
  readonly prepare: Prepare
}

/** `undefined` where the operator or a decorator is unknown. */
export const decoratedOperator = (
  text: string,
  operators: ReadonlyMap<string, Operator>,
): DecoratedOperator | undefined => {
  const names = text.split(":")
  const operator = operators.get(names.pop()!)
  if (operator === undefined) return undefined
  let test: Binary = operator.test
  let prepare: Prepare = operator.prepare ?? ((value) => (fact) => operator.test(fact, value))
  const found: Array<Decorator> = []
  for (const name of names.toReversed()) {
    const decorator = decorators.get(name)
    if (decorator === undefined) return undefined
    prepare = decorator.prepare(prepare, test)
    test = decorator.test(test)
    found.unshift(decorator)
  }
  return { decorators: found, operator, test, prepare }
}
