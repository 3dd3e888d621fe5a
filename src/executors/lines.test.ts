import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Line, splitLines } from "./lines.ts"

const MAX_BYTES = 20

/** Writes `bytes` in pieces that end at the given cuts. */
const split = (bytes: Buffer, cuts: ReadonlyArray<number>, objectsOnly = false): Array<Line> => {
  const splitter = splitLines(MAX_BYTES)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other)
  let from = 0
  const lines: Array<Line> = []
  for (const end of ends) {
    lines.push(...splitter.write(bytes.subarray(from, end), objectsOnly))
    from = end
  }
  return [...lines, ...splitter.end()]
}

/** The same without any care for memory or time. */
const oracle = (bytes: Buffer): Array<Line> => {
  const parts: Array<Buffer> = []
  let from = 0
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === 0x0a) {
      parts.push(bytes.subarray(from, at))
      from = at + 1
    }
  if (from < bytes.length) parts.push(bytes.subarray(from))
  return parts.map((part) => ({ text: part.subarray(0, MAX_BYTES).toString("utf8"), bytes: part.length }))
}

/** Bytes with many line breaks, braces and broken UTF-8. */
const someBytes = fc
  .array(fc.oneof(fc.constantFrom(0x0a, 0x7b, 0x61), fc.integer({ min: 0, max: 255 })), { maxLength: 120 })
  .map((bytes) => Buffer.from(bytes))
const someCuts = fc.array(fc.nat(200), { maxLength: 12 })

describe("splitLines", () => {
  it("gives the same lines however the bytes are cut into pieces", () => {
    fc.assert(
      fc.property(someBytes, someCuts, (bytes, cuts) => {
        expect(split(bytes, cuts)).toEqual(oracle(bytes))
      }),
      { numRuns: 3_000 },
    )
  })

  it("passes no line over that starts with a brace", () => {
    const objects = (lines: ReadonlyArray<Line>) => lines.filter(({ text }) => text.startsWith("{"))
    fc.assert(
      fc.property(someBytes, someCuts, (bytes, cuts) => {
        expect(objects(split(bytes, cuts, true))).toEqual(objects(oracle(bytes)))
      }),
      { numRuns: 3_000 },
    )
  })

  it("takes a character that is cut in two", () => {
    expect(split(Buffer.from("a→b\n"), [2])).toEqual([{ text: "a→b", bytes: 5 }])
  })
})
