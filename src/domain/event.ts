/** The event envelope: CloudEvents 1.0 with an organization and an actor. */

export const ACTOR_KINDS = ["human", "agent", "system", "external", "operator"] as const

/** Who caused an event. Always taken from the token or from the daemon, never from a body. */
export interface Actor {
  /** A member's name without `@`; `github:LOGIN` for an external; the contract's full name for `system`. */
  readonly name: string
  readonly kind: (typeof ACTOR_KINDS)[number]
  readonly roles: ReadonlyArray<string>
  /** Who defined an agent. For an agent defined in a file: its organization's owner. */
  readonly creator?: string
  /** Of a derived event: the root requester, on whom self-votes, limits and `actor.creator` look. */
  readonly onbehalf?: Requester
}

/** A root requester: an actor that acts for nobody else. */
export type Requester = Omit<Actor, "onbehalf">

/** Whom limits, the self-vote rule and `actor.creator` look at. */
export const requesterOf = (actor: Actor): Requester => actor.onbehalf ?? actor

/** An event as it is in the log. `time` is log time, RFC 3339 UTC with milliseconds. */
export interface Event {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly time: string
  readonly org: string
  readonly actor: Actor
  readonly data?: unknown
  /** Groups all that follows from one first event; that event's own id where nothing else is known. */
  readonly correlationid: string
  /** The event that this one follows from. */
  readonly causationid?: string
  /** Position in the organization's log, from 1. */
  readonly seq: number
  readonly traceparent?: string
  /** How many derivations inside one commit lead to it; absent is 0. */
  readonly depth?: number
  /** How many tasks and mentions of its correlation lead to it; absent is 0. */
  readonly hops?: number
  /** The run that caused it. */
  readonly run?: string
  /** What the publisher said the time was, where it said one. */
  readonly senttime?: string
}

/** An event on its way in: decoded, authenticated, and given an organization and an actor, but not stamped yet. */
export interface Incoming {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly org: string
  readonly actor: Actor
  readonly data?: unknown
  readonly correlationid?: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly hops?: number
  readonly run?: string
  readonly senttime?: string
}

/** What makes a publish idempotent. The separator cannot occur in a source or an id (control characters are refused). */
export const eventKey = (event: { readonly org: string; readonly source: string; readonly id: string }): string =>
  `${event.org}\n${event.source}\n${event.id}`
