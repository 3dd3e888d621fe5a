/** Bounds on what follows from one event. At a bound nothing is dropped: the next request is held for a human. */
import type { Event } from "../domain/event.ts"

/** Derivations inside one commit. */
export const MAX_DEPTH = 16
/** Tasks and mentions of one correlation in a row. */
export const MAX_HOPS = 64
/**
 * Requests that follow from one command, those still to be decided too, before further ones are held: few enough that a
 * commit has room for all the holds.
 */
export const MAX_DERIVED_REQUESTS_PER_TURN = 64
/** Events that follow from one command before nothing follows from further facts among them. */
export const MAX_DERIVED_PER_TURN = 256

export interface Bound {
  readonly bound: "depth" | "hops" | "fan-out"
  readonly max: number
}

/**
 * The bound that this event is beyond. A fact cannot be held: of hops, the run that is asked for is. `crowded`: `max`
 * of its like have followed from the same command already.
 */
export const boundOf = (event: Event, crowded: boolean, max: number): Bound | undefined => {
  if ((event.depth ?? 0) > MAX_DEPTH) return { bound: "depth", max: MAX_DEPTH }
  if (event.type === "run.requested" && (event.hops ?? 0) > MAX_HOPS) return { bound: "hops", max: MAX_HOPS }
  return crowded && event.depth !== undefined ? { bound: "fan-out", max } : undefined
}
