/** `CHARTER_FAULT=point:n`: the process ends itself, as by `kill -9`, when it passes a point for the n-th time. */
import type { FaultHook, FaultPoint } from "../../src/supervision/Faults.ts"

export const FAULT_POINTS: ReadonlyArray<FaultPoint> = ["decided", "appended", "replied", "dispatched", "settled"]

/** Those that only a change of the rules passes. */
export const CHANGE_POINTS: ReadonlyArray<FaultPoint> = ["writing", "written", "adopted"]

export const faultHookOf = (text: string | undefined): FaultHook | undefined => {
  if (text === undefined) return undefined
  const [point, number] = text.split(":") as [FaultPoint, string]
  if (![...FAULT_POINTS, ...CHANGE_POINTS].includes(point) || !/^[1-9]\d*$/.test(number))
    throw new Error(`CHARTER_FAULT is not point:n: ${text}`)
  let left = Number(number)
  return {
    pass: (passed) => {
      if (passed === point && --left === 0) process.kill(process.pid, "SIGKILL")
    },
  }
}

/** Two of them, one after the other. */
export const bothHooks = (one: FaultHook | undefined, other: FaultHook): FaultHook => ({
  pass: (...passed) => {
    other.pass(...passed)
    one?.pass(...passed)
  },
})
