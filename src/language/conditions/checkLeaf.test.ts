import { describe, expect, it } from "vitest"
import type { Leaf } from "../../domain/contract.ts"
import { checkLeaf } from "./operators.ts"

const data = (operator: string, value: unknown, path = "$.x"): Leaf => ({ fact: "data", path, operator, value })
const count = (params: object): Leaf => ({ fact: "count", params, operator: "greaterThan", value: 1 })

const GOOD: ReadonlyArray<Leaf> = [
  data("equal", "a"),
  data("equal", null),
  data("equal", { fact: "actor", path: "$.name" }),
  data("in", ["a", 1]),
  data("someFact:in", ["a"]),
  data("someValue:matches", ["^a", "b$"]),
  data("someFact:greaterThan", 5, "$.items[*].size"),
  data("swap:in", 5),
  data("before", "2026-11-20"),
  data("between", [1, 1]),
  { fact: "actor", operator: "isA", value: "lead" },
  { fact: "actor", path: "$.roles", operator: "contains", value: "lead" },
  { fact: "actor", path: "$.onbehalf.name", operator: "exists", value: true },
  { fact: "clock", path: "$.weekday", operator: "in", value: ["saturday", "sunday"], params: { tz: "Europe/Berlin" } },
  { fact: "clock", path: "$.date", operator: "after", value: "2026-12-23" },
  { fact: "history", params: { of: "test.passed", since: "github.push" }, operator: "equal", value: true },
  { fact: "sum", params: { of: "run.usage", value: "$.usd", by: "$.team", within: 1 }, operator: "lessThan", value: 2 },
  count({ of: "a.*", within: 1, by: "actor", where: { any: [data("equal", 1), { not: data("exists", false) }] } }),
]

const BAD: ReadonlyArray<readonly [leaf: Leaf, at: string, code: string, suggestion?: string]> = [
  [data("equals", 1), "operator", "unknown-operator", 'Did you mean "equal"?'],
  [data("someFacts:in", ["a"]), "operator", "unknown-decorator", 'Did you mean "someFact"?'],
  [data("not:".repeat(9) + "equal", 1), "operator", "too-many-decorators"],
  [data("equal", undefined), "value", "missing-value"],
  [data("equal", ["a"]), "value", "wrong-value", "Write `in`."],
  [data("equal", { a: 1 }), "value", "wrong-value"],
  [data("in", "production"), "value", "wrong-value", "Write `equal`, or a list."],
  [data("in", 5), "value", "wrong-value"],
  [data("notIn", []), "value", "wrong-value"],
  [data("in", [["a"]]), "value", "wrong-value"],
  [data("contains", ["a"]), "value", "wrong-value", "Write `someValue:contains`."],
  [data("greaterThan", {}), "value", "wrong-value"],
  [data("greaterThan", "100"), "value", "wrong-value", "Write 100 without quotes."],
  [data("greaterThan", Number.NaN), "value", "wrong-value"],
  [data("between", [5, 1]), "value", "wrong-value", "Write `between: [1, 5]`."],
  [data("between", 5), "value", "wrong-value"],
  [data("someValue:equal", "a"), "value", "wrong-value"],
  [data("everyValue:equal", []), "value", "wrong-value"],
  [data("exists", "yes"), "value", "wrong-value"],
  [data("startsWith", ""), "value", "wrong-value"],
  [data("matches", "(?<=a)b"), "value", "bad-regex"],
  [data("matches", "(a"), "value", "bad-regex"],
  [data("matches", { fact: "data", path: "$.pattern" }), "value", "wrong-value"],
  [data("swap:matches", "a"), "value", "wrong-value"],
  [data("before", "tomorrow"), "value", "wrong-value"],
  [data("equal", 1, "$.a[?(@.b)]"), "path", "bad-path"],
  [data("equal", 1, "$.a[(@.length-1)]"), "path", "bad-path"],
  [data("equal", 1, "$..a..b"), "path", "bad-path"],
  [data("equal", 1, "$.a[-1]"), "path", "bad-path"],
  [data("equal", 1, ""), "path", "bad-path"],
  [data("equal", { fact: "date" }), "value", "unknown-fact", 'Did you mean "data"?'],
  [data("equal", { fact: "data", pathh: "$.a" }), "value", "unknown-param", 'Did you mean "path"?'],
  [data("equal", { fact: "actor", path: "$.rols" }), "value", "unknown-path", 'Did you mean "roles"?'],
  [{ fact: "dat" as "data", operator: "equal", value: 1 }, "fact", "unknown-fact", 'Did you mean "data"?'],
  [
    { fact: "actor", path: "$.role", operator: "contains", value: "lead" },
    "path",
    "unknown-path",
    'Did you mean "roles"?',
  ],
  [{ fact: "type", path: "$.name", operator: "equal", value: "a" }, "path", "bad-path"],
  [
    { fact: "actor", path: "$.roles", operator: "equal", value: "lead" },
    "operator",
    "wrong-operator",
    "Write `contains`.",
  ],
  [
    { fact: "actor", path: "$.roles", operator: "in", value: ["lead"] },
    "operator",
    "wrong-operator",
    "Write `someFact:in`.",
  ],
  [{ fact: "type", operator: "contains", value: "deploy" }, "operator", "wrong-operator", "Write `includes`."],
  [{ fact: "type", operator: "someFact:equal", value: "deploy" }, "operator", "wrong-operator"],
  [{ fact: "actor", operator: "equal", value: "dana" }, "operator", "wrong-operator"],
  [
    { fact: "clock", path: "$.weekday", operator: "equal", value: "Friday" },
    "value",
    "wrong-value",
    'Did you mean "friday"?',
  ],
  [{ fact: "clock", path: "$.hour", operator: "in", value: [9, 24] }, "value", "wrong-value"],
  [{ fact: "org", path: "$.size", operator: "equal", value: "3" }, "value", "wrong-value"],
  [
    { fact: "clock", path: "$.hour", operator: "equal", value: 9, params: { tz: "Mars/Olympus" } },
    "params",
    "bad-param",
  ],
  [{ fact: "type", operator: "equal", value: "a", params: { of: "b" } }, "params", "unknown-param"],
  [count({ within: 1 }), "params", "missing-param"],
  [count({ of: "a.b" }), "params", "missing-param"],
  [count({ of: "a..b", within: 1 }), "params", "bad-param"],
  [count({ of: "a.b", within: 0 }), "params", "bad-param"],
  [count({ of: "a.b", within: 1, by: "actr" }), "params", "bad-param", 'Did you mean "actor"?'],
  [count({ of: "a.b", within: 1, by: "$.a[*]" }), "params", "bad-path"],
  [count({ of: "a.b", within: 1, since: "a.c" }), "params", "unknown-param"],
  [count({ of: "a.b", within: 1, where: count({ of: "c.d", within: 1 }) }), "params", "nested-counter"],
  [count({ of: "a.b", within: 1, where: data("in", "a") }), "params", "wrong-value"],
  [{ fact: "sum", params: { of: "a.b", within: 1 }, operator: "greaterThan", value: 1 }, "params", "missing-param"],
  [{ fact: "history", params: {}, operator: "equal", value: true }, "params", "missing-param"],
]

describe("checkLeaf", () => {
  it.each(GOOD.map((leaf) => [JSON.stringify(leaf), leaf] as const))("lets %s pass", (_text, leaf) => {
    expect(checkLeaf(leaf)).toEqual([])
  })

  it.each(BAD.map((row) => [JSON.stringify(row[0]), ...row] as const))(
    "refuses %s",
    (_text, leaf, at, code, suggestion) => {
      const problems = checkLeaf(leaf)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatchObject(suggestion === undefined ? { at, code } : { at, code, suggestion })
      expect(problems[0]!.message).toMatch(/^[^a-z].*\.$/s)
    },
  )
})
