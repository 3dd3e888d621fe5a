/**
 * What a run is told, in the one shape that every kind of executor hands on: a JSON line on standard input for
 * `command`, the paths of `${{ … }}` for `scripted`.
 *
 * ```json
 * {
 *   "run": "run_01J…",                                   // this run, by a name of its own on this machine; also in CHARTER_RUN_ID
 *   "task": { "id": "…", "event": { … }, "goal": "…" },  // the task, its event, the attempt, and the checkpoint of the one before
 *   "message": "Review #12",                             // what is asked of the member
 *   "systemPrompt": "Review code for bugs.",             // who the member is; "" where it has none
 *   "tools": ["channel_send"],                           // tools of the daemon that this run may use
 *   "limits": { "turns": 40, "usd": 2, "minutes": 20 },  // what it may spend
 *   "daemon": { "url": "http://127.0.0.1:5099" }         // null where no door is open; the token is in CHARTER_TOKEN
 * }
 * ```
 */
import type { RunLimits } from "../domain/organization.ts"
import type { Execution } from "./Executor.ts"

export interface TaskInput {
  readonly run: string
  readonly task: unknown
  readonly message: string
  readonly systemPrompt: string
  readonly tools: ReadonlyArray<string>
  readonly limits: RunLimits
  readonly daemon: { readonly url: string } | null
}

/** The variable of `Execution.environment` by which what a run does goes on with the trace, as W3C writes it. */
export const TRACE_VARIABLE = "TRACEPARENT"

/** The variable of `Execution.environment` that holds the daemon's address. */
export const URL_VARIABLE = "CHARTER_URL"

export const taskInput = (execution: Execution): TaskInput => {
  const url = execution.environment[URL_VARIABLE]
  return {
    run: execution.run,
    task: execution.task,
    message: execution.message,
    systemPrompt: execution.systemPrompt,
    tools: execution.tools,
    limits: execution.limits,
    daemon: url === undefined ? null : { url },
  }
}
