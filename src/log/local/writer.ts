/**
 * The one writer of the file: every change goes through here, each call one transaction. Synchronous and free of threads;
 * `thread.ts` is where it runs. After a failure the connection is opened anew, so it recovers when the cause is gone.
 */
import { statSync } from "node:fs"
import type { Opened, Source } from "../EventLog.ts"
import { applyRecord, isProjected, type RowStore } from "../projections/project.ts"
import { CHAIN_START, digestOf, idKey, nextChain, sealOf } from "./chain.ts"
import { codeOf, type Connection, openWriter, text, textOf } from "./database.ts"
import { decodeCommits, type EncodedCommit, type EncodedRecord } from "./encoding.ts"
import { type Rebuilt, rebuildSlice } from "./rebuild.ts"
import { makeRowStore } from "./rows.ts"
import { migrate } from "./schema.ts"
import { parseRecord } from "./stored.ts"
import { firstChange } from "./verify.ts"

/** Organizations whose heads are kept at hand. */
const MAX_CACHED_HEADS = 10_000
/** The stored heads, by which a cut-off end is noticed, lag by at most so many records, and by none when it is idle. */
const MAX_HEAD_LAG_RECORDS = 1_000

/** What became of one commit of a group. */
export type CommitOutcome =
  | { readonly kind: "appended"; readonly position: number }
  | { readonly kind: "conflict"; readonly actual: number; readonly fenced: boolean }
  | { readonly kind: "failed"; readonly reason: string }

export interface Writer {
  /**
   * Writes a group of commits in one transaction. Answers the last position of the whole log where all were appended,
   * else one outcome each. Where it throws, nothing has been written.
   */
  readonly append: (group: ArrayBuffer) => number | ReadonlyArray<CommitOutcome>
  /**
   * Takes the organization over. Its snapshot is left out where it does not belong to the records.
   * @throws where records are missing, or one after the snapshot is not as it was written.
   */
  readonly open: (org: string) => Opened
  readonly saveSnapshot: (org: string, snapshot: NonNullable<Opened["snapshot"]>) => void
  readonly archive: (sources: ReadonlyArray<Source>) => void
  /** One slice of a rebuild, after `from`. Others may write between slices. */
  readonly rebuild: (from: number) => Rebuilt
  /** For an idle moment: stores the heads, and copies the write-ahead log back as far as no reader is in the way. */
  readonly tidy: () => void
  readonly close: () => void
}

interface Head {
  readonly seq: number
  readonly chain: Uint8Array
  readonly epoch: number
}

interface Session {
  readonly connection: Connection
  readonly statements: ReturnType<typeof prepareStatements>
  readonly rows: RowStore
}

export const makeWriter = (file: string): Writer => {
  let session: Session | undefined
  let heads = new Map<string, Head>()
  /** Organizations whose stored head lags. */
  const lagging = new Set<string>()
  let lag = 0
  let position = 0
  let dataVersion = -1
  let written: string | undefined
  /** Since something could not be written, nothing has been that is certainly on the disk. */
  let isDoubtful = false

  const connected = (): Session => {
    const found = identityOf(file)
    if (written !== undefined && written !== found) throw new Error(`${file} was replaced while it was in use`)
    if (session !== undefined) return session
    const connection = openWriter(file)
    try {
      migrate(connection)
      session = { connection, statements: prepareStatements(connection), rows: makeRowStore(connection, "") }
    } catch (error) {
      connection.close()
      throw error
    }
    written = found
    dataVersion = -1
    return session
  }

  const disconnect = (): void => {
    session?.connection.close()
    session = undefined
  }

  const headOf = ({ statements }: Session, changed: ReadonlyMap<string, Head>, org: string): Head => {
    const known = changed.get(org) ?? heads.get(org)
    if (known !== undefined) return known
    const [seq, chain] = statements.readLast.get([org]) ?? [0, CHAIN_START]
    const marked = statements.readHead.get([org])
    // An organization has a head before it has a record.
    if (marked === undefined && seq > 0) throw new DamagedLog(`the head of ${org} is missing`)
    const [stored, epoch] = marked ?? [0, 0]
    if (stored > seq) throw new DamagedLog(`records of ${org} are lost: it had come to ${stored} and ends at ${seq}`)
    return { seq, chain, epoch }
  }

  const storeHeads = (at: Session, changed: ReadonlyMap<string, Head>): void => {
    for (const org of lagging) {
      const { seq, chain, epoch } = headOf(at, changed, org)
      at.statements.writeHead.run([org, seq, chain, epoch])
    }
  }

  /** Runs `body` in one transaction. Heads and position that it sets count only when it is committed. */
  const transaction = <A>(body: (session: Session, changed: Map<string, Head>) => A, storing = false): A => {
    const at = connected()
    const { begin, commit, rollback, readDataVersion, readEnd } = at.statements
    const positionBefore = position
    try {
      begin.run([])
      // Somebody else may have written: what is kept at hand is then out of date.
      const version = readDataVersion.get([])![0]
      if (version !== dataVersion) {
        heads = new Map()
        position = readEnd.get([])![0]
        dataVersion = version
      }
      const changed = new Map<string, Head>()
      const result = body(at, changed)
      for (const org of changed.keys()) lagging.add(org)
      lag += position - positionBefore
      const full = heads.size + changed.size > MAX_CACHED_HEADS
      const store = storing || full || lag > MAX_HEAD_LAG_RECORDS
      if (store) storeHeads(at, changed)
      commit.run([])
      isDoubtful = false
      if (full) heads = new Map()
      for (const [org, head] of changed) heads.set(org, head)
      if (store) {
        lagging.clear()
        lag = 0
      }
      return result
    } catch (error) {
      position = positionBefore
      dataVersion = -1
      try {
        rollback.run([])
      } catch {
        // Some failures have rolled back already; a new connection starts clean in any case.
      }
      if (!concernsOneCommit(error)) {
        disconnect()
        isDoubtful = true
      }
      throw error
    }
  }

  /**
   * The same for what nobody is promised to find again after a power cut: it is on the disk with the next commit, which
   * comes after it in the write-ahead log. A start opens every organization, and need not wait for the disk each time. After
   * a failure it has to: what only reaches the memory of the machine says nothing of the disk.
   */
  const lazily = <A>(body: () => A): A => {
    if (isDoubtful) return body()
    connected().connection.exec("PRAGMA synchronous = NORMAL")
    try {
      return body()
    } finally {
      session?.connection.exec("PRAGMA synchronous = FULL")
    }
  }

  const write = (at: Session, changed: Map<string, Head>, commit: EncodedCommit): CommitOutcome => {
    const head = headOf(at, changed, commit.org)
    const fenced = head.epoch !== commit.epoch || head.epoch === 0
    if (fenced || head.seq !== commit.expected) return { kind: "conflict", actual: head.seq, fenced }
    let { seq, chain } = head
    for (const record of commit.records) {
      const key = idKey(record.id)
      if (at.statements.readId.get([key, record.id, record.source, commit.org]) !== undefined)
        throw new DuplicateRecord()
      chain = nextChain(chain, digestOf(record.envelope), digestOf(record.data), digestOf(record.decision))
      at.statements.insert.run([
        ++position,
        commit.org,
        ++seq,
        key,
        record.id,
        record.source,
        record.type,
        record.subject,
        record.time,
        record.correlationid,
        record.verdict,
        record.envelope,
        record.data,
        record.decision,
        chain,
      ])
      if (isProjected(record.type)) projectInto(at.rows, record, position)
    }
    changed.set(commit.org, { seq, chain, epoch: head.epoch })
    return { kind: "appended", position }
  }

  /** One by one, each behind a savepoint: the slow way, after some commit of a group could not be taken. */
  const writeApart = (commits: ReadonlyArray<EncodedCommit>): ReadonlyArray<CommitOutcome> =>
    transaction((at, changed) =>
      commits.map((commit) => {
        const before = { position, head: changed.get(commit.org) }
        at.connection.exec("SAVEPOINT one")
        try {
          const outcome = write(at, changed, commit)
          at.connection.exec("RELEASE one")
          return outcome
        } catch (error) {
          if (!concernsOneCommit(error)) throw error
          at.connection.exec("ROLLBACK TO one; RELEASE one")
          position = before.position
          if (before.head === undefined) changed.delete(commit.org)
          else changed.set(commit.org, before.head)
          return error instanceof DuplicateRecord
            ? { kind: "conflict", actual: headOf(at, changed, commit.org).seq, fenced: false }
            : { kind: "failed", reason: (error as Error).message }
        }
      }),
    )

  const tidy = (): void => {
    if (lagging.size > 0) transaction(() => undefined, true)
    connected().connection.exec("PRAGMA wal_checkpoint(PASSIVE)")
  }

  return {
    append: (group) => {
      const commits = decodeCommits(group)
      try {
        const outcomes = transaction((at, changed) => commits.map((commit) => write(at, changed, commit)))
        return outcomes.every((outcome) => outcome.kind === "appended") ? position : outcomes
      } catch (error) {
        if (!concernsOneCommit(error)) throw error
        return writeApart(commits)
      }
    },
    open: (org) =>
      lazily(() =>
        transaction((at, changed) => {
          const { seq, chain, epoch } = headOf(at, changed, org)
          changed.set(org, { seq, chain, epoch: epoch + 1 })
          return { position: seq, epoch: epoch + 1, ...snapshotOf(at, org, seq) }
        }, true),
      ),
    saveSnapshot: (org, { position: at, version, body }) =>
      lazily(() =>
        transaction(({ statements }) => {
          const chain = statements.readChain.get([org, at])?.[0] ?? CHAIN_START
          statements.writeSnapshot.run([org, at, version, body, sealOf(chain, version, body)])
        }),
      ),
    archive: (sources) =>
      transaction(({ statements }) => {
        for (const source of sources) statements.writeSource.run([source.hash, source.text])
      }),
    rebuild: (from) => transaction(({ connection }) => rebuildSlice(connection, from, position)),
    tidy,
    close: () => {
      try {
        tidy()
      } catch {
        // What could not be tidied is as durable as before; the next writer does it.
      }
      disconnect()
    },
  }
}

const prepareStatements = (connection: Connection) => ({
  begin: connection.prepare("BEGIN IMMEDIATE"),
  commit: connection.prepare("COMMIT"),
  rollback: connection.prepare("ROLLBACK"),
  readDataVersion: connection.prepare<[number]>("PRAGMA data_version"),
  readEnd: connection.prepare<[number]>("SELECT coalesce(max(position), 0) FROM records"),
  insert: connection.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
  readId: connection.prepare<[number]>("SELECT 1 FROM records WHERE idkey = ? AND id = ? AND source = ? AND org = ?"),
  readLast: connection.prepare<[number, Uint8Array]>(
    "SELECT seq, chain FROM records WHERE org = ? ORDER BY seq DESC LIMIT 1",
  ),
  readHead: connection.prepare<[number, number]>("SELECT seq, epoch FROM heads WHERE org = ?"),
  writeHead: connection.prepare("INSERT OR REPLACE INTO heads (org, seq, chain, epoch) VALUES (?, ?, ?, ?)"),
  readSnapshot: connection.prepare<[number, number, Uint8Array, Uint8Array]>(
    `SELECT position, version, ${text("body")}, seal FROM snapshots WHERE org = ?`,
  ),
  readChain: connection.prepare<[Uint8Array]>("SELECT chain FROM records WHERE org = ? AND seq = ?"),
  writeSnapshot: connection.prepare(
    `INSERT INTO snapshots (org, position, version, body, seal) VALUES (?, ?, ?, ?, ?) ON CONFLICT (org) DO UPDATE
     SET position = excluded.position, version = excluded.version, body = excluded.body, seal = excluded.seal
     WHERE excluded.position >= position`,
  ),
  writeSource: connection.prepare("INSERT INTO sources (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING"),
})

/** A file that was removed or replaced would take commits that nobody ever finds again. */
const identityOf = (file: string): string => {
  const { dev, ino } = statSync(file)
  return `${dev}:${ino}`
}

const snapshotOf = (
  { connection, statements }: Session,
  org: string,
  seq: number,
): Pick<Opened, "snapshot"> | undefined => {
  const [position, version, body, seal] = statements.readSnapshot.get([org]) ?? []
  if (position !== undefined && position > seq)
    throw new DamagedLog(`records of ${org} are lost: it had come to ${position} and ends at ${seq}`)
  const chain = position === undefined ? undefined : statements.readChain.get([org, position])?.[0]
  const fits = chain !== undefined && Buffer.compare(sealOf(chain, version!, body!), seal!) === 0
  const changed = firstChange(connection, org, fits ? { seq: position!, chain } : { seq: 0, chain: CHAIN_START })
  if (changed !== undefined)
    throw new DamagedLog(`${org} number ${changed.seq} is not as it was written: ${changed.what}`)
  return fits ? { snapshot: { position: position!, version: version!, body: textOf(body!) } } : undefined
}

/** Somebody else has written into the file, or part of it is gone. */
class DamagedLog extends Error {
  constructor(what: string) {
    super(`${what}. All that was changed: charter audit verify. Then restore a backup`)
  }
}

/** The log has a record of this organization, source and id. */
class DuplicateRecord extends Error {}

/** A record that the read models cannot take: only its own commit falls. */
class ProjectionFailure extends Error {}

const projectInto = (rows: RowStore, record: EncodedRecord, position: number): void => {
  try {
    applyRecord(rows, parseRecord(record.envelope, record.data, record.decision), position)
  } catch (error) {
    if (codeOf(error) !== undefined) throw error
    throw new ProjectionFailure(`the read models cannot take ${record.type} ${record.id}: ${String(error)}`)
  }
}

const concernsOneCommit = (error: unknown): boolean =>
  error instanceof DuplicateRecord ||
  error instanceof ProjectionFailure ||
  codeOf(error)?.startsWith("SQLITE_CONSTRAINT") === true
