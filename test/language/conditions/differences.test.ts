/** Where Charter means something else than json-rules-engine on purpose: each defect of the library, and what is done instead. */
import { Engine } from "json-rules-engine"
import { describe, expect, it } from "vitest"
import type { Condition, Leaf } from "../../../src/domain/contract.ts"
import { createCompiler, InvalidCondition } from "../../../src/language/conditions/compile.ts"
import { checkWithLibrary, decideWithLibrary } from "../../../src/language/conditions/oracle.ts"
import { checkLeaf, operators } from "../../../src/language/conditions/operators.ts"
import { type FactSource, FactUnavailable } from "../../../src/language/facts.ts"

const none = () => undefined
const facts = (data: unknown, counter: FactSource["counter"] = () => 0): FactSource => ({
  event: {
    id: "e1",
    source: "/t",
    type: "a.b",
    time: "2026-11-20T10:00:00.000Z",
    org: "@o",
    actor: { name: "dana", kind: "human", roles: [] },
    data,
    correlationid: "e1",
    seq: 1,
  },
  now: 0,
  organization: { id: "@o", members: [], humans: [], agents: [], size: 0 },
  timezone: "UTC",
  counter,
  run: undefined,
})
const bare = (conditions: object, data: unknown): Promise<boolean> => {
  const engine = new Engine([], { allowUndefinedFacts: true })
  engine.addRule({ conditions: conditions as never, event: { type: "holds" } })
  return engine.run({ data }).then(({ events }) => events.length > 0)
}
const compiled = (condition: Condition, given: FactSource): boolean =>
  createCompiler().compile(condition, none).test(given)
const data = (path: string, operator: string, value: unknown): Leaf => ({ fact: "data", path, operator, value })

describe("the library's defects", () => {
  it("an empty group holds there; here it is refused at load", async () => {
    expect(await bare({ all: [] }, {})).toBe(true)
    expect(await bare({ any: [] }, {})).toBe(true)
    for (const condition of [{ all: [] }, { any: [] }])
      expect(() => compiled(condition, facts({}))).toThrow(InvalidCondition)
  })

  it("an operator may answer something truthy there; here every operator answers true or false", async () => {
    const engine = new Engine()
    engine.addOperator("yes", (() => "yes") as never)
    engine.addRule({ conditions: { all: [{ fact: "x", operator: "yes", value: 1 }] }, event: { type: "one" } })
    engine.addRule({
      conditions: {
        all: [
          { fact: "x", operator: "yes", value: 1 },
          { fact: "x", operator: "yes", value: 1 },
        ],
      },
      event: { type: "two" },
    })
    expect((await engine.run({ x: 1 })).events.map(({ type }) => type)).toEqual(["one"])
    for (const { test } of operators.values()) expect(test(1, 1)).toBeTypeOf("boolean")
  })

  it("a value that cannot be computed rejects there although another part decides; here only where the answer hangs on it", async () => {
    const counter = (): never => {
      throw new FactUnavailable("count", "full")
    }
    const count: Leaf = { fact: "count", params: { of: "a.b", within: 1 }, operator: "greaterThan", value: 1 }
    const decided: Condition = { all: [count, data("$.a", "equal", 1)] }
    await expect(decideWithLibrary(decided, none, facts({ a: 2 }, counter))).rejects.toThrow(FactUnavailable)
    expect(compiled(decided, facts({ a: 2 }, counter))).toBe(false)
    expect(() => compiled(decided, facts({ a: 1 }, counter))).toThrow(FactUnavailable)
  })

  it("two runs of one engine at a time skip rules there; the oracle takes one engine for each evaluation in flight", async () => {
    const engine = new Engine()
    for (const priority of [2, 1])
      engine.addRule({
        conditions: { all: [{ fact: "x", operator: "equal", value: 1 }] },
        event: { type: `${priority}` },
        priority,
      })
    const first = engine.run({ x: 1 })
    const second = engine.run({ x: () => first.then(() => 1) })
    expect([(await first).events.length, (await second).events.length]).toEqual([2, 1])
    const condition: Condition = {
      all: [data("$.a", "equal", 1), { any: [data("$.b", "equal", 1), data("$.c", "equal", 1)] }],
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => decideWithLibrary(condition, none, facts({ a: index % 2, c: 1 }))),
    )
    expect(answers).toEqual(answers.map((_, index) => index % 2 === 1))
  })

  it("of a node with several keys one is taken there; here the reader of files refuses it, and the kernel's form has no such node", async () => {
    const leaf = (value: number) => ({ fact: "data", path: "$.a", operator: "equal", value })
    expect(await bare({ any: [leaf(1)], all: [leaf(2)] }, { a: 1 })).toBe(true)
  })

  it("a missing shared condition is found there only by an event; here at load", async () => {
    const engine = new Engine()
    engine.addRule({ conditions: { condition: "gone" }, event: { type: "holds" } })
    await expect(engine.run({})).rejects.toThrow("No condition gone exists")
    expect(() => compiled({ condition: "gone" }, facts({}))).toThrow(InvalidCondition)
    expect(checkWithLibrary({ condition: "gone" }, none)).toEqual(["There is no shared condition gone."])
  })

  it("a cycle of shared conditions never ends there; here it is refused at load", () => {
    const shared = (name: string): Condition => ({ not: { condition: name } })
    expect(() => createCompiler().compile({ condition: "a" }, shared)).toThrow(InvalidCondition)
    expect(checkWithLibrary({ condition: "a" }, shared)).toEqual(["The shared condition a refers to itself."])
  })

  it("`in` on a text is a search there, on a number an error; here both are refused at load", async () => {
    expect(await bare({ all: [data("$.a", "in", "production")] }, { a: "prod" })).toBe(true)
    await expect(bare({ all: [data("$.a", "in", 5)] }, { a: 5 })).rejects.toThrow(TypeError)
    for (const value of ["production", 5])
      expect(checkLeaf(data("$.a", "in", value))).toMatchObject([{ at: "value", code: "wrong-value" }])
  })

  it("an unknown operator or decorator is found there only by an event; here at load", async () => {
    await expect(bare({ all: [data("$.a", "is", 5)] }, { a: 5 })).rejects.toThrow("Unknown operator: is")
    expect(checkLeaf(data("$.a", "is", 5))).toMatchObject([{ code: "unknown-operator" }])
    expect(checkWithLibrary(data("$.a", "some:equal", 5), none)).toEqual(["Unknown operator: some:equal"])
  })

  it.each([
    ["a list that the event should have brought", data("$.a", "in", { fact: "data", path: "$.list" }), false],
    ["the same, negated", data("$.a", "notIn", { fact: "data", path: "$.list" }), true],
    [
      "values that the event should have brought",
      data("$.a", "someValue:equal", { fact: "data", path: "$.list" }),
      false,
    ],
    ["a map that cannot be made text", data("$.evil", "greaterThan", 1), false],
    ["the same, negated", data("$.evil", "not:greaterThan", 1), true],
  ])("%s rejects there; here it is as any value that is missing", async (_name, leaf, expected) => {
    const given = { a: 1, evil: { toString: 1 } }
    await expect(bare({ all: [leaf] }, given)).rejects.toThrow(TypeError)
    expect(compiled(leaf, facts(given))).toBe(expected)
    expect(await decideWithLibrary(leaf, none, facts(given))).toBe(expected)
  })

  it("a key `*` in the data hides all others from a wildcard there; here it is one of them", async () => {
    const leaf = data("$.files[*]", "contains", "secret")
    const given = { files: { "*": "harmless", hidden: "secret" } }
    expect(await bare({ all: [leaf] }, given)).toBe(false)
    expect(compiled(leaf, facts(given))).toBe(true)
    expect(await decideWithLibrary(leaf, none, facts(given))).toBe(true)
  })

  it("a path that is a program runs there; here it is refused at load", async () => {
    const leaf = data("$.a[?(@.b > 1)].b", "contains", 2)
    expect(await bare({ all: [leaf] }, { a: [{ b: 2 }] })).toBe(true)
    expect(checkLeaf(leaf)).toMatchObject([{ at: "path", code: "bad-path" }])
  })
})
