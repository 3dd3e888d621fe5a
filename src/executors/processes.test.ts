import { describe, expect, it } from "vitest"
import { kill, runNamedIn } from "./processes.ts"

// What decides which processes are killed is tested on texts: a mistake here must not cost a machine its processes.
describe("the mark of a run", () => {
  it.each<readonly [string, string | undefined]>([
    ["", undefined],
    ["PATH=/bin\0", undefined],
    ["CHARTER_RUN_ID=\0", undefined],
    ["CHARTER_RUN_ID=", undefined],
    ["A=1\0CHARTER_RUN_ID=run-1\0B=2\0", "run-1"],
    ["CHARTER_RUN_ID=run-1\0", "run-1"],
    ["CHARTER_RUN_ID=run-1", "run-1"],
    ["MY_CHARTER_RUN_ID=run-1\0", undefined],
    ["A=CHARTER_RUN_ID=run-1\0", undefined],
    ["CHARTER_RUN_IDS=run-1\0", undefined],
  ])("in %j is %j", (environment, run) => {
    expect(runNamedIn(environment)).toBe(run)
  })
})

it("refuses the numbers that mean a whole group or everybody", () => {
  // Signal 0 is sent by nobody and harms nobody, should this ever fail.
  for (const pid of [0, -0, 1, -1, Number.NaN, 1.5]) expect(() => kill(pid, 0 as never)).toThrow(RangeError)
})
