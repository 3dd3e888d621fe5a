import { describe, expect, it } from "vitest"
import type { Condition, Leaf } from "../../domain/contract.ts"
import { type CounterSpec, FactUnavailable, type FactSource } from "../facts.ts"
import { counterSpecOf, createCompiler, InvalidCondition, readerOf } from "./compile.ts"

const facts = (data: unknown, counter: FactSource["counter"] = () => 0): FactSource => ({
  event: {
    id: "e1",
    source: "/test",
    type: "deploy.requested",
    time: "2026-11-20T10:00:00.000Z",
    org: "@team",
    actor: { name: "dana", kind: "human", roles: ["lead"] },
    data,
    correlationid: "c1",
    seq: 1,
  },
  now: Date.UTC(2026, 10, 20, 23, 30),
  organization: { id: "@team", members: ["dana"], humans: ["dana"], agents: [], size: 1 },
  timezone: "Europe/Berlin",
  counter,
  run: undefined,
})
const none = () => undefined
const equal = (path: string, value: unknown): Leaf => ({ fact: "data", path, operator: "equal", value })
const count = (operator: string, value: unknown, of = "a.b"): Leaf => ({
  fact: "count",
  params: { of, within: 60_000 },
  operator,
  value,
})
const compile = (condition: Condition, shared = none as (name: string) => Condition | undefined) =>
  createCompiler().compile(condition, shared)
const full = (): never => {
  throw new FactUnavailable("count", "full")
}

describe("compile", () => {
  it("takes no condition for always true", () => {
    expect(createCompiler().compile(undefined, none)).toMatchObject({ counters: [], required: [] })
    expect(createCompiler().compile(undefined, none).test(facts({}))).toBe(true)
  })

  it("reads every fact", () => {
    const read = (fact: Leaf["fact"], path?: string, params?: Leaf["params"]) =>
      readerOf(fact, path, params)(facts({ a: { b: [1, { c: 2 }] } }, (spec) => (spec.kind === "history" ? true : 7)))
    expect(read("id")).toBe("e1")
    expect(read("type")).toBe("deploy.requested")
    expect(read("source")).toBe("/test")
    expect(read("subject")).toBeUndefined()
    expect(read("time")).toBe("2026-11-20T10:00:00.000Z")
    expect(read("correlation")).toBe("c1")
    expect(read("actor", "$.roles")).toEqual(["lead"])
    expect(read("org", "$.size")).toBe(1)
    expect(read("run", "$.cost")).toBeUndefined()
    expect(read("data", "$.a.b[1].c")).toBe(2)
    expect(read("data", "$.a.toString")).toBeUndefined()
    expect(read("clock")).toEqual({ weekday: "saturday", date: "2026-11-21", hour: 0, minute: 30 })
    expect(read("clock", "$.hour", { tz: "America/New_York" })).toBe(18)
    expect(read("count", undefined, { of: "a.b", within: 1 })).toBe(7)
    expect(read("history", undefined, { of: "a.b" })).toBe(true)
  })

  it("names what must hold, for an index, from every level of `all` and through shared conditions", () => {
    const shared = (name: string): Condition | undefined =>
      name === "prod" ? { all: [equal("$.environment", "production")] } : undefined
    const { required } = compile(
      {
        all: [
          equal("a", 1),
          { all: [equal("$.b", true), { any: [equal("c", 1), equal("d", 1)] }] },
          { condition: "prod" },
          { not: equal("e", 1) },
        ],
      },
      shared,
    )
    expect(required.map(({ value }) => value).toSorted()).toEqual([1, "production", true].toSorted())
    const given = facts({ a: 1, b: true, c: 1, environment: "production" })
    for (const { read, value, rest } of required) {
      expect(read(given)).toBe(value)
      expect(rest!(given)).toBe(true)
      // The rest does not look at the leaf itself, but at all the others.
      expect(rest!(facts({ c: 1, [value === 1 ? "a" : value === true ? "b" : "environment"]: value }))).toBe(false)
    }
  })

  it("names a leaf that is the whole condition, and nothing of an `any`, a negation or a counter", () => {
    expect(compile(equal("a", 1)).required).toMatchObject([{ value: 1, rest: undefined }])
    expect(compile({ any: [equal("a", 1), equal("b", 1)] }).required).toEqual([])
    expect(compile({ not: equal("a", 1) }).required).toEqual([])
    expect(
      compile({
        all: [
          count("equal", 1),
          equal("$.a[*]", 1),
          { fact: "data", path: "b", operator: "equal", value: { fact: "data" } },
        ],
      }).required,
    ).toEqual([])
  })

  it("gives equal keys to paths that mean the same", () => {
    const keys = ["$.a.b", "a.b", "$['a'].b"].map((path) => compile(equal(path, 1)).required[0]!.key)
    expect(new Set(keys).size).toBe(1)
    expect(compile(equal("$.a.c", 1)).required[0]!.key).not.toBe(keys[0])
  })

  it("shares the closures of equal leaves", () => {
    const compiler = createCompiler()
    expect(compiler.compile(equal("$.a", 1), none).test).toBe(compiler.compile({ all: [equal("a", 1)] }, none).test)
    expect(compiler.compile(equal("$.a", 1), none).test).not.toBe(compiler.compile(equal("$.a", "1"), none).test)
  })

  describe("counters", () => {
    it("are named once, those of the right side included", () => {
      const { counters } = compile({
        all: [
          count("greaterThan", 3),
          { any: [count("greaterThan", 3), count("lessThan", 3, "c.d")] },
          {
            fact: "data",
            path: "x",
            operator: "lessThan",
            value: { fact: "sum", params: { of: "e.f", value: "$.usd", within: 5 } },
          },
        ],
      })
      expect(counters.map(({ of }) => of).toSorted()).toEqual(["a.b", "c.d", "e.f"])
    })

    it.each([
      [count("greaterThan", 3), 3],
      [count("greaterThanInclusive", 2.5), 3],
      [count("lessThan", -1), 0],
      [count("between", [1, 4]), 4],
      [count("notEqual", 0), 0],
      [count("not:greaterThan", 3), undefined],
      [count("in", [1, 2]), undefined],
      [count("greaterThan", 1e9), undefined],
      [count("greaterThan", { fact: "data", path: "max" }), undefined],
    ])("%j keeps %s", (leaf, keep) => {
      expect(counterSpecOf(leaf)?.keep).toBe(keep)
    })

    it("have their defaults, and equal keys for equal windows", () => {
      const history: Leaf = { fact: "history", params: { of: "a.b" }, operator: "equal", value: true }
      expect(counterSpecOf(history)).toMatchObject({ kind: "history", by: "subject", within: 30 * 86_400_000 })
      expect(counterSpecOf(count("equal", 1))).toMatchObject({ kind: "count", by: "none", within: 60_000 })
      expect(counterSpecOf(count("equal", 1))!.key).toBe(
        counterSpecOf({ ...count("lessThan", 1), params: { within: 60_000, of: "a.b", by: "none" } })!.key,
      )
      expect(counterSpecOf(count("equal", 1))!.key).not.toBe(counterSpecOf(count("equal", 1, "a.c"))!.key)
      expect(counterSpecOf(equal("a", 1))).toBeUndefined()
    })

    it("carry their `where` without references", () => {
      const leaf: Leaf = { ...count("equal", 1), params: { of: "a.b", within: 1, where: { condition: "prod" } } }
      const spec: CounterSpec | undefined = compile(leaf, (name) => (name === "prod" ? equal("a", 1) : undefined))
        .counters[0]
      expect(spec?.where).toEqual(equal("a", 1))
    })

    it("stay unread where the rest decides, and stop the decision where it does not", () => {
      const { test } = compile({ all: [count("lessThan", 5), equal("a", 1)] })
      expect(test(facts({ a: 2 }, full))).toBe(false)
      expect(() => test(facts({ a: 1 }, full))).toThrow(FactUnavailable)
      const either = compile({ any: [{ not: count("lessThan", 5) }, equal("a", 1)] })
      expect(either.test(facts({ a: 1 }, full))).toBe(true)
      expect(() => either.test(facts({ a: 2 }, full))).toThrow(FactUnavailable)
    })

    it("that are unavailable do not hide another one that decides, whichever comes first", () => {
      const [one, two] = [count("greaterThan", 5), count("greaterThan", 5, "c.d")]
      const answer = (spec: CounterSpec): number => (spec.of === "a.b" ? full() : 9)
      for (const any of [
        [one, two],
        [two, one],
      ])
        expect(compile({ any }).test(facts({}, answer))).toBe(true)
      for (const all of [
        [one, two],
        [two, one],
      ])
        expect(() => compile({ all }).test(facts({}, answer))).toThrow(FactUnavailable)
    })
  })

  it("refuses what the loader refuses", () => {
    const loop = (name: string): Condition => ({ all: [{ condition: name === "a" ? "b" : "a" }, equal("x", 1)] })
    let deep: Condition = equal("a", 1)
    for (let depth = 0; depth < 100; depth++) deep = { not: deep }
    for (const [condition, shared] of [
      [{ all: [] }, none],
      [{ any: [] }, none],
      [{ condition: "gone" }, none],
      [{ condition: "a" }, loop],
      [{ ...equal("a", 1), operator: "is" }, none],
      [deep, none],
    ] as const)
      expect(() => compile(condition, shared)).toThrow(InvalidCondition)
  })
})
