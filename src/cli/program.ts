/** What the command line is started with: the rest of the program, which it loads only when it needs it. */
import type { Effect, Scope } from "effect"

export interface Program {
  readonly version: string
  /** The file that Node runs for `charter`. */
  readonly entry: string
  /** The folder with what the program ships: `contracts/`, `organizations/`, `tools/`. */
  readonly home: string
  readonly loadDaemon: () => Promise<StartDaemon>
}

/** Where nothing is said, the daemon's own. */
export interface Bounds {
  /** Runs at the same time, over all agents. */
  readonly maxRuns?: number
  /** Longest wait for runs when it stops. */
  readonly graceMs?: number
}

export interface DaemonOptions extends Bounds {
  readonly workspace: string
  readonly data: string
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** What becomes of edits on disk; absent: as the last daemon had it. */
  readonly diskEdits?: "apply" | "confirm"
  /** For secrets of webhooks. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Lives as long as its scope, whose closing is the graceful stop. */
export type StartDaemon = (options: DaemonOptions) => Effect.Effect<RunningDaemon, StartFailure, Scope.Scope>

/** `_tag` names the kind; the message is for people. */
export interface StartFailure {
  readonly _tag: string
  readonly message: string
}

export interface RunningDaemon {
  readonly url: string
  /** Done when somebody has asked for the shutdown. */
  readonly stopping: Effect.Effect<void>
}
