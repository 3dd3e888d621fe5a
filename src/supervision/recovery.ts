/** What ran under an earlier daemon: its processes are ended, its folders removed, then its tasks are queued again. */
import { Effect } from "effect"
import { killRuns } from "../executors/processes.ts"
import { Mailboxes } from "./Mailboxes.ts"
import type { RunOptions } from "./runs.ts"
import { removeScratch } from "./scratch.ts"

export const recover = Effect.fn("Supervisors.recover")(function* ({
  mark,
  scratch,
}: Pick<RunOptions, "mark" | "scratch">) {
  const mailboxes = yield* Mailboxes
  const left = mailboxes.states().flatMap(({ org, runs }) => [...runs.values()].map((run) => ({ ...run, org })))
  if (left.length > 0) yield* Effect.promise(() => killRuns(new Set(left.map(({ run }) => mark(run)))))
  yield* removeScratch(scratch)
  for (const { org, run, task } of left)
    yield* mailboxes.submit(org, {
      kind: "finish",
      task,
      run,
      outcome: { success: false, error: "the daemon stopped while it ran", retry: true, lost: true },
      retries: Number.POSITIVE_INFINITY,
    })
})
