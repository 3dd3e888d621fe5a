import * as fc from "fast-check"
import { JSONPath } from "jsonpath-plus"
import { describe, expect, it } from "vitest"
import { FactUnavailable } from "../facts.ts"
import { checkPath, compilePath, parsedPath } from "./path.ts"

const library = (path: string, json: object): unknown => JSONPath({ path, json, wrap: false, eval: false })

const key = fc.constantFrom("a", "a", "a", "b", "b", "0", "0", "length", "toString", "1", "ü", "a-b")
const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 0, 1, "", "text", true, false) },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 4 }) },
    { weight: 3, arbitrary: fc.dictionary(key, tie("value"), { minKeys: 2, maxKeys: 5 }) },
  ),
})).value
const objects = json.filter((value): value is object => typeof value === "object" && value !== null)

const name = fc.oneof(
  key.map((text) => `.${text}`),
  key.map((text) => `['${text}']`),
  key.map((text) => `["${text}"]`),
  fc.nat(3).map((index) => `[${index}]`),
)
const several = fc.oneof(
  fc.constantFrom("[*]", ".*", "[a,b]", "[0,2]"),
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-2, -1, 1, 2, 3), fc.constantFrom("", ":1", ":2"))
    .map(([from, to, step]) => `[${from}:${to}${step}]`),
  fc.constantFrom("[:2]", "[1:]", "[-1:]", "[::2]"),
)
const descent = fc.constantFrom("..a", "..*", "..[0]", "..b", "..length")
const names = fc.array(name, { maxLength: 4 }).map((parts) => `$${parts.join("")}`)
const queries = fc
  .tuple(
    fc.array(fc.oneof(name, several), { minLength: 1, maxLength: 2 }),
    fc.option(descent, { nil: "" }),
    fc.array(fc.oneof(name, several), { maxLength: 1 }),
  )
  .map(([before, down, after]) => `$${before.join("")}${down}${after.join("")}`)

describe("paths", () => {
  it("find what jsonpath-plus finds at one place", () => {
    fc.assert(
      fc.property(names, objects, (path, value) => {
        expect(checkPath(path)).toBeUndefined()
        expect(compilePath(path)(value)).toEqual(path === "$" ? value : library(path, value))
      }),
      { numRuns: 20_000 },
    )
  })

  it("find what jsonpath-plus finds at several places", () => {
    let found = 0
    fc.assert(
      fc.property(queries, objects, (path, value) => {
        expect(checkPath(path)).toBeUndefined()
        const expected = library(path, value)
        if (expected !== undefined) found += 1
        expect(compilePath(path)(value)).toEqual(expected)
      }),
      { numRuns: 20_000 },
    )
    expect(found).toBeGreaterThan(1_000)
  })

  it.each([
    ["$.a.b", { a: { b: 5 } }, 5],
    ["a.b", { a: { b: 5 } }, 5],
    ["$['a b'].c", { "a b": { c: 5 } }, 5],
    ["$['x.y']", { "x.y": 5 }, 5],
    ["$.a[0].b", { a: [{ b: 5 }] }, 5],
    ["$.a", { a: null }, null],
    ["$.a.b", { a: null }, undefined],
    ["$.a.b", {}, undefined],
    ["$.toString", {}, undefined],
    ["$.a.constructor", { a: {} }, undefined],
    ["$.__proto__", {}, undefined],
    ["$.__proto__", JSON.parse('{"__proto__": 5}'), 5],
    ["$.a.length", { a: [1, 2] }, 2],
    ["$.a.length", { a: "" }, undefined],
    ["$.a[*].b", { a: [{ b: 5 }] }, [5]],
    ["$.a[*].b", { a: [] }, undefined],
    ["$.a[-1:]", { a: [1, 2] }, [2]],
    ["$", { a: 1 }, { a: 1 }],
    ["$.a", "text", "text"],
    ["$.a[*]", 5, 5],
    ["$.a", null, null],
    ["$.a", undefined, undefined],
  ])("%s of %j is %j", (path, value, expected) => {
    expect(compilePath(path)(value)).toEqual(expected)
  })

  it("are not led astray by a key that looks like an operator, as the library is", () => {
    const value = { files: { "*": "harmless", hidden: "secret" } }
    expect(library("$.files[*]", value)).toEqual("harmless")
    expect(compilePath("$.files[*]")(value)).toEqual(["harmless", "secret"])
  })

  it("that mean the same have one canonical form", () => {
    const [first, ...others] = ["$.a.b", "a.b", "$['a'].b", '$["a"]["b"]', "$[a].b"].map(
      (path) => parsedPath(path).canonical,
    )
    expect(new Set(others)).toEqual(new Set([first]))
  })

  it.each([
    "",
    "$.",
    "$..",
    "$.a[",
    "$.a]",
    "$.a b",
    ".a",
    "$.a[?(@.b)]",
    "$.a[(1)]",
    "$.a^",
    "$.a~",
    "$.a@string()",
    "$.`a",
    "$.a[-1]",
    "$['a','b']",
    "$.a[0:0]",
    "$.a[::0]",
    "$..a..b",
    "$.a[1,]",
    `$.${"a".repeat(600)}`,
  ])("%j is refused", (path) => {
    expect(checkPath(path)).toMatchObject({ code: "bad-path" })
    expect(() => compilePath(path)).toThrow(TypeError)
  })

  it("fail closed on data that is nested too deeply to be walked", () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(() => compilePath("$..a")(deep)).toThrow(FactUnavailable)
  })
})
