/** Contracts of different versions read differently, and contracts of one version read the same. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FACT_NAMES } from "../../domain/contract.ts"
import type {
  Condition,
  Contract,
  Effect,
  EffectKind,
  FactParams,
  Leaf,
  Otherwise,
  Selector,
} from "../../domain/contract.ts"
import { operatorNames } from "../conditions/operators.ts"
import { versionOf } from "../version.ts"
import { describeChange } from "./describeChange.ts"
import { describeContract } from "./describeContract.ts"
import * as sample from "./samples.ts"

const RUNS = 200

/** Words of authors: with quotes, brackets, line breaks, invisible characters and what looks like our own sentences. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
  fc.constantFrom(
    "is refused.",
    'a" and "b',
    "x\n  y",
    "x  y",
    "\u202Ex",
    "x\u200B",
    "(deny)",
    "- it is permitted",
    "“x”",
  ),
)
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const path = fc.stringMatching(/^\$(\.[a-z]{1,5}){1,3}$/)
const type = fc.stringMatching(/^[a-z_]{1,6}(\.[a-z]{1,6}){0,2}$/)
const pattern = fc.oneof(
  type,
  type.map((prefix) => `${prefix}.**`),
  fc.stringMatching(/^[a-z]{1,3}\*\.[a-z]{0,3}\*$/),
)
const milliseconds = fc.oneof(
  fc.integer({ min: 1, max: 10 ** 10 }),
  fc.integer({ min: 1, max: 200 }).map((hours) => hours * 3_600_000),
)
const time = fc.integer({ min: 0, max: 4 * 10 ** 12 })
const count = fc.integer({ min: 1, max: 50 })
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const scope = fc.boolean()
const optional = { noNullPrototype: true } as const

const selector = (channels: boolean): fc.Arbitrary<Selector> =>
  fc.oneof(
    fc.record({ kind: fc.constant("member" as const), name }),
    fc.record({ kind: fc.constant("role" as const), role: name, scope }),
    fc.record({ kind: fc.constantFrom("members" as const, "humans" as const, "agents" as const), scope }),
    fc.constant({ kind: "creator" as const }),
    ...(channels ? [fc.record({ kind: fc.constant("channel" as const), name })] : []),
  )
const people = fc.array(selector(false), { minLength: 1, maxLength: 3 })

const params: fc.Arbitrary<FactParams> = fc.record(
  {
    of: pattern,
    by: fc.oneof(fc.constantFrom("actor", "org", "subject", "run", "correlation"), path),
    within: milliseconds,
  },
  optional,
)
const fact = fc.constantFrom(...FACT_NAMES.filter((known) => !["count", "sum", "history", "clock"].includes(known)))
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({
    fact,
    path,
    operator: fc.constantFrom(...operatorNames, ...operatorNames.map((operator) => `someFact:${operator}`)),
    value: fc.oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 }), fc.record({ fact, path })),
  }),
  fc.record({
    fact: fc.constant("clock" as const),
    path: fc.constantFrom("$.hour", "$.minute"),
    operator: fc.constant("equal"),
    value: count,
    params: fc.record({ tz: name }),
  }),
  fc.record({
    fact: fc.constantFrom("count" as const, "history" as const),
    operator: fc.constantFrom("equal", "greaterThan"),
    value: fc.oneof(count, fc.boolean()),
    params,
  }),
  fc.record({
    fact: fc.constant("sum" as const),
    operator: fc.constantFrom("equal", "lessThan"),
    value: count,
    params: fc.tuple(params, path).map(([rest, value]) => ({ ...rest, value })),
  }),
)

/** Groups have two members or more: a group of one means the same as that one, and reads so. */
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ condition: text }),
    fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
    tie("condition").map((not) => ({ not })),
  ),
}))

const levels = fc.array(
  fc.record({ to: people, after: milliseconds, message: text }, { requiredKeys: ["to"], ...optional }),
  { minLength: 1, maxLength: 2 },
)
const otherwise: fc.Arbitrary<Otherwise> = fc.oneof(
  fc.constantFrom("deny" as const, "defer" as const),
  fc.record({ escalate: levels }),
)
const per = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        "actor" as const,
        "org" as const,
        "subject" as const,
        "run" as const,
        "correlation" as const,
      ),
    }),
    fc.record({ kind: fc.constant("data" as const), path }),
  ),
  { maxLength: 3 },
)
const upon = fc.uniqueArray(fc.constantFrom("allow" as const, "deny" as const, "hold" as const, "expired" as const), {
  minLength: 1,
})
const json = fc.jsonValue({ maxDepth: 2 })

const effects: { readonly [K in EffectKind]: fc.Arbitrary<Extract<Effect, { readonly effect: K }>> } = {
  allow: fc.constant({ effect: "allow" }),
  deny: fc.record({ effect: fc.constant("deny"), reason: text }),
  require_approval: fc.record({
    effect: fc.constant("require_approval"),
    from: people,
    within: milliseconds,
    otherwise,
    self: fc.boolean(),
  }),
  require_votes: fc.record(
    {
      effect: fc.constant("require_votes" as const),
      from: people,
      resolution: fc.oneof(
        fc.record({ kind: fc.constant("approvals" as const), approvals: count }),
        fc.record({ kind: fc.constantFrom("majority" as const, "unanimous" as const) }),
        fc.record({
          kind: fc.constant("supermajority" as const),
          fraction: fc.double({ min: 0.5, max: 1, noNaN: true }),
        }),
        fc.record(
          {
            kind: fc.constant("plurality" as const),
            options: fc.array(text, { minLength: 1, maxLength: 3 }),
            tieBreak: text,
          },
          { requiredKeys: ["kind", "options"], ...optional },
        ),
      ),
      of: fc.constantFrom("electorate" as const, "cast" as const),
      quorum: fc.oneof(
        fc.record({ voters: count }),
        fc.record({ share: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
      ),
      weights: fc.oneof(
        fc.constant("members" as const),
        fc.dictionary(name, count, { minKeys: 1, maxKeys: 3, ...optional }),
      ),
      veto: people,
      delay: milliseconds,
      within: milliseconds,
      otherwise,
      self: fc.boolean(),
      same: fc.array(path, { maxLength: 2 }),
    },
    { requiredKeys: ["effect", "from", "resolution", "of", "within", "otherwise", "self"], ...optional },
  ),
  limit: fc.record(
    {
      effect: fc.constant("limit" as const),
      max: count,
      within: milliseconds,
      per,
      // Not `max`, which is what it is where it is left out.
      burst: fc.integer({ min: 51, max: 100 }),
      cost: fc.oneof(count, fc.record({ path })),
      algorithm: fc.constantFrom("sliding" as const, "gcra" as const),
      otherwise,
    },
    { requiredKeys: ["effect", "max", "within", "per", "cost", "algorithm", "otherwise"], ...optional },
  ),
  budget: fc.record({
    effect: fc.constant("budget"),
    unit: fc.constantFrom("usd", "tokens", "turns", "minutes"),
    max: count,
    per,
    within: milliseconds,
    otherwise,
  }),
  route: fc.record(
    {
      effect: fc.constant("route" as const),
      to: people,
      as: fc.constantFrom("sequence" as const, "parallel" as const, "first" as const, "compete" as const),
      goal: text,
      with: fc.dictionary(name, json, { maxKeys: 3, ...optional }),
    },
    { requiredKeys: ["effect", "to", "as"], ...optional },
  ),
  escalate: fc.record({ effect: fc.constant("escalate"), levels }),
  emit: fc.record(
    { effect: fc.constant("emit" as const), type, data: json, upon },
    { requiredKeys: ["effect", "type"], ...optional },
  ),
  notify: fc.record(
    {
      effect: fc.constant("notify" as const),
      to: fc.array(selector(true), { minLength: 1, maxLength: 3 }),
      message: text,
      upon,
    },
    { requiredKeys: ["effect", "to", "message"], ...optional },
  ),
}
const effect: fc.Arbitrary<Effect> = fc.oneof(...Object.values<fc.Arbitrary<Effect>>(effects))

type Content = Omit<Contract, "fullName" | "version" | "position">

const fields = {
  id: name,
  name: text,
  // Line breaks at the end of a description are not shown.
  description: text.map((written) => written.trim() || "x"),
  scope: name.map((id) => `@${id}`),
  on: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  when: condition,
  then: fc.array(effect, { minLength: 1, maxLength: 3 }),
  mode: fc.constantFrom("enforce" as const, "shadow" as const, "off" as const),
  priority: fc.integer({ min: -100, max: 100 }),
  owner: name,
  from: time,
  until: time,
} satisfies { readonly [K in keyof Required<Content>]: fc.Arbitrary<NonNullable<Content[K]>> }

const content: fc.Arbitrary<Content> = fc.record(fields, {
  requiredKeys: ["id", "scope", "on", "then", "mode", "priority"],
  ...optional,
})

const asContract = (of: Content): Contract => ({
  ...of,
  fullName: `${of.scope}/${of.id}`,
  version: versionOf(of),
  position: sample.contract.position,
})

/** Contracts of two different versions. */
const differ = (left: Content, right: Content): void => {
  const [one, other] = [asContract(left), asContract(right)]
  fc.pre(one.version !== other.version)
  expect(describeContract(other)).not.toBe(describeContract(one))
  expect(describeChange(one, other)).not.toContain("unchanged")
}

describe("different versions, different texts", () => {
  for (const key of Object.keys(fields) as ReadonlyArray<keyof Content>)
    it(key, () => {
      fc.assert(
        fc.property(content, fields[key], (base, value) => differ(base, { ...base, [key]: value })),
        { numRuns: RUNS },
      )
    })

  for (const kind of Object.keys(effects) as ReadonlyArray<EffectKind>)
    if (kind !== "allow")
      it(`one key of ${kind}`, () => {
        fc.assert(
          fc.property(content, effects[kind], effects[kind], fc.nat(), (base, one, other, at) => {
            const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => key !== "effect")
            differ({ ...base, then: [one] }, { ...base, then: [withKeyOf(one, other, keys[at % keys.length]!)] })
          }),
          { numRuns: RUNS },
        )
      })

  it("one key of one comparison, somewhere in a condition", () => {
    fc.assert(
      fc.property(surroundings, leaf, leaf, fc.nat(), (around, one, other, at) => {
        const keys = one.fact === other.fact ? (["path", "operator", "value", "params"] as const) : (["fact"] as const)
        const changed = withKeyOf(one, other, keys[at % keys.length]!)
        fc.pre(!COUNTERS.has(one.fact) && !COUNTERS.has(changed.fact) ? true : one.fact === changed.fact)
        differ(sample.withCondition(around(one)), sample.withCondition(around(changed)))
      }),
      { numRuns: RUNS },
    )
  })
})

describe("one version, one text", () => {
  it("whatever the order of keys", () => {
    fc.assert(
      fc.property(content, (of) => {
        const turned = reversed(of) as Content
        expect(versionOf(turned)).toBe(versionOf(of))
        expect(describeContract(asContract(turned))).toBe(describeContract(asContract(of)))
        expect(describeChange(asContract(of), asContract(turned))).toContain("unchanged in meaning")
      }),
      { numRuns: RUNS },
    )
  })
})

const COUNTERS: ReadonlySet<string> = new Set(["count", "sum", "history", "clock"])

const withKeyOf = <A extends object>(one: A, other: A, key: string): A => {
  const taken = Object.entries(other).filter(([field]) => field === key)
  return Object.fromEntries([...Object.entries(one).filter(([field]) => field !== key), ...taken]) as A
}

/** A condition with a place for a comparison. */
const surroundings: fc.Arbitrary<(inner: Condition) => Condition> = fc
  .array(
    fc.oneof(
      fc.constant((inner: Condition): Condition => ({ not: inner })),
      condition.map((sibling) => (inner: Condition): Condition => ({ all: [inner, sibling] })),
      condition.map((sibling) => (inner: Condition): Condition => ({ any: [sibling, inner] })),
    ),
    { maxLength: 3 },
  )
  .map((wraps) => (inner) => wraps.reduce((built, wrap) => wrap(built), inner))

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, entry]) => [key, reversed(entry)]),
  )
}
