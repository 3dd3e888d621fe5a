/**
 * The process is ended at each point between decide, append, reply, dispatch and settle, again and again, in the midst
 * of a workload with a hold, votes, a release, runs and a retry. After each end the log holds every invariant, and the
 * next daemon brings to its end what the last one has begun.
 */
import { afterEach, describe, expect, it } from "vitest"
import { FAULT_POINTS } from "../support/faultHook.ts"
import { Survivor } from "../support/faults/Survivor.ts"

/** The n-th time that a point is passed, counted from the start of the process. `CHARTER_FAULTS=all` tries each. */
const LAST = 24
const NUMBERS: ReadonlyArray<number> =
  process.env["CHARTER_FAULTS"] === "all" ? Array.from({ length: LAST }, (_, index) => index + 1) : [1, 3, 6, 9, 13, 18]
/** It is passed once for each run, not for each commit. */
const SETTLED_NUMBERS = [1, 2, 3]

let survivor: Survivor
afterEach(() => survivor.close())

describe("a process that ends itself", () => {
  it.each(FAULT_POINTS)("after it has %s", { timeout: 300_000 }, async (point) => {
    survivor = new Survivor()
    let ended = 0
    for (const number of point === "settled" ? SETTLED_NUMBERS : NUMBERS) {
      const name = `${point}-${number}`
      if ((await survivor.start(`${point}:${number}`)) && (await survivor.work(name))) await survivor.kill()
      else ended++
      expect((await survivor.inspect(false)).violations, name).toEqual([])
    }
    // Most of the numbers are reached, else nothing is shown here.
    expect(ended).toBeGreaterThanOrEqual(3)
    await survivor.start()
    for (const number of point === "settled" ? SETTLED_NUMBERS : NUMBERS)
      expect(await survivor.work(`${point}-${number}`)).toBe(true)
    await survivor.settle()
    expect((await survivor.inspect(true)).violations).toEqual([])
    expect(survivor.scratch).toEqual([])
  })
})
