import canonicalize from "canonicalize"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { jsonFault, MAX_JSON_DEPTH } from "./json.ts"

const nested = (levels: number, list: boolean): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = list ? [value] : { key: value }
  return value
}

describe("jsonFault", () => {
  it("is silent exactly where RFC 8785 can canonicalize", () => {
    // Half surrogate pairs are among these texts, infinities among these numbers.
    const text = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 4 })
    const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(Infinity, -Infinity))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, text, number, fc.boolean(), fc.constant(null), tie("list"), tie("map")),
      list: fc.array(tie("value"), { maxLength: 3 }),
      map: fc.dictionary(text, tie("value"), { maxKeys: 3 }),
    }))
    const canonical = (candidate: unknown): boolean => {
      try {
        canonicalize(candidate)
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(value, (candidate) => {
        expect(jsonFault(candidate) === undefined).toBe(canonical(candidate))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([true, false])("has a bound for nesting (lists: %s)", (list) => {
    expect(jsonFault(nested(MAX_JSON_DEPTH, list))).toBeUndefined()
    expect(jsonFault(nested(MAX_JSON_DEPTH + 1, list))).toContain("levels")
  })

  it("reads the keys that JavaScript treats apart", () => {
    expect(jsonFault(JSON.parse('{"__proto__":{"constructor":1}}'))).toBeUndefined()
    expect(jsonFault(JSON.parse('{"__proto__":{"constructor":1e999}}'))).toContain("double")
  })
})
