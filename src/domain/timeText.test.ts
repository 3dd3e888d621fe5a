import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { timeText } from "./timeText.ts"

const LAST = 8_640_000_000_000_000

describe("timeText", () => {
  it("writes what toISOString does, in whatever order times come", () => {
    const near = fc.tuple(fc.integer({ min: -LAST, max: LAST }), fc.array(fc.integer({ min: -1500, max: 1500 })))
    fc.assert(
      fc.property(near, ([start, steps]) => {
        for (const time of [start, ...steps.map((step) => Math.max(-LAST, Math.min(LAST, start + step)))])
          expect(timeText(time)).toBe(new Date(time).toISOString())
      }),
      { numRuns: 1000 },
    )
  })

  it("cuts fractions of a millisecond, and refuses what is no time, like toISOString", () => {
    for (const time of [0.5, 1_700_000_000_123.7, -0.5, -1_000.5])
      expect([timeText(Math.trunc(time)), timeText(time)]).toEqual(Array(2).fill(new Date(time).toISOString()))
    for (const time of [Number.NaN, LAST + 1, Number.POSITIVE_INFINITY])
      expect(() => timeText(time)).toThrow(RangeError)
  })
})
