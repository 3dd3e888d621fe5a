/** An organization's state, from its newest snapshot and the records after it. */
import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { evolve } from "../kernel/evolve.ts"
import { decodeState, SNAPSHOT_VERSION } from "../kernel/snapshot.ts"
import { emptyState, type OrganizationState } from "../kernel/state.ts"
import { EventLog, type LogUnavailable, type Opened } from "../log/EventLog.ts"
import { Revisions } from "./Revisions.ts"

/** Records read at a time. */
const FOLD_PAGE_RECORDS = 1_000

/** The state at the end of the log. `opened.snapshot` is used where its version is this program's. */
export const loadState = Effect.fn("loadState")(function* (org: string, opened: Pick<Opened, "position" | "snapshot">) {
  const { snapshot } = opened
  const state = snapshot?.version === SNAPSHOT_VERSION ? decodeState(snapshot.body) : emptyState(org)
  return yield* foldOn(state, Number.POSITIVE_INFINITY)
})

/** Folds the records after `state` up to a position: also how a state of the past, and a rebuilt one, are made. */
export const foldOn = Effect.fn("foldOn")(function* (state: OrganizationState, upTo: number) {
  const log = yield* EventLog
  const revisions = yield* Revisions
  let definitions: Definitions = (yield* revisions.load(state.manifest ?? "")).definitions
  for (;;) {
    const records: ReadonlyArray<LogRecord> = yield* log.read(state.org, state.position, FOLD_PAGE_RECORDS)
    for (const record of records) {
      if (record.event.seq > upTo) return state
      if (record.event.type === "contracts.revised")
        definitions = (yield* revisions.load((record.event.data as BuiltinData["contracts.revised"]).manifest))
          .definitions
      evolve(state, definitions, record)
    }
    if (records.length < FOLD_PAGE_RECORDS) return state
  }
}) satisfies (
  state: OrganizationState,
  upTo: number,
) => Effect.Effect<OrganizationState, LogUnavailable, EventLog | Revisions>
