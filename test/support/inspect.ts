/** Opens the data of a daemon that has ended, and gathers what the invariants are checked on. */
import { join } from "node:path"
import { Effect, Layer } from "effect"
import type { LogRecord } from "../../src/domain/record.ts"
import { encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { type Listed, type ListFilter, Projections } from "../../src/log/Projections.ts"
import { foldOn } from "../../src/supervision/organizationState.ts"
import { Revisions } from "../../src/supervision/Revisions.ts"
import { checkInvariants, type Evidence, type Violation } from "./invariants.ts"

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
  more: Pick<Evidence, "acknowledged" | "processes" | "settled"> = {},
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
    const verify = yield* log.verify
    const same = [{ what: "the read models before and after a rebuild", one: before, other: after }, ...folded]
    return { violations: checkInvariants({ records, holds, proposals, tasks, verify, same, ...more }), records }
  }).pipe(
    Effect.provide(Revisions.layer.pipe(Layer.provideMerge(layerLocal({ file: join(data, "charter.db") })))),
    Effect.scoped,
    Effect.runPromise,
  )

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

const allOf = <A, E>(list: (filter: ListFilter) => Effect.Effect<Listed<A>, E>): Effect.Effect<ReadonlyArray<A>, E> =>
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
