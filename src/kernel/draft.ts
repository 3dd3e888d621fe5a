/** Events on their way into the log, before they have a place in it. */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Actor, type Event, type Requester, requesterOf } from "../domain/event.ts"
import { timeText } from "../domain/timeText.ts"
import type { KeptText } from "./keptText.ts"

/** An event without sequence number and time; what the daemon makes has no id and source of its own yet. */
export interface Draft {
  readonly id?: string
  readonly source?: string
  readonly type: string
  readonly subject?: string
  readonly actor: Actor
  readonly data?: unknown
  readonly correlationid?: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly depth?: number
  readonly hops?: number
  readonly run?: string
  readonly senttime?: string
  /** Kept by its hash before the event is written; no part of it. */
  readonly keep?: KeptText
}

/** Source of every event that the daemon makes itself. */
export const DAEMON_SOURCE = "charter"

/** Name of the daemon where it acts by itself and by no contract. */
export const DAEMON_NAME = "charter"

export const daemonActor = (onbehalf?: Requester): Actor =>
  onbehalf === undefined
    ? { name: DAEMON_NAME, kind: "system", roles: [] }
    : { name: DAEMON_NAME, kind: "system", roles: [], onbehalf }

/** A name that is unique in the whole daemon and short enough to type: `review-team-42` for record 42 of `@review-team`. */
export const placeName = (org: string, seq: number): string => `${org.slice(1)}-${seq}`

/** Gives a draft its place and its log time. */
export const stamp = (draft: Draft, org: string, seq: number, now: number): Event => {
  const id = draft.id ?? placeName(org, seq)
  const event: { -readonly [Key in keyof Event]: Event[Key] } = {
    id,
    source: draft.source ?? DAEMON_SOURCE,
    type: draft.type,
    time: timeText(now),
    org,
    actor: draft.actor,
    correlationid: draft.correlationid ?? id,
    seq,
  }
  // Every event comes through here, and spreading what may be absent costs more than the rest of its decision.
  if (draft.subject !== undefined) event.subject = draft.subject
  if (draft.data !== undefined) event.data = draft.data
  if (draft.causationid !== undefined) event.causationid = draft.causationid
  if (draft.traceparent !== undefined) event.traceparent = draft.traceparent
  if (draft.depth !== undefined) event.depth = draft.depth
  if (draft.hops !== undefined) event.hops = draft.hops
  if (draft.run !== undefined) event.run = draft.run
  if (draft.senttime !== undefined) event.senttime = draft.senttime
  return event
}

/** An event of the daemon's own that follows from `cause`. */
export const follow = <T extends keyof BuiltinData>(
  cause: Event,
  type: T,
  data: BuiltinData[T],
  actor: Actor = daemonActor(requesterOf(cause.actor)),
): Draft => ({
  ...linkTo(cause),
  type,
  actor,
  data,
  ...(cause.subject === undefined ? undefined : { subject: cause.subject }),
})

/** What ties a derived event to its cause. */
export const linkTo = (
  cause: Event,
): Pick<Draft, "correlationid" | "causationid" | "depth"> & { hops?: number; traceparent?: string } => ({
  correlationid: cause.correlationid,
  causationid: cause.id,
  depth: (cause.depth ?? 0) + 1,
  ...(cause.hops === undefined ? undefined : { hops: cause.hops }),
  ...traceOf(cause),
})

/** What makes an event a part of the same trace. */
export const traceOf = ({ traceparent }: { readonly traceparent?: string } = {}):
  | { readonly traceparent: string }
  | undefined => (traceparent === undefined ? undefined : { traceparent })
