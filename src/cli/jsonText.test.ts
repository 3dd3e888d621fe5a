import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { jsonText } from "./jsonText.ts"

describe("JSON for people", () => {
  it("keeps on one line what fits there", () => {
    expect(jsonText({ a: [1, 2], b: { c: "text", d: null } }, 40)).toBe('{"a":[1,2],"b":{"c":"text","d":null}}')
    expect(jsonText({ a: [1, 2], b: { c: "text", d: null } }, 30)).toBe(
      '{\n  "a": [1,2],\n  "b": {"c":"text","d":null}\n}',
    )
  })

  it("is the same value, at any width", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat({ max: 80 }), (value, columns) => {
        expect(JSON.parse(jsonText(value, columns))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
