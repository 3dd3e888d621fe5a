/** The daemon itself. */
import type { Diagnostic } from "../../domain/diagnostic.ts"

export interface Status {
  readonly state: "starting" | "running" | "draining" | "stopped"
  readonly version: string
  readonly pid: number
  readonly startedAt: string
  readonly revision: string
  readonly contracts: number
  readonly organizations: number
  readonly openHolds: number
  readonly openProposals: number
  readonly openTasks: number
  /** Runs that go on, and how many may at the same time. */
  readonly runs: { readonly running: number; readonly most: number }
  readonly agents: { readonly idle: number; readonly executing: number; readonly stopped: number }
  /** While it stops: what it waits for, and for how long at most. */
  readonly draining?: {
    readonly until: string
    readonly runs: ReadonlyArray<RunUnderWay>
  }
  /** For an operator alone, as {@link diagnostics} are. */
  readonly workspace?: string
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /** Why the log could not be written when that was last tried: nothing is taken until it can be. Absent where it can. */
  readonly unwritable?: string
  /** What waits for an operator, in words: a mass removal, for example. */
  readonly warnings: ReadonlyArray<string>
}

export interface RunUnderWay {
  readonly run: string
  readonly task: string
  readonly member: string
  readonly org: string
  /** RFC 3339. */
  readonly since: string
}
