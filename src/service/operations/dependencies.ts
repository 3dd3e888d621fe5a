/** What every group of operations works with. */
import type { Effect } from "effect"
import type { EventLog } from "../../log/EventLog.ts"
import type { Projections } from "../../log/Projections.ts"
import type { Changes } from "../../supervision/Changes.ts"
import type { Mailboxes } from "../../supervision/Mailboxes.ts"
import type { Revisions } from "../../supervision/Revisions.ts"
import type { Workspace } from "../../workspace/Workspace.ts"
import type { Spans } from "../../observability/Tracing.ts"
import type { Definitions } from "../../kernel/definitions.ts"
import type { Status } from "../views/daemon.ts"
import type { RunTokens } from "../tokens.ts"

/** Where the daemon stands in its life; `until`: while it stops, how long it waits for runs at most (RFC 3339). */
export interface Lifecycle {
  state: Status["state"]
  until?: string
}

export interface ServiceOptions {
  readonly version: string
  /** The folder with `contracts/` and `organizations/`. */
  readonly workspace: string
  readonly startedAt: string
  /** SHA-256, hex, of the operator's own token: the one in `daemon.json`. */
  readonly operatorHash: string
  readonly runTokens: RunTokens
  /** For secrets of webhooks. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Size of what the log takes on disk. */
  readonly logBytes: () => number
  readonly lifecycle: Lifecycle
  /** Runs at the same time, over all agents. */
  readonly maxRuns: number
  /** Begins the shutdown and returns at once; `now`: what runs is not waited for, also where it has begun already. */
  readonly shutdown: (now: boolean) => Effect.Effect<void>
}

export interface Dependencies {
  readonly log: typeof EventLog.Service
  readonly projections: typeof Projections.Service
  readonly mailboxes: typeof Mailboxes.Service
  readonly revisions: typeof Revisions.Service
  readonly workspace: typeof Workspace.Service
  readonly changes: typeof Changes.Service
  /** Absent where no traces are recorded. */
  readonly tracing: Spans | undefined
  readonly options: ServiceOptions
}

export const definitionsOf = (dependencies: Dependencies): Definitions => dependencies.revisions.current().definitions
