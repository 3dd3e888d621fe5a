import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FactUnavailable } from "../facts.ts"
import { clockAt, isTimeZone } from "./clock.ts"

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Asia/Tehran",
  "Pacific/Chatham",
  "Etc/GMT+12",
]

/** The same by another way of formatting. */
const wall = (instant: number, timeZone: string): object => {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(instant)
  const weekday = new Intl.DateTimeFormat("en-US", { timeZone, weekday: "long" }).format(instant).toLowerCase()
  const [date, time] = text.split(" ") as [string, string]
  const [hour, minute] = time.split(":").map(Number)
  return { weekday, date, hour, minute }
}

describe("clock", () => {
  it("shows what the wall shows, in any order of asking", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1973, 0, 1), max: Date.UTC(2100, 0, 1) }),
        fc.constantFrom(...ZONES),
        (instant, zone) => {
          expect(clockAt(instant, zone)).toEqual(wall(instant, zone))
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it("turns with summer time to the minute", () => {
    // Berlin 2026: 29 March 01:00 UTC and 25 October 01:00 UTC. Lord Howe moves by half an hour.
    for (const [zone, transition] of [
      ["Europe/Berlin", Date.UTC(2026, 2, 29, 1)],
      ["Europe/Berlin", Date.UTC(2026, 9, 25, 1)],
      ["Australia/Lord_Howe", Date.UTC(2026, 3, 4, 15)],
      ["Australia/Lord_Howe", Date.UTC(2026, 9, 3, 15, 30)],
      ["Pacific/Apia", Date.UTC(2011, 11, 30, 10)],
    ] as const)
      for (let minutes = -90; minutes <= 90; minutes++)
        for (const second of [0, 59_999]) {
          const instant = transition + minutes * 60_000 + second
          expect(clockAt(instant, zone), `${zone} ${minutes}`).toEqual(wall(instant, zone))
        }
  })

  it("fails closed for a zone that does not exist", () => {
    expect(() => clockAt(0, "Mars/Olympus")).toThrow(FactUnavailable)
    expect([isTimeZone("Mars/Olympus"), isTimeZone("Europe/Berlin"), isTimeZone(5)]).toEqual([false, true, false])
  })
})
