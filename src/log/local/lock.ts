/**
 * One daemon for each data folder. The lock is one of the operating system, held on a small database by an open
 * transaction: it ends with its holder, however that ends, so there is no stale lock. Who holds it stands in a JSON file
 * beside it, for people; that file alone means nothing. Network file systems without locks are not supported.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { Effect, Schema, type Scope } from "effect"
import { holderFile, lockFile } from "../../discovery/folders.ts"
import { wrongEntry } from "../../discovery/wrongEntry.ts"
import { makeFolder } from "../../platform/makeFolder.ts"
import { codeOf, openLock, reasonOf } from "./database.ts"

const Holder = Schema.Struct({
  pid: Schema.Finite,
  host: Schema.String,
  /** RFC 3339. */
  since: Schema.String,
  port: Schema.optionalKey(Schema.Finite),
})
export type Holder = typeof Holder.Type

/** Another daemon has the data folder. */
export class DataFolderHeld extends Schema.TaggedError<DataFolderHeld>()("DataFolderHeld", {
  folder: Schema.String,
  /** Absent where it has not yet said who it is. */
  holder: Schema.optionalKey(Holder),
}) {
  override get message(): string {
    if (this.holder === undefined) return `another daemon holds ${this.folder}`
    const { pid, host, since, port } = this.holder
    return `a daemon holds ${this.folder}: process ${pid} on ${host}, since ${since}${port === undefined ? "" : `, on port ${port}`}`
  }
}

/** The data folder cannot be made or written, or something else is in it where the daemon keeps its own. */
export class DataFolderUnusable extends Schema.TaggedError<DataFolderUnusable>()("DataFolderUnusable", {
  folder: Schema.String,
  reason: Schema.String,
}) {
  override get message(): string {
    return `the data folder ${this.folder} cannot be used: ${this.reason}`
  }
}

export interface DataFolder {
  readonly folder: string
  readonly holder: Holder
  /** Says on which port the daemon listens, for whoever is refused. */
  readonly announce: (port: number) => Effect.Effect<void, DataFolderUnusable>
}

/** Takes the folder, which is made where it is missing, until the scope closes or the process ends. */
export const acquireDataFolder = (
  folder: string,
): Effect.Effect<DataFolder, DataFolderHeld | DataFolderUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          makeFolder(folder, 0o700)
          const wrong = wrongEntry(folder)
          if (wrong !== undefined) throw new Error(wrong)
          return openLock(lockFile(folder))
        },
        catch: (error) => (codeOf(error)?.startsWith("SQLITE_BUSY") === true ? held(folder) : unusable(folder, error)),
      }),
      (connection) => Effect.sync(() => connection.close()),
    )
    const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
    const announce = (port?: number): Effect.Effect<void, DataFolderUnusable> =>
      Effect.try({
        try: () => writeHolder(folder, port === undefined ? holder : { ...holder, port }),
        catch: (error) => unusable(folder, error),
      })
    yield* announce()
    return { folder, holder, announce }
  })

/** Whole or not at all: a reader never sees half of it. */
const writeHolder = (folder: string, holder: Holder): void => {
  const temporary = `${holderFile(folder)}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(holder)}\n`)
  renameSync(temporary, holderFile(folder))
}

const held = (folder: string): DataFolderHeld => {
  try {
    const holder = Schema.decodeSync(Schema.fromJsonString(Holder))(readFileSync(holderFile(folder), "utf8"))
    return new DataFolderHeld({ folder, holder })
  } catch {
    return new DataFolderHeld({ folder })
  }
}

const unusable = (folder: string, error: unknown): DataFolderUnusable =>
  new DataFolderUnusable({ folder, reason: reasonOf(error) })
