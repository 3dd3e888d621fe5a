/** Random conditions, events and facts for the property tests of conditions. */
import * as fc from "fast-check"
import type { Condition, FactName, Leaf } from "../../../src/domain/contract.ts"
import type { Actor, Event } from "../../../src/domain/event.ts"
import { checkLeaf } from "../../../src/language/conditions/operators.ts"
import { type CounterSpec, type FactSource, FactUnavailable } from "../../../src/language/facts.ts"

/** How many random cases a property runs: `CHARTER_FUZZ_CASES=N` asks for more. */
export const fuzzCases = (inCi: number): number => Number(process.env["CHARTER_FUZZ_CASES"] ?? inCi)

const scalar = fc.constantFrom<unknown>(
  0,
  1,
  2,
  5,
  -1,
  2.5,
  "a",
  "b",
  "10",
  "10x",
  "",
  "true",
  true,
  false,
  null,
  "production",
  "2026-11-20",
  "2026-11-20T10:00:00Z",
)

const collection = fc.constantFrom<unknown>([], ["a"], [1, 2, 5], [5], ["a", "b", 10], { k: 1 }, { roles: ["lead"] })

/** Only events bring these: comparing them as text throws. */
const textless = fc.constantFrom<unknown>({ toString: 1 }, [{ toString: 1 }])

// Cloned: a contract and an event never share a list, and the same list would equal itself.
const literal: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: collection.map((item) => structuredClone(item)) },
)
const value: fc.Arbitrary<unknown> = fc.oneof({ weight: 9, arbitrary: literal }, { weight: 1, arbitrary: textless })
/** Long enough to be looked up in a set. */
const longLists = fc.array(literal, { minLength: 9, maxLength: 12 })

const dataPaths = [
  "$",
  "$.k",
  "$.k.m",
  "k",
  "k.m",
  "$.k.m.x",
  "$['k']",
  "$.arr",
  "$.arr[0]",
  "$.arr.length",
  "$.name.length",
  "$.name[0]",
  "$.zz.y",
  "$.toString",
  "$.constructor",
  "constructor",
  "$.__proto__",
  "$.arr[*]",
  "$.arr[*].k",
  "$..k",
  "$..*",
  "$.arr[0:2]",
  "$.arr[-1:]",
  "$[k,arr]",
  "$.*",
  "$.items[*].k",
  "$.items..k",
]

const reference: fc.Arbitrary<Pick<Leaf, "fact" | "path" | "params">> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { fact: fc.constant<FactName>("data"), path: fc.constantFrom(...dataPaths) },
      { requiredKeys: ["fact"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ fact: fc.constantFrom<FactName>("id", "type", "source", "subject", "time", "correlation") }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        fact: fc.constantFrom<FactName>("actor", "org", "run"),
        path: fc.constantFrom(
          "$.name",
          "$.kind",
          "$.roles",
          "$.onbehalf.name",
          "$.id",
          "$.members",
          "$.size",
          "$.cost",
          "$.attempt",
        ),
      },
      { requiredKeys: ["fact"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        fact: fc.constant<FactName>("clock"),
        path: fc.constantFrom("$.weekday", "$.hour", "$.minute", "$.date"),
        params: fc.constantFrom({ tz: "Europe/Berlin" }, { tz: "America/New_York" }),
      },
      { requiredKeys: ["fact", "path"] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      fact: fc.constantFrom<FactName>("count", "sum", "history"),
      params: fc.constantFrom(
        { of: "a.b", within: 60_000, value: "$.usd" },
        { of: "c.*", within: 60_000, by: "actor", value: "$.usd" },
      ),
    }),
  },
)

const decorated = (operator: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom("someFact", "everyFact", "someValue", "everyValue", "swap", "not"), { maxLength: 2 }),
      operator,
      fc.nat(4),
    )
    .map(([names, name, dice]) => (dice > 1 ? name : [...names, name].join(":")))

const anyOperator = fc.constantFrom(
  "equal",
  "notEqual",
  "in",
  "notIn",
  "contains",
  "doesNotContain",
  "lessThan",
  "lessThanInclusive",
  "greaterThan",
  "greaterThanInclusive",
  "includes",
  "startsWith",
  "endsWith",
  "exists",
  "between",
  "before",
  "after",
  "isA",
)

/** Not only what the loader lets pass: the compiled form is total, and means what the library means where that has an answer. */
export const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        reference,
        decorated(anyOperator),
        fc.oneof(
          { weight: 3, arbitrary: literal },
          { weight: 2, arbitrary: fc.array(literal, { maxLength: 4 }) },
          { weight: 1, arbitrary: longLists },
        ),
      )
      .map(([left, operator, right]): Leaf => ({ ...left, operator, value: right })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(reference, decorated(anyOperator), reference)
      .map(([left, operator, right]): Leaf => ({ ...left, operator, value: right })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        reference,
        decorated(fc.constant("matches")),
        fc.constantFrom("^a", "1", "b|c", "^(?:production|staging)$", "(a+)+$"),
      )
      .map(([left, operator, right]): Leaf => ({ ...left, operator, value: right })),
  },
)

/** Names of the shared conditions in {@link sharedSet}; each refers only to later ones. */
const SHARED_NAMES = ["first", "second", "third"]

const tree = (depth: number, names: ReadonlyArray<string>, leaves = leaf): fc.Arbitrary<Condition> => {
  const ends: Array<fc.WeightedArbitrary<Condition>> = [{ weight: 5, arbitrary: leaves }]
  if (names.length > 0)
    ends.push({ weight: 1, arbitrary: fc.constantFrom(...names).map((condition) => ({ condition })) })
  if (depth === 0) return fc.oneof(...ends)
  const inner = tree(depth - 1, names, leaves)
  const parts = fc.array(inner, { minLength: 1, maxLength: 4 })
  return fc.oneof(
    ...ends,
    { weight: 1, arbitrary: inner.map((not) => ({ not })) },
    { weight: 2, arbitrary: parts.map((all) => ({ all })) },
    { weight: 2, arbitrary: parts.map((any) => ({ any })) },
  )
}

export const condition: fc.Arbitrary<Condition> = tree(3, SHARED_NAMES)
export const sharedSet: fc.Arbitrary<Readonly<Record<string, Condition>>> = fc.record({
  first: tree(1, ["second", "third"]),
  second: tree(1, ["third"]),
  third: tree(1, []),
})

/** Such as the loader lets pass. */
export const soundCondition: fc.Arbitrary<Condition> = tree(
  3,
  [],
  leaf.filter((candidate) => checkLeaf(candidate).length === 0),
)

const data = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        k: fc.oneof(value, fc.record({ m: value })),
        arr: fc.array(value, { maxLength: 4 }),
        name: value,
        items: fc.array(fc.record({ k: value }, { requiredKeys: [] }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: value },
  { weight: 1, arbitrary: fc.constant(undefined) },
)

const actor: fc.Arbitrary<Actor> = fc.record({
  name: fc.constantFrom("dana", "reviewer", "github:octocat"),
  kind: fc.constantFrom("human", "agent", "external"),
  roles: fc.subarray(["lead", "reviewer", "a"]),
})

const event: fc.Arbitrary<Event> = fc
  .tuple(
    fc.constantFrom("deploy.requested", "a.b", "github.push"),
    fc.option(fc.constantFrom("a", "10", "acme/web#7"), { nil: undefined }),
    actor,
    data,
  )
  .map(([type, subject, by, payload]) => ({
    id: "e1",
    source: "/test",
    type,
    ...(subject === undefined ? {} : { subject }),
    time: "2026-11-20T10:00:00.000Z",
    org: "@review-team",
    actor: by,
    ...(payload === undefined ? {} : { data: payload }),
    correlationid: "e1",
    seq: 1,
  }))

/** What each counter says; `undefined`: its cap is full. */
export type Counters = ReadonlyArray<number | undefined>

export const factsOf = (given: Event, now: number, withRun: boolean, counters: Counters): FactSource => ({
  event: given,
  now,
  organization: { id: given.org, members: ["dana", "reviewer"], humans: ["dana"], agents: ["reviewer"], size: 2 },
  timezone: "Europe/Berlin",
  run: withRun ? { cost: 2.5, tokens: 1000, turns: 5, elapsed: 10, attempt: 1, depth: 0 } : undefined,
  counter: (spec) => countersSay(counters, spec),
})

const countersSay = (counters: Counters, spec: CounterSpec): number | boolean => {
  const index = [...spec.key].reduce((sum, character) => sum + character.charCodeAt(0), 0) % counters.length
  const said = counters[index]
  if (said === undefined) throw new FactUnavailable(spec.kind, "The counter's cap is full.")
  return spec.kind === "history" ? said > 1 : said
}

export const now = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) })
export const available: fc.Arbitrary<Counters> = fc.array(fc.constantFrom(0, 1, 2, 5), { minLength: 3, maxLength: 3 })
export const partly: fc.Arbitrary<Counters> = fc.array(fc.constantFrom(0, 1, 2, 5, undefined, undefined), {
  minLength: 3,
  maxLength: 3,
})
export { event }
