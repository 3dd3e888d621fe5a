/**
 * Reading on through the log under a filter, in either direction. The way is chosen by the filter: along one organization,
 * along one correlation, or along the whole log; whatever the database preselects, `recordMatches` decides.
 */
import { cursorOf } from "../cursor.ts"
import type { Page, ReadFilter, Stored } from "../EventLog.ts"
import { recordMatches } from "../filter.ts"
import { idKey } from "./chain.ts"
import { type Connection, type Statement, type Value } from "./database.ts"
import { SLICE_RECORDS } from "./reader.ts"
import { decodeRecord, RECORD_COLUMNS, type RecordColumns } from "./stored.ts"

/** Places that are looked at for a rare type before the event loop has its turn. */
const SLICE_PLACES = 1_000
/** Patterns that the database preselects by; a longer list is filtered here alone. */
const MAX_SQL_PATTERNS = 16
/** Organizations whose first record of a time is looked for before the event loop has its turn. */
const SLICE_ORGANIZATIONS = 50

export type Direction = "forwards" | "backwards"

/**
 * At most `limit` records beyond `from`, among those up to `end`, the last position that the caller knows of. Yields
 * between slices.
 */
export type Scan = (
  filter: ReadFilter,
  direction: Direction,
  from: number,
  end: number,
  limit: number,
) => Generator<void, Page>

/** What a way counts by: numbers of one organization, or places in the whole log. */
type Way = "organization" | "correlation" | "log"

type Row = readonly [position: number, place: number, ...RecordColumns]

export const makeScan = (connection: Connection, organizations: () => ReadonlyArray<string>): Scan => {
  const statements = new Map<string, Statement<Row>>()
  const positionOfSeq = connection.prepare<[number]>("SELECT position FROM records WHERE org = ? AND seq = ?")
  const timeOfSeq = connection.prepare<[number]>("SELECT time FROM records WHERE org = ? AND seq = ?")
  const lastSeq = connection.prepare<[number]>("SELECT coalesce(max(seq), 0) FROM records WHERE org = ?")

  const statement = (way: Way, direction: Direction, patterns: number): Statement<Row> => {
    const key = `${way} ${direction} ${patterns}`
    const sql = `SELECT position, ${PLACE[way]}, ${RECORD_COLUMNS} FROM records
      WHERE ${PLACE[way]} > ? AND ${PLACE[way]} <= ? ${CONDITION[way]}
      ${patterns === 0 ? "" : `AND (${Array(patterns).fill("type GLOB ?").join(" OR ")})`}
      ORDER BY ${PLACE[way]} ${direction === "forwards" ? "ASC" : "DESC"} LIMIT ?`
    const known = statements.get(key) ?? connection.prepare<Row>(sql)
    statements.set(key, known)
    return known
  }

  /** The first number of `org`, from 1, for which `reached` holds; one more than the last where there is none. */
  const firstSeq = (org: string, reached: (seq: number) => boolean): number => {
    let low = 1
    let high = lastSeq.get([org])![0] + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (reached(middle)) high = middle
      else low = middle + 1
    }
    return low
  }
  /** The time of an organization never goes back, so its first record at or after a time can be searched for. */
  const firstSeqSince = (org: string, since: number): number =>
    firstSeq(org, (seq) => timeOfSeq.get([org, seq])![0] >= since)
  const firstSeqAfter = (org: string, position: number): number =>
    firstSeq(org, (seq) => positionOfSeq.get([org, seq])![0] > position)

  /** No record at or after `since` stands at or before this place of the whole log. */
  function* placeBefore(since: number, end: number): Generator<void, number> {
    let before = end
    for (const [index, org] of organizations().entries()) {
      const position = positionOfSeq.get([org, firstSeqSince(org, since)])?.[0]
      if (position !== undefined) before = Math.min(before, position - 1)
      if (index % SLICE_ORGANIZATIONS === SLICE_ORGANIZATIONS - 1) yield
    }
    return before
  }

  return function* (filter, direction, from, end, limit) {
    const { org, types, correlationid } = filter
    const since = filter.since === undefined ? undefined : Date.parse(filter.since)
    const way: Way = correlationid !== undefined ? "correlation" : org !== undefined ? "organization" : "log"
    const matches = recordMatches(filter)

    // Places (low, high] are still to be looked at.
    let low = direction === "forwards" ? from : 0
    let high = direction === "forwards" ? end : Math.min(from - 1, end)
    if (way === "organization") {
      low = firstSeqAfter(org!, low) - 1
      high = firstSeqAfter(org!, high) - 1
      if (since !== undefined) low = Math.max(low, firstSeqSince(org!, since) - 1)
    } else if (way === "log" && since !== undefined) low = Math.max(low, yield* placeBefore(since, end))
    if (types?.length === 0) low = high

    const globs = globsOf(types)
    const query = statement(way, direction, globs.length)
    const key =
      way === "correlation"
        ? [idKey(correlationid!), correlationid!, correlationid!]
        : way === "organization"
          ? [org!]
          : []
    const slicePlaces = way === "correlation" ? Number.MAX_SAFE_INTEGER : SLICE_PLACES

    const items: Array<Stored> = []
    while (low < high && items.length < limit) {
      const wanted = Math.min(SLICE_RECORDS, limit - items.length)
      const [after, until] =
        direction === "forwards" ? [low, Math.min(high, low + slicePlaces)] : [Math.max(low, high - slicePlaces), high]
      const rows = query.all([after, until, ...key, ...globs, wanted] as ReadonlyArray<Value>)
      for (const [position, , ...columns] of rows) {
        const record = decodeRecord(columns)
        if (matches(record)) items.push({ record, cursor: cursorOf(position) })
      }
      const last = rows.length === wanted ? rows[rows.length - 1]![1] : undefined
      if (direction === "forwards") low = last ?? until
      else high = last === undefined ? after : last - 1
      if (low < high && items.length < limit) yield
    }

    const atEnd = low >= high
    const place = direction === "forwards" ? low : high + 1
    const reached = way === "organization" && !atEnd ? positionOfSeq.get([org!, place])![0] : place
    const next = !atEnd ? reached : direction === "forwards" ? Math.max(from, end) : 1
    return { items, next: cursorOf(next), end: atEnd }
  }
}

const PLACE: Readonly<Record<Way, string>> = {
  organization: "seq",
  // Without the sign the place would be looked up instead of the correlation.
  correlation: "+position",
  log: "position",
}

const CONDITION: Readonly<Record<Way, string>> = {
  organization: "AND org = ?",
  correlation: "AND ((idkey = ? AND id = ? AND correlationid = id) OR (correlationid = ? AND correlationid <> id))",
  log: "",
}

/** Patterns as the database understands them: each matches at least what the event pattern does. None: no preselection. */
const globsOf = (types: ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  types === undefined || types.length > MAX_SQL_PATTERNS || types.includes("**")
    ? []
    : types.map((pattern) => pattern.replace(/[^\w.*-]/g, "?"))
