/** Single records, and what else one quick query answers. Synchronous, on a connection of the main thread. */
import type { LogRecord } from "../../domain/record.ts"
import { idKey } from "./chain.ts"
import { type Connection, text, textOf } from "./database.ts"
import { decodeRecord, RECORD_COLUMNS, type RecordColumns } from "./stored.ts"

/** Records that are read and parsed before the event loop has its turn. */
export const SLICE_RECORDS = 32

export interface Reader {
  readonly find: (org: string, source: string, id: string) => LogRecord | undefined
  readonly findById: (id: string) => ReadonlyArray<LogRecord>
  readonly get: (org: string, seq: number) => LogRecord | undefined
  /** In order, after `seq`; yields between slices. */
  readonly read: (org: string, seq: number, limit: number) => Generator<void, ReadonlyArray<LogRecord>>
  readonly source: (hash: string) => string | undefined
  readonly organizations: () => ReadonlyArray<string>
  /** Position of the last record; 0 where there is none. */
  readonly end: () => number
}

export const makeReader = (connection: Connection): Reader => {
  const records = (where: string) =>
    connection.prepare<RecordColumns>(`SELECT ${RECORD_COLUMNS} FROM records WHERE ${where}`)
  const byKey = records("idkey = ? AND id = ? AND source = ? AND org = ?")
  const byId = records("idkey = ? AND id = ? ORDER BY position")
  const bySeq = records("org = ? AND seq = ?")
  const after = records("org = ? AND seq > ? ORDER BY seq LIMIT ?")
  const sourceByHash = connection.prepare<[Uint8Array]>(`SELECT ${text("text")} FROM sources WHERE hash = ?`)
  const organizations = connection.prepare<[Uint8Array]>(
    `SELECT ${text("org")} FROM heads WHERE EXISTS (SELECT 1 FROM records WHERE records.org = heads.org) ORDER BY org`,
  )
  const end = connection.prepare<[number]>("SELECT coalesce(max(position), 0) FROM records")

  return {
    find: (org, source, id) => decode(byKey.get([idKey(id), id, source, org])),
    findById: (id) => byId.all([idKey(id), id]).map(decodeRecord),
    get: (org, seq) => decode(bySeq.get([org, seq])),
    read: function* (org, seq, limit) {
      const found: Array<LogRecord> = []
      while (found.length < limit) {
        const wanted = Math.min(SLICE_RECORDS, limit - found.length)
        const slice = after.all([org, seq + found.length, wanted])
        found.push(...slice.map(decodeRecord))
        if (slice.length < wanted) break
        yield
      }
      return found
    },
    source: (hash) => {
      const row = sourceByHash.get([hash])
      return row === undefined ? undefined : textOf(row[0])
    },
    organizations: () => organizations.all([]).map(([org]) => textOf(org)),
    end: () => end.get([])![0],
  }
}

const decode = (row: RecordColumns | undefined): LogRecord | undefined =>
  row === undefined ? undefined : decodeRecord(row)
