import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decoratedOperator } from "./decorators.ts"
import { decoratorNames, operatorNames, operators } from "./operators.ts"

const test = (name: string, fact: unknown, value: unknown): boolean => {
  const operator = decoratedOperator(name, operators)!
  const answer = operator.test(fact, value)
  expect(operator.prepare(value)(fact), `${name} prepared`).toBe(answer)
  return answer
}

const TABLE: ReadonlyArray<
  readonly [operator: string, value: unknown, holds: ReadonlyArray<unknown>, fails: ReadonlyArray<unknown>]
> = [
  ["equal", "production", ["production"], ["Production", "", ["production"], null]],
  ["equal", 1, [1], ["1", true, 1.5]],
  ["equal", null, [null], ["null", 0, {}]],
  ["notEqual", 1, [2, "1", null, [1]], [1]],
  ["in", ["a", "b"], ["a", "b"], ["c", "ab", ["a"], null]],
  ["in", [..."abcdefghij"], ["a", "j"], ["k", "", 1]],
  ["notIn", ["a", "b"], ["c", ["a"]], ["a", "b"]],
  ["contains", "a", [["a"], ["b", "a"]], ["a", "cab", [["a"]], []]],
  ["doesNotContain", "a", [["b"], []], [["a"], "b"]],
  ["lessThan", 5, [4, -1, "4", [4]], [5, 6, "5", "x", null, {}]],
  ["lessThanInclusive", 5, [5, 4], [5.1, "6"]],
  ["greaterThan", 5, [6, "10", [6]], [5, 4, "10x", true, null]],
  ["greaterThanInclusive", 5, [5, 6], [4.9]],
  ["between", [9, 17], [9, 17, 12.5, "10"], [8, 18, "x", null]],
  ["matches", "^release/\\d+$", ["release/1"], ["release/x", "a release/1", 1, ["release/1"]]],
  ["includes", "sec", ["secret", "sec"], ["Secret", ["sec"], 5]],
  ["startsWith", "src/", ["src/", "src/a"], ["a/src/", ["src/"]]],
  ["endsWith", ".ts", ["a.ts", ".ts"], ["a.tsx", [".ts"]]],
  ["exists", true, [0, "", null, false, []], []],
  ["exists", false, [], [0, "", null, false, []]],
  [
    "before",
    "2026-11-20T10:00:00Z",
    ["2026-11-20T09:59:59.999Z", "2026-11-20T10:59:00+01:00", "2026-11-19", 0],
    ["2026-11-20T10:00:00Z", "2026-11-20T11:00:00+01:00", "yesterday", "2026-02-30T00:00:00Z", null],
  ],
  [
    "after",
    "2026-11-20",
    ["2026-11-20T00:00:00.001Z", "2026-11-21", 1_900_000_000_000],
    ["2026-11-20", "2026-11-20T00:30:00+01:00", 5, ""],
  ],
  [
    "isA",
    "lead",
    [{ name: "dana", roles: ["lead"] }, ["dev", "lead"], "lead"],
    [{ name: "dana", roles: [] }, { roles: "lead" }, {}, "leader", Object.create({ roles: ["lead"] })],
  ],
  ["isA", "github.**", ["github.push", "github.pull_request.opened"], ["gitlab.push", "github"]],
  ["not:equal", 1, [2, "1"], [1]],
  ["not:greaterThan", 5, [5, "zz", null], [6]],
  ["someFact:in", ["a", "b"], [["x", "b"]], [["x"], [], "a"]],
  ["everyFact:startsWith", "src/", [["src/a", "src/b"], []], [["src/a", "b"], "src/a"]],
  ["someValue:contains", ["a", "b"], [["b"], ["a", "b"]], [["c"], "a", []]],
  ["everyValue:contains", ["a", "b"], [["a", "b", "c"]], [["a"], "ab"]],
  ["swap:in", "a", [["a", "b"], "cab"], [["b"], 5, null]],
  ["not:everyFact:equal", 1, [[1, 2], 1], [[1], []]],
  ["someFact:someValue:endsWith", [".ts", ".js"], [["a.css", "b.js"]], [["a.css"]]],
]

describe("operators", () => {
  it.each(TABLE)("%s %j", (operator, value, holds, fails) => {
    for (const fact of holds) expect(test(operator, fact, value), JSON.stringify(fact)).toBe(true)
    for (const fact of fails) expect(test(operator, fact, value), JSON.stringify(fact)).toBe(false)
  })

  it("are all in the table", () => {
    const tried = new Set(TABLE.flatMap(([name]) => name.split(":")))
    expect([...operatorNames, ...decoratorNames].filter((name) => !tried.has(name))).toEqual([])
  })

  it("come out false on a missing value, negated ones true", () => {
    const literals: Readonly<Record<string, unknown>> = {
      between: [1, 2],
      in: ["a"],
      notIn: ["a"],
      exists: true,
      isA: "lead",
    }
    for (const [name, operator] of operators) {
      const value = literals[name] ?? "a"
      const expected = operator.negative === true
      expect(test(name, undefined, value), name).toBe(expected)
      expect(test(`not:${name}`, undefined, value), `not:${name}`).toBe(!expected)
    }
  })

  it("answer for any two values, and the same when prepared", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constant(undefined),
      fc.constantFrom({ toString: 1 }, [{ toString: 1 }], { toString: null, valueOf: 1 }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    )
    const name = fc
      .tuple(fc.array(fc.constantFrom(...decoratorNames), { maxLength: 3 }), fc.constantFrom(...operatorNames))
      .map(([decorated, operator]) => [...decorated, operator].join(":"))
    fc.assert(
      fc.property(
        name,
        value,
        value,
        (operator, fact, other) => void expect(test(operator, fact, other)).toBeTypeOf("boolean"),
      ),
      { numRuns: 20_000 },
    )
  })
})
