/** What every group of operations works with. */
import type { Effect } from "effect"
import type { EventLog } from "../../log/EventLog.ts"
import type { Projections } from "../../log/Projections.ts"
import type { Mailboxes } from "../../supervision/Mailboxes.ts"
import type { Revisions } from "../../supervision/Revisions.ts"
import type { Workspace } from "../../workspace/Workspace.ts"
import type { Spans } from "../../observability/Tracing.ts"
import type { Definitions } from "../../kernel/definitions.ts"
import type { Status } from "../Service.ts"
import type { RunTokens } from "../tokens.ts"

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
  readonly lifecycle: { state: Status["state"] }
  /** Begins the shutdown and returns at once. */
  readonly shutdown: Effect.Effect<void>
}

export interface Dependencies {
  readonly log: typeof EventLog.Service
  readonly projections: typeof Projections.Service
  readonly mailboxes: typeof Mailboxes.Service
  readonly revisions: typeof Revisions.Service
  readonly workspace: typeof Workspace.Service
  /** Absent where no traces are recorded. */
  readonly tracing: Spans | undefined
  readonly options: ServiceOptions
}

export const definitionsOf = (dependencies: Dependencies): Definitions => dependencies.revisions.current().definitions
