import { describe, expect, it } from "vitest"
import type { Condition, Leaf } from "../../domain/contract.ts"
import type { FactSource } from "../facts.ts"
import { applyChanges } from "./changes.ts"
import { createCompiler } from "./compile.ts"
import { explainCondition } from "./explain.ts"
import { flips, MAX_FLIPS } from "./flips.ts"
import { FactUnavailable } from "../facts.ts"

const facts = (data: unknown, counter: FactSource["counter"] = () => 3): FactSource => ({
  event: {
    id: "e1",
    source: "/test",
    type: "deploy.requested",
    time: "2026-11-20T10:00:00.000Z",
    org: "@team",
    actor: { name: "dana", kind: "human", roles: ["dev"] },
    data,
    correlationid: "e1",
    seq: 1,
  },
  now: Date.UTC(2026, 10, 20, 10),
  organization: { id: "@team", members: ["dana"], humans: ["dana"], agents: [], size: 1 },
  timezone: "UTC",
  counter,
  run: undefined,
})
const none = () => undefined
const data = (path: string, operator: string, value: unknown): Leaf => ({ fact: "data", path, operator, value })
const flipsOf = (condition: Condition, given: unknown) => flips(condition, none, facts(given))

describe("flips", () => {
  it.each<readonly [Leaf, unknown, unknown]>([
    [data("$.env", "equal", "production"), { env: "staging" }, "production"],
    [data("$.env", "equal", "production"), { env: "production" }, "another value"],
    [data("$.env", "equal", "production"), {}, "production"],
    [data("$.repo.branch", "equal", "main"), {}, "main"],
    [data("$.amount", "greaterThan", 100), { amount: 5 }, 101],
    [data("$.amount", "greaterThan", 100), { amount: 500 }, 100],
    [data("$.amount", "lessThanInclusive", 100), { amount: 500 }, 100],
    [data("$.amount", "between", [1, 5]), { amount: 9 }, 1],
    [data("$.tags", "contains", "urgent"), { tags: ["a"] }, ["a", "urgent"]],
    [data("$.tags", "contains", "urgent"), { tags: ["a", "urgent"] }, ["a"]],
    [data("$.tags", "someFact:in", ["x", "y"]), { tags: ["a"] }, ["a", "x"]],
    [data("$.branch", "matches", "^release/\\d+$"), { branch: "main" }, "release/1"],
    [data("$.branch", "startsWith", "release/"), { branch: "main" }, "release/"],
    [data("$.at", "before", "2026-11-20T10:00:00Z"), { at: "2027-01-01" }, "2026-11-20T09:59:59.000Z"],
    [data("$.a", "equal", { fact: "data", path: "$.b" } as never), { a: 1, b: 2 }, 2],
    [{ fact: "type", operator: "equal", value: "x.y" }, {}, "x.y"],
    [{ fact: "subject", operator: "equal", value: "x" }, {}, "x"],
    [{ fact: "actor", path: "$.kind", operator: "equal", value: "human" }, {}, "agent"],
    [{ fact: "actor", operator: "isA", value: "lead" }, {}, { name: "dana", kind: "human", roles: ["dev", "lead"] }],
    [{ fact: "count", params: { of: "a.b", within: 1 }, operator: "greaterThan", value: 5 }, {}, 6],
    [{ fact: "org", path: "$.size", operator: "greaterThan", value: 1 }, {}, 2],
    [{ fact: "run", path: "$.cost", operator: "greaterThan", value: 1 }, {}, 2],
  ])("%j with %j would turn with %j", (leaf, given, to) => {
    const [first] = flipsOf(leaf, given)
    expect(first).toMatchObject({ proven: true, changes: [{ fact: leaf.fact, to }] })
    // Decided again by the compiled form, not by the explanation that proposed it.
    const { test } = createCompiler().compile(leaf, none)
    expect(test(applyChanges(facts(given), first!.changes)!)).toBe(!test(facts(given)))
  })

  it("can be that something is missing", () => {
    const [first] = flipsOf(data("$.a.b", "exists", false), { a: { b: 1, c: 2 } })
    expect(first).toMatchObject({ proven: true, changes: [{ from: 1, remove: true }] })
    expect(applyChanges(facts({ a: { b: 1, c: 2 } }), first!.changes)?.event.data).toEqual({ a: { c: 2 } })
  })

  it("name the fewest facts first, and one example for all leaves on a fact", () => {
    const condition: Condition = {
      any: [
        { all: [data("$.a", "equal", 1), data("$.b", "equal", 1)] },
        { all: [data("$.n", "greaterThan", 5), data("$.n", "lessThan", 100)] },
      ],
    }
    const found = flipsOf(condition, { n: 200 })
    expect(found.map(({ changes }) => changes.map(({ path }) => path))).toEqual([["$.n"], ["$.a", "$.b"]])
    expect(found[0]?.changes[0]?.to).toBe(99)
    expect(found.every(({ proven }) => proven)).toBe(true)
  })

  it("change a count for all leaves that ask for it, whatever their thresholds", () => {
    const count = (operator: string, value: number): Leaf => ({
      fact: "count",
      params: { of: "a.b", within: 1 },
      operator,
      value,
    })
    const [first] = flipsOf({ all: [count("greaterThan", 5), count("lessThan", 9), count("notEqual", 6)] }, {})
    expect(first).toMatchObject({ proven: true, changes: [{ fact: "count", from: 3 }] })
    expect(first?.changes[0]?.to).toSatisfy((to: number) => to === 7 || to === 8)
  })

  it("are left out where the same fact cannot be both", () => {
    const found = flipsOf({ all: [data("$.a", "equal", 1), data("$.a", "equal", 2)] }, { a: 3 })
    expect(found.filter(({ proven }) => proven)).toEqual([])
  })

  it("name the fact where there is no example", () => {
    expect(flipsOf({ fact: "clock", path: "$.weekday", operator: "equal", value: "monday" }, {})).toMatchObject([
      { proven: false, changes: [{ fact: "clock", path: "$.weekday", from: "friday", to: "monday" }] },
    ])
  })

  it("are few", () => {
    const any = Array.from({ length: 50 }, (_, index) => data(`$.a${index}`, "equal", 1))
    expect(flipsOf({ any }, {})).toHaveLength(MAX_FLIPS)
  })

  it("are none where the answer is unavailable", () => {
    const counter = (): never => {
      throw new FactUnavailable("count", "full")
    }
    const leaf: Leaf = { fact: "count", params: { of: "a.b", within: 1 }, operator: "greaterThan", value: 5 }
    expect(flips(leaf, none, facts({}, counter))).toEqual([])
    expect(explainCondition(leaf, none, facts({}, counter))).toMatchObject({
      result: "unavailable",
      missing: false,
      unavailable: "full",
    })
  })
})

describe("explainCondition", () => {
  it("shows every node and every value, those too that the decision skipped", () => {
    const shared = (name: string): Condition | undefined =>
      name === "prod" ? data("$.env", "equal", "production") : undefined
    const condition: Condition = {
      all: [
        { condition: "prod" },
        { not: { any: [data("$.gone", "greaterThan", 1), data("$.a", "equal", { fact: "subject" } as never)] } },
      ],
    }
    expect(explainCondition(condition, shared, facts({ env: "staging", a: null }))).toEqual({
      kind: "all",
      result: false,
      parts: [
        {
          kind: "condition",
          name: "prod",
          result: false,
          part: {
            kind: "leaf",
            leaf: data("$.env", "equal", "production"),
            result: false,
            missing: false,
            seen: "staging",
            compared: "production",
          },
        },
        {
          kind: "not",
          result: true,
          part: {
            kind: "any",
            result: false,
            parts: [
              { kind: "leaf", leaf: data("$.gone", "greaterThan", 1), result: false, missing: true, compared: 1 },
              {
                kind: "leaf",
                leaf: data("$.a", "equal", { fact: "subject" }),
                result: false,
                missing: false,
                seen: null,
              },
            ],
          },
        },
      ],
    })
  })
})
