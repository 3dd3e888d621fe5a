import { describe, expect, it } from "vitest"
import { Failure } from "./failure.ts"
import { fromNow, readTime } from "./times.ts"

const now = new Date("2026-11-02T09:00:00Z")
const after = (milliseconds: number): string => new Date(now.getTime() + milliseconds).toISOString()

describe("a distance in time", () => {
  it.each([
    [0, "now"],
    [400, "now"],
    [-1_000, "1 second ago"],
    [90_400, "in 1 minute 30 seconds"],
    [24 * 3_600_000 - 1_500, "in 1 day"],
    [-25 * 3_600_000 - 61_000, "1 day 1 hour 1 minute ago"],
    [7 * 86_400_000 + 1, "in 1 week"],
  ])("%d ms reads %s", (distance, text) => expect(fromNow(after(distance), now)).toBe(text))
})

describe("a time as somebody writes it", () => {
  it("is a time, or a distance into the past or the future", () => {
    expect(readTime("2026-11-01T00:00:00+01:00", "--since", now)).toBe("2026-10-31T23:00:00.000Z")
    expect(readTime("2026-11-01", "--since", now)).toBe("2026-11-01T00:00:00.000Z")
    expect(readTime("1h30m", "--since", now)).toBe("2026-11-02T07:30:00.000Z")
    expect(readTime("30d", "--expires", now, true)).toBe("2026-12-02T09:00:00.000Z")
  })

  it.each(["yesterday", "1", "", "2026-13-01", "-1h"])("%j is none", (text) => {
    expect(() => readTime(text, "--since", now)).toThrow(Failure)
  })
})
