/** What the invariants are checked over, and what is found to be wrong. */
import type { LogRecord } from "../../domain/record.ts"
import type { VerifyReport } from "../../log/EventLog.ts"
import type { HoldView, ProposalView, TaskView } from "../../log/Projections.ts"

export interface Evidence {
  /** Of all organizations, each organization's in the order of its log. */
  readonly records: Iterable<LogRecord>
  readonly holds: ReadonlyArray<HoldView>
  readonly proposals: ReadonlyArray<ProposalView>
  readonly tasks: ReadonlyArray<TaskView>
  readonly verify: VerifyReport
  /** What publishers were told: organization, number and verdict. */
  readonly acknowledged?: ReadonlyArray<{
    readonly org: string
    readonly id: string
    readonly seq: number
    readonly verdict: string
  }>
  /** Pairs that must be equal: digests of read models before and after a rebuild, states live and folded. */
  readonly same?: ReadonlyArray<{ readonly what: string; readonly one: string; readonly other: string }>
  /** Runs that have a living process. */
  readonly processes?: ReadonlyArray<string>
  /** Runs whose token still opens a door. */
  readonly tokens?: ReadonlyArray<string>
  /** When that was looked at, ms since 1970, by the log's clock. Absent: long after all of it. */
  readonly looked?: number
  /** Have executors had the time for all that they were given? Then no task may be open. */
  readonly settled?: boolean
}

export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6
  readonly what: string
}

export type Say = (invariant: Violation["invariant"], what: string) => void
