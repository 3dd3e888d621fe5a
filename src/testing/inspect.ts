/** Opens the data of a daemon that has ended, and gathers what the invariants are checked on. */
import { Effect, Layer } from "effect"
import { databaseFile } from "../discovery/folders.ts"
import type { LogRecord } from "../domain/record.ts"
import { encodeState, SNAPSHOT_VERSION } from "../kernel/snapshot.ts"
import { emptyState } from "../kernel/state.ts"
import { EventLog } from "../log/EventLog.ts"
import { layerLocal } from "../log/local/layer.ts"
import { type Listed, type ListFilter, Projections } from "../log/Projections.ts"
import { foldOn } from "../supervision/organizationState.ts"
import { Revisions } from "../supervision/Revisions.ts"
import { checkInvariants } from "./invariants/checkInvariants.ts"
import type { Evidence, Violation } from "./invariants/evidence.ts"

export interface Inspected {
  readonly violations: ReadonlyArray<Violation>
  readonly records: ReadonlyArray<LogRecord>
}

/**
 * Checks every invariant on the data folder, folds every organization from nothing, and rebuilds the read models.
 * `states`: what was live at the end, by organization; each must be what the fold gives.
 */
export const inspect = (
  data: string,
  states: Readonly<Record<string, string>>,
  more: Pick<Evidence, "acknowledged" | "processes" | "tokens" | "looked" | "settled"> = {},
): Promise<Inspected> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const projections = yield* Projections
    const records = yield* allRecords
    const before = yield* projections.digest
    const [holds, proposals, tasks] = yield* Effect.all([
      allOf(projections.holds),
      allOf(projections.proposals),
      allOf(projections.tasks),
    ])
    yield* projections.rebuild(() => {})
    const after = yield* projections.digest
    const folded = yield* Effect.forEach(Object.entries(states), ([org, live]) =>
      Effect.map(foldOn(emptyState(org), Number.POSITIVE_INFINITY), (state) => ({
        what: `the live and the folded state of ${org}`,
        one: live,
        other: encodeState(state),
      })),
    )
    const kept = yield* Effect.forEach(yield* log.organizations, snapshotAndFold)
    const verify = yield* log.verify
    const same = [
      { what: "the read models before and after a rebuild", one: before, other: after },
      ...folded,
      ...kept.flat(),
    ]
    return { violations: checkInvariants({ records, holds, proposals, tasks, verify, same, ...more }), records }
  }).pipe(
    Effect.provide(Revisions.layer.pipe(Layer.provideMerge(layerLocal({ file: databaseFile(data) })))),
    Effect.scoped,
    Effect.runPromise,
  )

/** What the daemon kept of its live state, and what the log up to there gives. */
const snapshotAndFold = Effect.fnUntraced(function* (org: string) {
  const log = yield* EventLog
  const { snapshot } = yield* log.open(org)
  if (snapshot?.version !== SNAPSHOT_VERSION) return []
  const state = yield* foldOn(emptyState(org), snapshot.position)
  return [{ what: `the kept and the folded state of ${org}`, one: snapshot.body, other: encodeState(state) }]
})

const allRecords = Effect.gen(function* () {
  const log = yield* EventLog
  const records: Array<LogRecord> = []
  for (let cursor = "", end = false; !end;) {
    const page = yield* log.page({}, cursor, 1_000)
    for (const { record } of page.items) records.push(record)
    cursor = page.next
    end = page.end
  }
  return records
})

export const allOf = <A, E>(
  list: (filter: ListFilter) => Effect.Effect<Listed<A>, E>,
): Effect.Effect<ReadonlyArray<A>, E> =>
  Effect.gen(function* () {
    const items: Array<A> = []
    for (let after: string | undefined, more = true; more;) {
      const page: Listed<A> = yield* list({
        limit: 1_000,
        order: "oldest",
        ...(after === undefined ? undefined : { after }),
      })
      items.push(...page.items)
      after = page.next
      more = after !== undefined
    }
    return items
  })
