import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Condition, FactName, Leaf } from "../../domain/contract.ts"
import { decoratedOperator, decoratorNames } from "../conditions/decorators.ts"
import { operatorNames, operators } from "../conditions/operators.ts"
import { conditionPhrase, describeCondition, inlineCondition } from "./conditions.ts"

const leaf = (key: string, operator: string, value: unknown): Leaf => {
  const [fact, ...path] = key.split(".")
  return { fact: fact as FactName, path: `$.${path.join(".")}`, operator, value }
}

it.each<[Leaf, string]>([
  [leaf("data.environment", "equal", "production"), 'data.environment is "production"'],
  [leaf("data.amount", "not:greaterThan", 5), "data.amount is not greater than 5"],
  [leaf("data.labels", "everyFact:in", ["a", "b"]), 'every item of data.labels is one of "a", "b"'],
  [leaf("data.labels", "everyValue:contains", ["a", "b"]), 'data.labels contains every item of ["a", "b"]'],
  [leaf("data.x", "swap:contains", ["a"]), '["a"] contains data.x'],
  [leaf("data.labels", "not:someFact:equal", "a"), 'it is not so that at least one item of data.labels is "a"'],
  [
    leaf("data.labels", "everyFact:someValue:startsWith", ["a", "b"]),
    'for every item x of data.labels, for at least one item x2 of ["a", "b"], x starts with x2',
  ],
  [leaf("data.x", "exists", true), "data.x exists"],
  [leaf("data.x", "exists", false), "data.x is missing"],
  [leaf("clock.hour", "between", [9, 17]), "the hour (0 to 23) in the organization's time zone is between 9 and 17"],
  [leaf("data.x", "lessThan", { fact: "run", path: "$.turns" }), "data.x is less than the run's turns so far"],
  [
    {
      fact: "count",
      operator: "lessThanInclusive",
      value: 3,
      params: { of: "a.requested", by: "$.repo", within: 1_000 },
    },
    "there have been at most 3 earlier admitted a.requested events with the same data.repo in the last 1 second",
  ],
  [
    { fact: "count", operator: "between", value: [1, 3], params: { of: "a.**", within: 1_000 } },
    'the number of earlier admitted events whose type starts with "a." by anyone in the last 1 second is between 1 and 3',
  ],
  [
    { fact: "history", operator: "equal", value: false, params: { of: "a.b", within: 1_000 } },
    "it is not so that an a.b event about the same subject has happened, looking back 1 second",
  ],
])("%o", (condition, words) => {
  expect(conditionPhrase(condition)).toBe(words)
})

describe("groups", () => {
  const [a, b, c] = ["a", "b", "c"].map((key) => leaf(`data.${key}`, "equal", 1)) as [Leaf, Leaf, Leaf]
  const condition: Condition = { any: [a, { not: { all: [b, { any: [c, { condition: "open" }] }] } }, { not: c }] }

  it("as a list", () => {
    expect(describeCondition(condition)).toBe(
      [
        "at least one of these holds:",
        "  - data.a is 1",
        "  - it is not so that all of these hold:",
        "    - data.b is 1",
        "    - at least one of these holds:",
        "      - data.c is 1",
        '      - "open" holds',
        "  - it is not so that data.c is 1 (also where it is missing)",
      ].join("\n"),
    )
  })

  it("on one line", () => {
    expect(inlineCondition(condition)).toBe(
      '(data.a is 1 or not (data.b is 1 and (data.c is 1 or "open" holds)) or ' +
        "it is not so that data.c is 1 (also where it is missing))",
    )
  })
})

describe("a missing value", () => {
  it("is spoken of exactly where it makes the comparison true", () => {
    const operator = fc
      .tuple(fc.array(fc.constantFrom(...decoratorNames), { maxLength: 3 }), fc.constantFrom(...operatorNames))
      .map((names) => names.flat().join(":"))
    const value = fc.oneof(fc.constantFrom("a", 1, true), fc.constant(["a", "b"]))
    fc.assert(
      fc.property(operator, value, fc.nat({ max: 3 }), (name, right, negations) => {
        fc.pre(!name.endsWith("exists"))
        let condition: Condition = leaf("data.x", name, right)
        for (let at = 0; at < negations; at++) condition = { not: condition }
        const holds = decoratedOperator(name, operators)!.test(undefined, right) !== (negations % 2 === 1)
        expect(describeCondition(condition).replaceAll(/\s+/g, " ").includes("(also where it is missing)")).toBe(holds)
      }),
    )
  })

  it("is not spoken of where it cannot be", () => {
    for (const key of ["actor.name", "org.size", "clock.hour"])
      expect(describeCondition(leaf(key, "notEqual", "x"))).not.toContain("missing")
    expect(describeCondition(leaf("actor.creator", "notEqual", "x"))).toContain("missing")
  })

  it("on either side of two facts", () => {
    const other = { fact: "data", path: "$.y" }
    expect(describeCondition(leaf("data.x", "equal", other))).toBe("data.x is data.y (also where both are missing)")
    expect(describeCondition(leaf("data.x", "notEqual", other))).toBe(
      "data.x is not data.y (also where one of the two is missing)",
    )
    expect(describeCondition(leaf("data.x", "not:lessThan", other))).toBe(
      "data.x is not less than data.y (also where one or both are missing)",
    )
    expect(describeCondition(leaf("actor.name", "equal", other))).toBe("the actor's name is data.y")
  })
})
