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

export interface DaemonOptions {
  readonly workspace: string
  readonly data: string
  readonly host: string
  /** 0 for any. */
  readonly port: number
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
