/** Every row that the log writes for a publish: its records with their columns, and those of the read models. */
import { randomUUID } from "node:crypto"
import type { Event, Incoming } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { applyRecord, isProjected, keysOf, type RowStore, stateOf } from "../../src/log/projections/project.ts"
import { encodeRow } from "../../src/log/projections/readModel.ts"
import type { Rules } from "../workload/contracts.ts"

export type Value = string | number | null
export type Values = ReadonlyArray<Value>

/** What its writer fills in stands as 0: `position`, `seq`, `idkey`, `chain`. */
export interface PublishRows {
  readonly records: ReadonlyArray<Values>
  readonly readRows: ReadonlyArray<Values>
  readonly readKeys: ReadonlyArray<Values>
}

/** An event of the workload as it is published. */
export const incoming = ({ source, type, org, actor, data }: Event, id: string = randomUUID()): Incoming => ({
  id,
  source,
  type,
  org,
  actor,
  data,
})

/** The rows of each of these publishes, decided one after the other. */
export const rowsOf = (rules: Rules, events: ReadonlyArray<Event>): ReadonlyArray<PublishRows> => {
  const definitions = new Definitions({ revision: "0".repeat(64), ...rules })
  const states = new Map<string, OrganizationState>(events.map(({ org }) => [org, emptyState(org)]))
  return events.map((event) => {
    const turn = new Turn(states.get(event.org)!, definitions, Date.now())
    const answer = turn.execute({ kind: "publish", event: incoming(event) })
    if (isRefusal(answer)) throw new Error(answer.message)
    return encode(turn.records)
  })
}

const encode = (records: ReadonlyArray<LogRecord>): PublishRows => {
  const readRows: Array<Values> = []
  const readKeys: Array<Values> = []
  const store: RowStore = {
    byId: () => undefined,
    byLink: () => [],
    put: (model, { id, place, row }) => {
      readRows.push([model, id, place, encodeRow(row)])
      const keys = row.link === undefined ? keysOf(model, row) : [...keysOf(model, row), `link:${row.link}`]
      for (const key of keys) readKeys.push([model, key, stateOf(model, row), place, id])
    },
  }
  for (const record of records) if (isProjected(record.event.type)) applyRecord(store, record, 0)
  return { records: records.map(columnsOf), readRows, readKeys }
}

/** In the order of the table's columns. */
const columnsOf = ({ event, decision }: LogRecord): Values => [
  0,
  event.org,
  0,
  0,
  event.id,
  event.source,
  event.type,
  event.subject ?? null,
  Date.parse(event.time),
  event.correlationid,
  decision?.verdict ?? null,
  JSON.stringify({ ...event, data: undefined }),
  event.data === undefined ? null : JSON.stringify(event.data),
  decision === undefined ? null : JSON.stringify(decision),
  null,
]
