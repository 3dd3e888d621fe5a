/**
 * All that decides, for one organization: a fold over its log. Bounded by what is open, not by history.
 * Only `evolve` changes it; `decide` reads it.
 */
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal, Vote } from "../domain/proposal.ts"
import type { Task } from "../domain/task.ts"
import type { Counters } from "./counters.ts"
import type { LimitWindows, Reservation } from "./limits.ts"

export interface OrganizationState {
  readonly org: string
  /** Sequence number of the last record folded in. */
  position: number
  /** Log time of that record, in ms. */
  time: number
  /** The contract set that this organization's log has adopted. */
  revision: string | undefined
  /** Hash of that revision's archived manifest. */
  manifest: string | undefined
  readonly counters: Counters
  readonly limits: LimitWindows
  readonly holds: Map<string, OpenHold>
  readonly proposals: Map<string, OpenProposal>
  /** Tasks that have not ended. */
  readonly tasks: Map<string, OpenTask>
  /** Runs that have not ended. */
  readonly runs: Map<string, OpenRun>
  /** No deadline or lease ends before this log time in ms; it may be earlier than the earliest one. */
  nextTimer: number
}

/** An event that waits, with the decision that made it wait. */
export interface OpenHold {
  readonly id: string
  readonly event: Event
  readonly decision: Decision
  readonly proposals: ReadonlyArray<string>
  readonly reservations: ReadonlyArray<Reservation>
}

export interface OpenProposal {
  readonly proposal: Proposal
  /** By elector's name; a later vote of the same elector replaces the earlier one. */
  readonly votes: Map<string, Vote>
  /** Set between the proposal's own success and the end of its hold, while others are still being voted on. */
  succeeded: boolean
}

export interface OpenTask {
  readonly task: Task
  state: "queued" | "running" | "waiting"
  /** Runs begun so far. */
  attempt: number
  /** The run that is asked for, granted or going on. */
  run: string | undefined
  worker: string | undefined
  /** Log time in ms at which the lease ends (running) or before which it is not given again (queued). */
  until: number
}

export interface OpenRun {
  readonly run: string
  readonly task: string
  readonly member: string
  readonly attempt: number
  readonly hops: number
  /** Log time in ms. */
  readonly started: number
  usd: number
  tokens: number
  turns: number
}

export const emptyState = (org: string): OrganizationState => ({
  org,
  position: 0,
  time: 0,
  revision: undefined,
  manifest: undefined,
  counters: new Map(),
  limits: new Map(),
  holds: new Map(),
  proposals: new Map(),
  tasks: new Map(),
  runs: new Map(),
  nextTimer: Number.POSITIVE_INFINITY,
})
