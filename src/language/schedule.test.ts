import { describe, expect, it } from "vitest"
import { formatDiagnostic } from "../domain/diagnostic.ts"
import { parseFile } from "./load.ts"
import { cronProblem, nextCron } from "./schedule.ts"

const times = (cron: string, from: string, count: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let at = Date.parse(from); found.length < count;) {
    at = nextCron(cron, "Europe/Berlin", at)!
    found.push(new Date(at).toISOString().slice(5, 16))
  }
  return found
}

describe("a cron schedule", () => {
  it("has five fields, and a time that comes", () => {
    expect(["0 9 * * 1-5", "*/5 * * * *", "0 0 29 2 *"].map(cronProblem)).toEqual([undefined, undefined, undefined])
    expect(cronProblem("every day")).toBe("malformed")
    expect(cronProblem("0 0 9 * * 1-5")).toBe("seconds")
    expect(cronProblem("0 0 30 2 *")).toBe("never")
  })

  it("goes by the clocks of its place, at their jumps too", () => {
    expect(times("30 2 * * *", "2026-03-28T00:00:00Z", 3)).toEqual(["03-28T01:30", "03-29T01:30", "03-30T00:30"])
    expect(times("15,30 2 * * *", "2026-03-28T20:00:00Z", 2)).toEqual(["03-29T01:15", "03-30T00:15"])
    expect(times("30 2 * * *", "2026-10-24T00:00:00Z", 3)).toEqual(["10-24T00:30", "10-25T00:30", "10-26T01:30"])
    expect(times("0 * * * *", "2026-10-24T23:30:00Z", 3)).toEqual(["10-25T00:00", "10-25T01:00", "10-25T02:00"])
    expect(times("*/30 */2 * * *", "2026-03-28T23:00:00Z", 3)).toEqual(["03-28T23:30", "03-29T01:00", "03-29T02:00"])
  })

  it.each([
    ["{ cron: 0 0 30 2 * }", '"0 0 30 2 *" never comes to its time'],
    ["{ cron: 0 0 9 * * 1-5 }", "has no five fields: minute, hour, day, month and weekday"],
    ["{ cron: sometimes }", '"sometimes" is no cron schedule'],
    ["{ every: 10ms }", '"every" is at least 1s'],
    ["{ every: 1h, cron: 0 9 * * * }", "A schedule is either"],
    ['{ every: 1h, goal: "${{ data.x }}" }', "A schedule has no event that `${{ .. }}` could name a part of"],
  ])("%s is told what is wrong", (schedule, message) => {
    const text = `organization: "@a"\nmembers:\n  - { agent: b, schedule: ${schedule} }\n`
    const found = parseFile("organizations/a.yaml", text).diagnostics.map(formatDiagnostic)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })
})
