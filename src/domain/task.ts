/** Tasks and runs as records carry them. */

export const TASK_STATES = [
  "queued",
  "running",
  "waiting",
  "parked",
  "completed",
  "failed",
  "dead",
  "cancelled",
] as const
export type TaskState = (typeof TASK_STATES)[number]

/** The data of `task.created`. */
export interface Task {
  readonly id: string
  readonly org: string
  /** Id and sequence number of the event that it follows from. */
  readonly event: string
  readonly eventSeq: number
  /** Without `@`. */
  readonly member: string
  /** Full name of the contract, or {@link SCHEDULE}. */
  readonly contract: string
  /** Place of the route in the contract's `then`, and of this receiver in the route. */
  readonly effect: number
  readonly place: number
  readonly as: "sequence" | "parallel" | "first" | "compete"
  readonly goal?: string
  readonly with?: Readonly<Record<string, unknown>>
  /** `sequence`: who comes after this one has completed, and the task that came before it. */
  readonly rest?: ReadonlyArray<string>
  readonly previous?: string
  /** Who gets the task, too, where it has not ended by then. */
  readonly escalations?: ReadonlyArray<{
    readonly at: string
    readonly to: ReadonlyArray<string>
    readonly message?: string
  }>
  /** The task that was not done in time, which this one was made for as well. */
  readonly escalates?: string
  /** `compete`: the number of this candidate, from 1. */
  readonly candidate?: number
  /** No executor runs it: it waits until its member says that it is done. */
  readonly human?: true
  readonly correlationid: string
  /** The trace that it is part of: that of its event. */
  readonly traceparent?: string
  readonly hops: number
  readonly created: string
}

/** Stands for a contract where a task follows from its member's own schedule. */
export const SCHEDULE = "schedule"

/** How often a failed task is given again, where the member's `limits.retries` does not say. */
export const DEFAULT_RETRIES = 2
