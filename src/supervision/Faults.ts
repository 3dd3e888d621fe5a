/**
 * Places at which a test may stop the process, between any two of decide, append, reply, dispatch and settle. Outside
 * of tests nothing is registered and asking costs one comparison.
 */
import { Context } from "effect"

export type FaultPoint =
  | "decided"
  | "appended"
  | "replied"
  | "dispatched"
  | "settled"
  /** Of each file of a change: about to be replaced, and replaced. Then: its rules are in force, and not recorded as done. */
  | "writing"
  | "written"
  | "adopted"

export interface FaultHook {
  /** Called each time a point is passed, with what was being done: the type of the first event, or of the task's run. */
  readonly pass: (point: FaultPoint, detail: string) => void
}

/** No hook by default; a layer or `CHARTER_FAULT` (tests only) puts one here. */
export const Faults = Context.Reference<FaultHook | undefined>("charter/supervision/Faults", {
  defaultValue: () => undefined,
})
