/** Read models made again from the log, beside those in use, which they replace in the last step. */
import { applyRecord, PROJECTED_TYPES } from "../projections/project.ts"
import type { Connection } from "./database.ts"
import { makeRowStore } from "./rows.ts"
import { readTables } from "./schema.ts"
import { decodeRecord, RECORD_COLUMNS, type RecordColumns } from "./stored.ts"

/** Places of the log that one slice looks at: some milliseconds, in which no commit is written. */
const REBUILD_SLICE_RECORDS = 2_000

export interface Rebuilt {
  /** Records looked at so far. */
  readonly done: number
  /** The end of the log was reached and the new tables are in use. */
  readonly finished: boolean
}

/** Does the slice after `from`, up to `end` at most, inside the caller's transaction. */
export const rebuildSlice = (connection: Connection, from: number, end: number): Rebuilt => {
  if (from === 0)
    connection.exec(`DROP TABLE IF EXISTS read_rows_next; DROP TABLE IF EXISTS read_keys_next; ${readTables("_next")}`)
  const done = Math.min(from + REBUILD_SLICE_RECORDS, end)
  const rows = makeRowStore(connection, "_next")
  const records = connection
    .prepare<[number, ...RecordColumns]>(
      `SELECT position, ${RECORD_COLUMNS} FROM records
       WHERE position > ? AND position <= ? AND type IN (SELECT value FROM json_each(?)) ORDER BY position`,
    )
    .all([from, done, JSON.stringify(PROJECTED_TYPES)])
  for (const [position, ...columns] of records) applyRecord(rows, decodeRecord(columns), position)
  if (done < end) return { done, finished: false }
  for (const table of ["read_rows", "read_keys"])
    connection.exec(`DROP TABLE ${table}; ALTER TABLE ${table}_next RENAME TO ${table}`)
  return { done, finished: true }
}
