import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { jsonPointer } from "./jsonPointer.ts"
import { isJsonProblem, type Json, readStrictJson, readStrictJsonText } from "./strictJson.ts"

/** JSON as it is written: an object is a list of members, in which a key may stand twice. */
type Written =
  | { readonly scalar: string | number | boolean | null }
  | { readonly list: ReadonlyArray<Written> }
  | { readonly object: ReadonlyArray<readonly [string, Written]> }

const key = fc.oneof(
  fc.constantFrom("a", "b", "__proto__", "constructor", "toString", "", ":", '"', '":', "é", "💩"),
  fc.string({ maxLength: 3 }).map((text) => text.replaceAll("\\", "/")),
)
const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 4 },
    fc
      .oneof(fc.string(), fc.constantFrom("a:1", '{"a":1,"a":2}', "\\"), fc.integer(), fc.boolean(), fc.constant(null))
      .map((scalar) => ({ scalar })),
    fc.array(tie("written"), { maxLength: 4 }).map((list) => ({ list })),
    fc.array(fc.tuple(key, tie("written")), { maxLength: 4 }).map((object) => ({ object })),
  ),
}))
const space = fc.constantFrom("", "", " ", "\n", "\t", "\r\n  ")
/** `a` may be written as `\u0061`. */
const textOf = (value: string, escaped: boolean): string =>
  escaped && value !== ""
    ? `"${[...value]
        .flatMap((one) => one.split(""))
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join("")}"`
    : JSON.stringify(value)

const render = (value: Written, gap: string, escaped: boolean): string => {
  if ("scalar" in value)
    return typeof value.scalar === "string" ? textOf(value.scalar, escaped) : JSON.stringify(value.scalar)
  if ("list" in value)
    return `[${gap}${value.list.map((one) => render(one, gap, escaped)).join(`${gap},${gap}`)}${gap}]`
  // Every other key is escaped: the same key is written in two ways.
  const members = value.object.map(
    ([name, one], index) => `${textOf(name, escaped && index % 2 === 0)}${gap}:${gap}${render(one, gap, escaped)}`,
  )
  return `{${gap}${members.join(`${gap},${gap}`)}${gap}}`
}

const valueOf = (value: Written): unknown => {
  if ("scalar" in value) return value.scalar
  if ("list" in value) return value.list.map(valueOf)
  return Object.fromEntries(value.object.map(([name, one]) => [name, valueOf(one)]))
}

/** In the order of the text. */
const firstTwice = (
  value: Written,
  path: ReadonlyArray<string | number> = [],
): ReadonlyArray<string | number> | undefined => {
  if ("scalar" in value) return undefined
  const seen = new Set<string>()
  const members = "list" in value ? value.list.map((one, index) => [index, one] as const) : value.object
  for (const [at, one] of members) {
    if (typeof at === "string" && seen.has(at)) return [...path, at]
    if (typeof at === "string") seen.add(at)
    const inside = firstTwice(one, [...path, at])
    if (inside !== undefined) return inside
  }
  return undefined
}

describe("strict JSON", () => {
  it("is what was written where no key stands twice, and names the first that does", () => {
    let twice = 0
    fc.assert(
      fc.property(written, space, fc.boolean(), (value, gap, escaped) => {
        const text = render(value, gap, escaped)
        const read = readStrictJsonText(text)
        const path = firstTwice(value)
        if (path === undefined) expect(read).toEqual({ json: valueOf(value) })
        else {
          twice++
          expect(read).toMatchObject({ kind: "duplicate-key", pointer: jsonPointer(path) })
        }
      }),
      { numRuns: 3_000 },
    )
    expect(twice).toBeGreaterThan(100)
  })

  it.each([
    ['{"a":1,"a":1}', "#/a"],
    ['{"a":{"b":[0,{"c":1,"d":":","c":2}]}}', "#/a/b/1/c"],
    ['[{"a/b":1},{"a/b":1,"a\\u002fb":2}]', "#/1/a~1b"],
    ['{"__proto__":{},"__proto__":{}}', "#/__proto__"],
    ['{"":1,"":2}', "#/"],
  ])("%s is refused with its place", (text, pointer) => {
    expect(readStrictJsonText(text)).toMatchObject({ kind: "duplicate-key", pointer })
  })

  it.each(['{"a":":","b":{"a":1}}', '[{"a":1},{"a":1}]', '{"\\"":1,"b":"\\\\"}', '{"A":1,"a":2}'])(
    "%s is taken",
    (text) => {
      expect(readStrictJsonText(text)).toEqual({ json: JSON.parse(text) })
    },
  )

  it("never throws, whatever the bytes are", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom("", '{"a":', '{"a":1,"a":', '["'),
        (bytes, head) => {
          const read = readStrictJson(Buffer.concat([Buffer.from(head), bytes]))
          if (isJsonProblem(read)) expect(read.detail).not.toBe("")
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it("reads no key for another one that it has read before (nodejs/node#63785)", () => {
    for (const [before, after] of [
      ['{"b":1,"\\\\":3}', '{"b":1,"\\u0061":[]}'],
      ['{"b":1,"\\\\u0":3}', '{"b":1,"\\u0061bc":[]}'],
      ['{"h":[],"\\\\":0}', '{"h":1,"\\"":2}'],
    ] as const) {
      expect(readStrictJsonText(before)).toEqual({ kind: "unacceptable-json", detail: "a key holds a backslash" })
      const { json } = readStrictJsonText(after) as Json
      expect(Object.keys(json as object).join("")).not.toContain("\\")
    }
  })

  it("finds the same wrong as JSON.parse, in keys that are written with escapes, too", () => {
    const tokens = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\u0062"',
      "1",
      "-0.5e3",
      "01",
      "tru",
      "true",
      " ",
      '"',
    )
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 12 }), fc.boolean(), (parts, inside) => {
        const text = inside ? `{"\\u0063":${parts.join("")}}` : parts.join("")
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        const read = readStrictJsonText(text)
        // What has too large a number or one key twice may go on badly.
        if (valid) expect(read).not.toMatchObject({ kind: "malformed-json" })
        else expect(isJsonProblem(read)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    [`{"\\u0061":${"[".repeat(64)}${"]".repeat(64)}}`, "levels"],
    ['{"\\u0061":1e999}', "double"],
    ['{"\\u0061":"\\ud800"}', "surrogate"],
    ['{"\\ud800":1}', "surrogate"],
  ])("%s cannot be kept", (text, detail) => {
    expect(readStrictJsonText(text)).toMatchObject({
      kind: "unacceptable-json",
      detail: expect.stringContaining(detail),
    })
  })

  it("says little of a long key", () => {
    const long = "x".repeat(100_000)
    const read = readStrictJsonText(`{"${long}":1,"${long}":2}`)
    expect(isJsonProblem(read) && read.detail.length).toBeLessThan(300)
  })
})
