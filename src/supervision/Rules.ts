/**
 * Puts what the workspace holds in force, and says how it came about. Whoever has reason to believe that the files have
 * changed asks for it; what takes effect is always the newest set.
 */
import { Context, Effect, Layer, Semaphore } from "effect"
import type { Origin } from "../domain/change.ts"
import { EventLog, type LogUnavailable } from "../log/EventLog.ts"
import { newestReport } from "../log/newestReport.ts"
import type { LoadedSet } from "../workspace/loadedSet.ts"
import { Workspace } from "../workspace/Workspace.ts"
import { Mailboxes } from "./Mailboxes.ts"
import { Revisions } from "./Revisions.ts"

export class Rules extends Context.Service<
  Rules,
  {
    /** The workspace's set is the one that every organization decides under when this returns. */
    readonly takeUp: Effect.Effect<void, LogUnavailable>
  }
>()("charter/supervision/Rules") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const workspace = yield* Workspace
      const revisions = yield* Revisions
      const mailboxes = yield* Mailboxes
      const log = yield* EventLog
      const turn = yield* Semaphore.make(1)
      let taken: LoadedSet | undefined
      let started = false

      /** Where a daemon ended in the midst of it, some organizations have adopted the set and others not yet. */
      const recordedOrigin = Effect.fnUntraced(function* (revision: string) {
        const revised = yield* newestReport(log, "contracts.revised")
        return revised?.revision === revision ? revised.origin : undefined
      })

      const takeUp = Effect.gen(function* () {
        const set = yield* workspace.current
        const previous = started ? taken : workspace.lastGood
        const origin: Origin | undefined =
          workspace.originOf(set, previous) ?? (started ? undefined : yield* recordedOrigin(set.revision))
        yield* revisions.switchTo(set, origin, previous)
        started = true
        taken = set
      })

      return Rules.of({ takeUp: Effect.andThen(turn.withPermit(takeUp), mailboxes.openAll) })
    }),
  )
}
