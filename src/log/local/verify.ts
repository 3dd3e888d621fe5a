/** Goes through the whole file and finds what was changed by anyone but the writer, a slice at a time. */
import { hash } from "node:crypto"
import type { Event } from "../../domain/event.ts"
import type { VerifyReport } from "../EventLog.ts"
import { CHAIN_START, digestOf, DIGEST_BYTES, idKey, nextChain, sealOf } from "./chain.ts"
import { type Connection, reasonOf, text, textOf } from "./database.ts"

const SLICE_RECORDS = 64
/** Damaged stretches in a row after which the rest is given up: the end itself may be damaged, and as far as one likes. */
const MAX_UNREADABLE_SLICES = 1_000
/** Findings about the file itself, beside the first bad record of each organization. */
const MAX_FILE_FINDINGS = 20

type Finding = VerifyReport["broken"][number]

interface Head {
  readonly seq: number
  readonly chain: Uint8Array
}

/** Reads one snapshot of the file, through a connection of its own. */
export const verify = (connection: Connection): VerifyReport => {
  const findings = makeFindings()
  connection.exec("BEGIN")
  const stored = findings.attempt(() => readHeads(connection)) ?? new Map<string, Head>()
  const { heads, records, gaps } = verifyRecords(connection, stored, findings)
  verifyHeads(heads, stored, findings)
  findings.attempt(() => verifySnapshots(connection, heads, findings))
  findings.attempt(() => verifySources(connection, findings))
  findings.attempt(() => verifyFile(connection, findings))
  // A place is empty where a record is missing, which is found already; else records were moved by hand, with all indexes.
  if (findings.all().length === 0) for (const { org, seq, what } of gaps) findings.record(org, seq, what)
  return { organizations: heads.size, records, broken: findings.all() }
}

/** The first record after `from` that is not as it was written. */
export const firstChange = (connection: Connection, org: string, from: Head): Omit<Finding, "org"> | undefined => {
  const slice = connection.prepare<Row>(
    `SELECT ${COLUMNS} FROM records WHERE org = ? AND seq > ? ORDER BY seq LIMIT ${SLICE_RECORDS}`,
  )
  let { seq, chain } = from
  for (;;) {
    const rows = slice.all([org, seq])
    for (const row of rows) {
      const what = row[1] === seq + 1 ? problemOf(row, chain) : `number ${row[1]} follows number ${seq}`
      if (what !== undefined) return { seq: seq + 1, what }
      seq = row[1]
      chain = row[4]!
    }
    if (rows.length < SLICE_RECORDS) return undefined
  }
}

interface Findings {
  /** Of an organization only the first is kept. */
  readonly record: (org: string, seq: number, what: string) => void
  readonly file: (what: string) => void
  /** A failure to read is a finding. */
  readonly attempt: <A>(body: () => A) => A | undefined
  readonly all: () => ReadonlyArray<Finding>
}

const makeFindings = (): Findings => {
  const first = new Map<string, Finding>()
  const file: Array<Finding> = []
  const fileFinding = (what: string): void => {
    if (file.length < MAX_FILE_FINDINGS) file.push({ org: "", seq: 0, what })
  }
  return {
    record: (org, seq, what) => {
      const known = first.get(org)
      if (known === undefined || seq < known.seq) first.set(org, { org, seq, what })
    },
    file: fileFinding,
    attempt: (body) => {
      try {
        return body()
      } catch (error) {
        fileFinding(reasonOf(error))
        return undefined
      }
    },
    all: () => [...first.values(), ...file],
  }
}

// ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const TEXT_COLUMNS = [
  "org",
  "id",
  "source",
  "type",
  "subject",
  "correlationid",
  "verdict",
  "envelope",
  "decision",
] as const
// The sign keeps the binding from asking for the declared type, which is text of the file too.
const COLUMNS = `+position, +seq, +time, +idkey, +chain, typeof(data), CAST(data AS BLOB),
  ${TEXT_COLUMNS.map((column) => `typeof(${column}) IN ('text', 'null')`).join(" AND ")},
  ${TEXT_COLUMNS.map(text).join(", ")}`

type Row = readonly [
  position: number,
  seq: number,
  time: number,
  idkey: number,
  chain: Uint8Array | null,
  dataType: string,
  data: Uint8Array | null,
  typed: number,
  org: Uint8Array,
  id: Uint8Array,
  source: Uint8Array,
  type: Uint8Array,
  subject: Uint8Array | null,
  correlationid: Uint8Array,
  verdict: Uint8Array | null,
  envelope: Uint8Array,
  decision: Uint8Array | null,
]

const verifyRecords = (
  connection: Connection,
  stored: ReadonlyMap<string, Head>,
  findings: Findings,
): { readonly heads: ReadonlyMap<string, Head>; readonly records: number; readonly gaps: ReadonlyArray<Finding> } => {
  const heads = new Map<string, Head>()
  let records = 0
  let last = 0
  const gaps = new Map<string, Finding>()

  const check = (row: Row): void => {
    const [position, seq, , , chain] = row
    const org = textOf(row[8] ?? Buffer.alloc(0))
    const head = heads.get(org) ?? { seq: 0, chain: CHAIN_START }
    const missing = head.seq + 1
    if (seq !== missing) findings.record(org, Math.min(seq, missing), `number ${seq} follows number ${head.seq}`)
    else {
      const problem = problemOf(row, head.chain)
      if (problem !== undefined) findings.record(org, seq, problem)
    }
    const marked = stored.get(org)
    if (marked?.seq === seq && !(isDigest(chain) && equal(marked.chain, chain)))
      findings.record(org, seq, "the stored head has another hash than the record")
    if (position !== last + 1 && !gaps.has(org))
      gaps.set(org, { org, seq, what: `place ${last + 1} of the whole log, before this record, is empty` })
    heads.set(org, { seq, chain: isDigest(chain) ? chain : head.chain })
    records++
    last = position
  }

  const slice = connection.prepare<Row>(`SELECT ${COLUMNS} FROM records WHERE position > ? ORDER BY position LIMIT ?`)
  const one = connection.prepare<Row>(`SELECT ${COLUMNS} FROM records WHERE position = ?`)
  const end =
    findings.attempt(
      () => connection.prepare<[number]>("SELECT coalesce(max(position), 0) FROM records").get([])![0],
    ) ?? 0
  let unreadable = 0
  for (let from = 0; from < end; from = last) {
    const rows = findings.attempt(() => slice.all([from, SLICE_RECORDS]))
    if (rows?.length === 0) break
    const before = records
    if (rows !== undefined) rows.forEach(check)
    else {
      // A damaged page. What lies around it can still be read one by one; the chains show whose records are missing.
      for (let position = from + 1; position <= from + SLICE_RECORDS; position++)
        findings.attempt(() => one.all([position]))?.forEach(check)
      last = from + SLICE_RECORDS
    }
    unreadable = records === before ? unreadable + 1 : 0
    if (last <= from || unreadable === MAX_UNREADABLE_SLICES) {
      findings.file(`nothing more can be read after place ${from} of the whole log`)
      break
    }
  }
  return { heads, records, gaps: [...gaps.values()] }
}

/** What is wrong with one record, given the chain before it. */
const problemOf = (row: Row, before: Uint8Array): string | undefined => {
  const [, seq, time, idkey, chain, dataType, data, typed, ...texts] = row
  const [org, id, source, type, subject, correlationid, verdict, envelope, decision] = texts
  const erased = dataType === "blob"
  if (typed !== 1 || !isDigest(chain) || !(dataType === "text" || dataType === "null" || (erased && isDigest(data))))
    return "a column has another type"
  const dataDigest = erased ? (data as Buffer).toString("latin1") : digestOf(data)
  if (!equal(nextChain(before, digestOf(envelope), dataDigest, digestOf(decision)), chain))
    return "the envelope, the data, the decision or the hash was changed"
  const event = JSON.parse(textOf(envelope)) as Event
  const decided = decision === null ? undefined : (JSON.parse(textOf(decision)) as { readonly verdict: string }).verdict
  const changed = [
    seq === event.seq || "seq",
    time === Date.parse(event.time) || "time",
    idkey === idKey(event.id) || "idkey",
    holds(org, event.org) || "org",
    holds(id, event.id) || "id",
    holds(source, event.source) || "source",
    holds(type, event.type) || "type",
    holds(subject, event.subject) || "subject",
    holds(correlationid, event.correlationid) || "correlationid",
    holds(verdict, decided) || "verdict",
  ].filter((name) => name !== true)
  return changed.length === 0 ? undefined : `the column ${changed.join(", ")} was changed`
}

const isDigest = (value: Uint8Array | null): value is Uint8Array =>
  value instanceof Uint8Array && value.length === DIGEST_BYTES

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const holds = (column: Uint8Array | null, expected: string | undefined): boolean =>
  column === null || expected === undefined
    ? column === null && expected === undefined
    : equal(column, Buffer.from(expected))

// ── the rest of the file ────────────────────────────────────────────────────────────────────────────────────────────

const readHeads = (connection: Connection): ReadonlyMap<string, Head> => {
  const rows = connection.prepare<[Uint8Array, number, Uint8Array]>(`SELECT ${text("org")}, +seq, +chain FROM heads`)
  return new Map(rows.all([]).map(([org, seq, chain]) => [textOf(org), { seq, chain }]))
}

const verifyHeads = (found: ReadonlyMap<string, Head>, stored: ReadonlyMap<string, Head>, findings: Findings): void => {
  for (const [org, { seq }] of stored) {
    const last = found.get(org)?.seq ?? 0
    if (seq > last) findings.record(org, last + 1, `the record is missing: the organization had come to ${seq}`)
  }
  for (const [org, { seq }] of found) if (!stored.has(org)) findings.record(org, seq, "the organization has no head")
}

const verifySnapshots = (connection: Connection, found: ReadonlyMap<string, Head>, findings: Findings): void => {
  const chain = connection.prepare<[Uint8Array]>("SELECT +chain FROM records WHERE org = ? AND seq = ?")
  const rows = connection.prepare<[Uint8Array, number, number, Uint8Array, Uint8Array]>(
    `SELECT ${text("org")}, +position, +version, ${text("body")}, CAST(seal AS BLOB) FROM snapshots`,
  )
  for (const [bytes, position, version, body, seal] of rows.all([])) {
    const org = textOf(bytes)
    const last = found.get(org)?.seq ?? 0
    const at = chain.get([org, position])?.[0]
    if (position > last)
      findings.record(org, last + 1, `the record is missing: the organization had come to ${position}`)
    else if (at === undefined || !equal(sealOf(at, version, body), seal))
      findings.file(`the snapshot of ${org} was changed: the next start leaves it aside and reads all records`)
  }
}

const verifySources = (connection: Connection, findings: Findings): void => {
  const slice = connection.prepare<[number, Uint8Array, Uint8Array]>(
    `SELECT +rowid, ${text("hash")}, ${text("text")} FROM sources WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  )
  for (let after = 0; ;) {
    const rows = slice.all([after, SLICE_RECORDS])
    for (const [, expected, source] of rows)
      if (hash("sha256", source) !== textOf(expected))
        findings.file(`the archived text ${textOf(expected)} does not have this hash`)
    const last = rows.at(-1)?.[0] ?? after
    if (rows.length < SLICE_RECORDS || last <= after) return
    after = last
  }
}

const verifyFile = (connection: Connection, findings: Findings): void => {
  const place = connection.prepare<[Uint8Array, number]>(`SELECT ${text("org")}, +seq FROM records WHERE position = ?`)
  for (const [bytes] of connection
    .prepare<[Uint8Array]>(`SELECT ${text("integrity_check")} FROM pragma_integrity_check(${MAX_FILE_FINDINGS})`)
    .all([])) {
    const message = textOf(bytes)
    if (message === "ok") continue
    const position = /^row (\d+) missing from index records_/.exec(message)?.[1]
    const record = position === undefined ? undefined : findings.attempt(() => place.get([Number(position)]))
    if (record === undefined) findings.file(message)
    else findings.record(textOf(record[0]), record[1], message)
  }
}
