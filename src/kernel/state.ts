/**
 * All that decides, for one organization: a fold over its log. Bounded by what is open, not by history.
 * Only `evolve` changes it; `decide` reads it.
 */
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import type { Delegation, Proposal, Vote } from "../domain/proposal.ts"
import type { Task } from "../domain/task.ts"
import type { BudgetWindows } from "./budgets.ts"
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
  readonly budgets: BudgetWindows
  readonly holds: Map<string, OpenHold>
  /** How many of them are derived, by correlation. */
  readonly waiting: Map<string, number>
  readonly proposals: Map<string, OpenProposal>
  /** By id; one that has expired is no longer looked at. */
  readonly delegations: Map<string, Delegation>
  readonly standing: Map<string, StandingApproval>
  /** Tasks that have not ended. */
  readonly tasks: Map<string, OpenTask>
  /** Runs that have not ended. */
  readonly runs: Map<string, OpenRun>
  /** The version that each document is at. */
  readonly documents: Map<string, number>
  /** Changes of the rules that have been asked for here and have not come to their end. */
  readonly changes: Map<string, OpenChange>
  /** Elected owners of documents, until the organization's file names another one than it did then. */
  readonly owners: Map<string, ElectedOwner>
  /** The agents of the organization's file, and those that are stopped. */
  readonly agents: Map<string, AgentStanding>
  /** No deadline or lease ends before this log time in ms; it may be earlier than the earliest one. */
  nextTimer: number
}

/** An event that waits, with the decision that made it wait. */
export interface OpenHold {
  readonly id: string
  readonly event: Event
  readonly decision: Decision
  /** Of those that it waits for; a further one takes the place of one that it escalates. */
  proposals: ReadonlyArray<string>
  reservations: ReadonlyArray<Reservation>
  /** Waits for room: log time in ms at which it is decided afresh. */
  until: number | undefined
}

export interface OpenProposal {
  readonly proposal: Proposal
  /** By elector's name; a later vote of the same elector replaces the earlier one. */
  readonly votes: Map<string, Vote>
  /** Log time in ms from which its success counts: between it and the end of the hold others may still be voted on. */
  released: number | undefined
  /** Levels that have joined. */
  joined: number
  /** The option or candidate that has won. */
  option: string | undefined
}

export interface ElectedOwner {
  readonly owner: string
  /** Whom the file named when it was decided. */
  readonly instead: string | undefined
}

/** A vote that its elector gives again by himself. */
export interface StandingApproval {
  /** The `vote.cast` that gave it. */
  readonly id: string
  readonly by: string
  readonly contract: string
  readonly version: string
  readonly onbehalf: string
  readonly type: string
  /** RFC 8785 of what must be equal. */
  readonly same: string
  /** Names of the electorate that it was given in. */
  readonly electorate: string
  /** Log time in ms. */
  readonly until: number
  left: number
}

export interface OpenTask {
  readonly task: Task
  state: "queued" | "running" | "waiting"
  /** Runs begun so far. */
  attempt: number
  /** Runs that have failed. One that was lost with its daemon is none: it says nothing of the task. */
  failures: number
  /** The run that is asked for, granted or going on. */
  run: string | undefined
  worker: string | undefined
  /** Log time in ms at which the lease ends (running) or before which it is not given again (queued). */
  until: number
  /** Escalations that have come. */
  escalated: number
  /** Number of the record that says where the last run was. */
  checkpoint: number | undefined
}

/** How it is with one agent, beside its tasks. */
export interface AgentStanding {
  /** Log time in ms of the last thing that concerned it: where nothing is open, it has been idle since then. */
  since: number
  stopped: { readonly by: string; readonly at: number; readonly reason: string | undefined } | undefined
  schedule: AgentSchedule | undefined
}

/** `every` in ms; `next` is the log time in ms at which it is due. */
export type AgentSchedule =
  | { readonly every: number; readonly goal: string | undefined }
  | { readonly cron: string; readonly timezone: string; readonly goal: string | undefined; readonly next: number }

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

export interface OpenChange {
  readonly change: string
  /** Of the request. */
  readonly seq: number
  /** What this organization makes of it; `refused` only where others have to be told. */
  state: "waiting" | "allowed" | "refused"
  reason: string | undefined
  /** Who has given it up. */
  by: string | undefined
}

export const emptyState = (org: string): OrganizationState => ({
  org,
  position: 0,
  time: 0,
  revision: undefined,
  manifest: undefined,
  counters: new Map(),
  limits: new Map(),
  budgets: new Map(),
  holds: new Map(),
  waiting: new Map(),
  proposals: new Map(),
  delegations: new Map(),
  standing: new Map(),
  tasks: new Map(),
  runs: new Map(),
  documents: new Map(),
  changes: new Map(),
  owners: new Map(),
  agents: new Map(),
  nextTimer: Number.POSITIVE_INFINITY,
})
