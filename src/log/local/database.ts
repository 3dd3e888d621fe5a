/** One connection to the log's file, on the native binding: prepared once, rows as arrays, every call synchronous. */
import { accessSync, constants, existsSync } from "node:fs"
import { dirname } from "node:path"
import { pathToFileURL } from "node:url"
import Database from "libsql"

export type Value = string | number | Uint8Array | null

/**
 * Text as bytes, for {@link textOf}. The binding ends the whole process on text that is not UTF-8, which a damaged file may
 * hold; so no query here takes text out of the file in another way.
 */
export const text = (column: string): string => `CAST(${column} AS BLOB)`

export const textOf = (bytes: Uint8Array): string => (bytes as Buffer).toString("utf8")

export interface Statement<Row extends ReadonlyArray<Value> = ReadonlyArray<Value>> {
  readonly all: (parameters: ReadonlyArray<Value>) => Array<Row>
  readonly get: (parameters: ReadonlyArray<Value>) => Row | undefined
  readonly run: (parameters: ReadonlyArray<Value>) => void
}

export interface Connection {
  readonly prepare: <Row extends ReadonlyArray<Value>>(sql: string) => Statement<Row>
  readonly exec: (sql: string) => void
  readonly close: () => void
}

/** How long the writer waits for a lock that another process holds. */
export const WRITER_BUSY_MS = 5_000
/** How long the main thread waits, which nothing else runs in meanwhile. In WAL mode readers wait for nobody. */
export const READER_BUSY_MS = 50

/** Pages that the write-ahead log may grow by under uninterrupted load before a commit has to copy them back. */
const WAL_AUTOCHECKPOINT_PAGES = 2_000
/** Pages of the indexes that the writer keeps: ids come in no order, so every commit touches many. */
const WRITER_CACHE_KIB = 32 * 1024

export const openWriter = (file: string): Connection => {
  const connection = connect(file, WRITER_BUSY_MS)
  connection.exec("PRAGMA journal_mode = WAL")
  connection.exec("PRAGMA synchronous = FULL")
  connection.exec(`PRAGMA cache_size = -${WRITER_CACHE_KIB}`)
  connection.exec(`PRAGMA wal_autocheckpoint = ${WAL_AUTOCHECKPOINT_PAGES}`)
  return connection
}

export const openReader = (file: string, busyMilliseconds: number = READER_BUSY_MS): Connection => {
  if (!existsSync(file)) throw new Error(`${file} is not there`)
  const connection = connect(isAtRest(file) ? `${pathToFileURL(file).href}?immutable=1` : file, busyMilliseconds)
  connection.exec("PRAGMA query_only = ON")
  return connection
}

/** A log that was closed, on a disk or in a folder that is read-only: nothing can be put beside it, and nothing need be. */
const isAtRest = (file: string): boolean => {
  if (existsSync(`${file}-wal`)) return false
  try {
    accessSync(dirname(file), constants.W_OK)
    return false
  } catch {
    return true
  }
}

/**
 * Holds a file against everybody else for as long as the connection is open; nothing is written.
 * @throws `SQLITE_BUSY` where somebody has it.
 */
export const openLock = (file: string): Connection => {
  const connection = connect(file, 0)
  try {
    connection.exec("BEGIN EXCLUSIVE")
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

const connect = (file: string, busyMilliseconds: number): Connection => {
  const database = new Database(file, { timeout: busyMilliseconds })
  return {
    // Its methods are called with one array, which the binding takes without copying it.
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return (statement.reader ? statement.raw() : statement) as unknown as Statement<never>
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  }
}

/** A code such as `SQLITE_FULL`, where the error is one of the database. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

/** One sentence for a person about why a call failed. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error)
  const known =
    code === undefined ? undefined : Object.entries(REASONS).find(([prefix]) => code.startsWith(prefix))?.[1]
  const message = error instanceof Error ? error.message : String(error)
  return known === undefined ? message : `${known} (${message})`
}

/** The same for whoever runs the daemon: where to look. */
export const adviceOf = (error: unknown): string =>
  codeOf(error)?.startsWith("SQLITE_CORRUPT") === true
    ? `${reasonOf(error)}; \`charter audit verify\` says where`
    : reasonOf(error)

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_FULL: "the disk is full",
  SQLITE_READONLY: "the file or its folder is read-only",
  SQLITE_BUSY: "another process holds the file",
  SQLITE_LOCKED: "another process holds the file",
  SQLITE_IOERR: "the disk does not answer",
  SQLITE_CORRUPT: "the file is damaged",
  SQLITE_NOTADB: "the file is no database",
  SQLITE_CANTOPEN: "the file cannot be opened",
  SQLITE_PERM: "the file may not be opened",
}
