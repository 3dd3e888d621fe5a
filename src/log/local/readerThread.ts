import { Effect } from "effect"
import { LogUnavailable } from "../EventLog.ts"
import type { JobResult, ReaderJob, Response } from "./messages.ts"
import { startThread } from "./startThread.ts"

/** Does what takes long in a thread of its own, which ends with it or with its interruption. */
export const readInThread = <Kind extends ReaderJob["kind"]>(
  file: string,
  job: Extract<ReaderJob, { readonly kind: Kind }>,
): Effect.Effect<JobResult[Kind], LogUnavailable> =>
  Effect.callback((resume) => {
    const fail = (reason: string): void => resume(Effect.fail(new LogUnavailable({ operation: job.kind, reason })))
    const thread = startThread({ role: "reader", file })
    thread.on("message", (response: Exclude<Response, number>) => {
      if ("value" in response) resume(Effect.succeed(response.value as JobResult[Kind]))
      else if ("failed" in response) fail(response.failed)
    })
    thread.on("error", (error) => fail(error.message))
    thread.on("exit", () => fail("the reader thread ended"))
    thread.postMessage({ job: 1, what: job })
    return Effect.promise(() => thread.terminate())
  })
