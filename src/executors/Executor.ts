/**
 * The executor port: how one task is run. An executor is stateless: it is given a prompt and tools, yields what
 * happens while it runs, and ends with a result. It knows nothing of organizations, contracts or retries.
 */
import type { Stream } from "effect"
import type { ExecutorConfig, RunLimit, RunLimits } from "../domain/organization.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"

export interface Execution {
  /** The mark by which all processes of the run are found (`CHARTER_RUN_ID`); no other run on this machine has it. */
  readonly run: string
  readonly systemPrompt: string
  /** Names of the daemon's tools that this run may use. */
  readonly tools: ReadonlyArray<string>
  readonly message: string
  /** The task and the event that it follows from, as the executable gets them. */
  readonly task: unknown
  readonly config: ExecutorConfig
  readonly limits: RunLimits
  /** The run's own folder, made by the caller, removed by the caller. */
  readonly scratch: string
  /** The workspace that the organization's files lie in; relative commands start from it. */
  readonly workspace: string
  /** Added to the clean environment: the daemon's address and the run's token. */
  readonly environment: Readonly<Record<string, string>>
}

export type Chunk =
  /** Something a person would want to see while waiting. */
  | { readonly kind: "progress"; readonly text: string; readonly data?: unknown }
  | { readonly kind: "usage"; readonly tokens?: number; readonly usd?: number; readonly turns?: number }
  /** An event that the run publishes in its member's name. */
  | { readonly kind: "event"; readonly type: string; readonly subject?: string; readonly data?: unknown }
  /** Where the run is: what another attempt at the same task is told. The last one counts. */
  | { readonly kind: "checkpoint"; readonly data: unknown }
  /** Process ids that belong to the run, for reaping. */
  | { readonly kind: "process"; readonly pid: number; readonly startTime: string }
  /** The last chunk of a run that ended; nothing follows. */
  | { readonly kind: "result"; readonly outcome: Outcome }

export type Outcome =
  | { readonly success: true; readonly result: unknown }
  | {
      readonly success: false
      readonly error: string
      readonly retry: boolean
      /** The limit that the run went over. */
      readonly limit?: RunLimit
    }

export interface Executor {
  readonly kind: string
  /** What is wrong with a configuration, for lint: key and message. */
  readonly check: (config: ExecutorConfig) => ReadonlyArray<Pick<Diagnostic, "code" | "message" | "suggestion">>
  /**
   * Runs to the end. The stream ends with exactly one `result`; a failure of the executable is a result, not an error.
   * When the stream is interrupted, every process of the run is ended before the interruption is done.
   */
  readonly execute: (execution: Execution) => Stream.Stream<Chunk>
}
