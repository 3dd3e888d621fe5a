/** Bounds on what follows from one event. At a bound nothing is dropped: the next request is held for a human. */
import type { Event } from "../domain/event.ts"

/** Derivations in a row, with nobody who does anything in between. */
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
 * The bound that this event is beyond. A fact cannot be held: of hops, what is asked for next is, by a contract or as a
 * run. `crowded`: as many of its like have followed from the same command already as may.
 */
export const boundOf = (event: Event, gated: boolean, crowded: boolean): Bound | undefined => {
  const deep = depthBoundOf(event)
  if (deep !== undefined) return deep
  if (gated && (event.hops ?? 0) > MAX_HOPS && (event.type === "run.requested" || event.depth !== undefined))
    return { bound: "hops", max: MAX_HOPS }
  const max = gated ? MAX_DERIVED_REQUESTS_PER_TURN : MAX_DERIVED_PER_TURN
  return crowded && event.depth !== undefined ? { bound: "fan-out", max } : undefined
}

/** The one that holds in every commit: what time alone brings goes on counting from the commit before. */
export const depthBoundOf = ({ depth = 0 }: Event): Bound | undefined =>
  depth > MAX_DEPTH ? { bound: "depth", max: MAX_DEPTH } : undefined
