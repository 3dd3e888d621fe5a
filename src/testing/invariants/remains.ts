/** 6. No process of a run outlives it by more than its grace; no token outlives its run. */
import type { Evidence, Say } from "./evidence.ts"
import type { LogIndex } from "./logIndex.ts"

/** What a run's processes have from its end until they are gone: to be ended, and to let go of what they hold. */
export const RUN_GRACE_MS = 10_000

export const checkRemains = (
  { processes = [], tokens = [], looked = Number.POSITIVE_INFINITY }: Evidence,
  { endedRuns }: LogIndex,
  say: Say,
): void => {
  for (const run of processes) {
    const ended = endedRuns.get(run)
    if (ended !== undefined && looked - Date.parse(ended) > RUN_GRACE_MS)
      say(6, `a process of ${run}, which ended at ${ended}, lives on`)
  }
  for (const run of tokens) if (endedRuns.has(run)) say(6, `the token of ${run}, which has ended, still opens a door`)
}
