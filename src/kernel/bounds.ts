/** Bounds on what follows from one event. At a bound nothing is dropped: the next request is held for a human. */
import type { Event } from "../domain/event.ts"
import { MAX_COMMIT_BYTES } from "../domain/record.ts"
import { refuse } from "../domain/refusal.ts"
import type { Command } from "./command.ts"
import { type Draft, follow } from "./draft.ts"
import type { OrganizationState } from "./state.ts"

/** Derivations in a row, with nobody who does anything in between. */
export const MAX_DEPTH = 16
/** Tasks and mentions of one correlation in a row. */
export const MAX_HOPS = 64
/** Requests of one organization that wait, before further ones are denied. */
export const MAX_OPEN_HOLDS = 10_000
/** Requests of one correlation that wait, each of them following from something, before further ones are held. */
export const MAX_WAITING = 256
/**
 * Requests that follow from one command, those still to be decided too, before further ones are held: few enough that a
 * commit has room for all the holds.
 */
export const MAX_DERIVED_REQUESTS_PER_TURN = 64
/** Events that follow from one command before nothing follows from further facts among them. */
export const MAX_DERIVED_PER_TURN = 256

/**
 * Bytes that may follow, as JSON, from what is not refused and has turned out to be more than one commit holds: time that
 * has passed, a run that has ended, a denial. One after the other is tried; with the last, nothing follows but what must.
 */
export const ROOMS: ReadonlyArray<number> = [64 * 1024, 0]

/**
 * Where what follows does not fit: what somebody would have happen is refused. What has happened, and what stops something,
 * is not.
 */
export const isRefusable = (command: Command): boolean =>
  REFUSABLE.has(command.kind) || (command.kind === "vote" && command.choice === "approve")

const REFUSABLE: ReadonlySet<Command["kind"]> = new Set(["publish", "delegate", "accept", "byHand"])

/** Said of what {@link isRefusable}. */
export const TOO_LARGE = refuse(
  "too-large",
  "commit-too-large",
  `with what follows from it this takes more than ${MAX_COMMIT_BYTES} bytes in the log; ask with less data, or have the contracts copy less of it`,
)

export interface Bound {
  readonly bound: "depth" | "hops" | "waiting" | "holds" | "fan-out" | "size"
  readonly max: number
}

/** Said where nothing more can wait. */
export const HOLDS_BOUND: Bound = { bound: "holds", max: MAX_OPEN_HOLDS }

/** Said where all that follows is more than one commit holds. */
export const SIZE_BOUND: Bound = { bound: "size", max: MAX_COMMIT_BYTES }

export const boundExceeded = (event: Event, bound: Bound): Draft =>
  follow(event, "bound.exceeded", { ...bound, event: event.id })

/** As many of its like have followed from the same command already as may. */
export const fanOutBound = (gated: boolean): Bound => ({
  bound: "fan-out",
  max: gated ? MAX_DERIVED_REQUESTS_PER_TURN : MAX_DERIVED_PER_TURN,
})

/**
 * The bound that this event is beyond, where it is none of its commit's. A fact cannot be held: of hops, what is asked for
 * next is, by a contract or as a run.
 */
export const boundOf = (state: OrganizationState, event: Event, gated: boolean): Bound | undefined => {
  const lasting = gated ? lastingBoundOf(state, event) : depthBoundOf(event)
  if (lasting !== undefined) return lasting
  if (gated && (event.hops ?? 0) > MAX_HOPS && (event.type === "run.requested" || event.depth !== undefined))
    return { bound: "hops", max: MAX_HOPS }
  return undefined
}

/**
 * Those that hold in every commit: what time alone brings goes on counting from the commit before. Depth alone would let
 * what makes two of itself each time grow to 2 ** {@link MAX_DEPTH}. `waits`: the event is one of those that wait.
 */
export const lastingBoundOf = (state: OrganizationState, event: Event, waits = false): Bound | undefined => {
  if (event.depth === undefined) return undefined
  const others = (state.waiting.get(event.correlationid) ?? 0) - (waits ? 1 : 0)
  return depthBoundOf(event) ?? (others >= MAX_WAITING ? { bound: "waiting", max: MAX_WAITING } : undefined)
}

const depthBoundOf = ({ depth = 0 }: Event): Bound | undefined =>
  depth > MAX_DEPTH ? { bound: "depth", max: MAX_DEPTH } : undefined

/**
 * An event begins to wait, or ends to. Only what follows from something counts: whoever asks for something himself may do
 * so as often as he likes.
 */
export const countWaiting = ({ waiting }: OrganizationState, { depth, correlationid }: Event, by: 1 | -1): void => {
  if (depth === undefined) return
  const now = (waiting.get(correlationid) ?? 0) + by
  if (now > 0) waiting.set(correlationid, now)
  else waiting.delete(correlationid)
}
