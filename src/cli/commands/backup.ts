/** `charter backup`, `charter restore` */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs"
import { dirname, resolve } from "node:path"
import { Effect } from "effect"
import { sync } from "../../platform/durable.ts"
import { amount } from "../../domain/amount.ts"
import { databaseFile } from "../../discovery/folders.ts"
import type { VerifyReport } from "../../log/EventLog.ts"
import { acquireDataFolder } from "../../log/local/lock.ts"
import { readInThread } from "../../log/local/readerThread.ts"
import { HEADER_BYTES, isLogHeader } from "../../log/local/schema.ts"
import type { Given, Invocation } from "../command.ts"
import { Failure } from "../failure.ts"
import { green } from "../output.ts"
import { findingLines, noLog, verifyLog } from "./auditVerify.ts"

export const backup = async ({ output, folders }: Invocation, given: Given): Promise<void> => {
  const log = databaseFile(folders.data)
  if (!existsSync(log)) throw noLog(folders.data)
  const file = resolve(given.arguments[0]!)
  if (existsSync(file))
    throw new Failure(`${file} is there already, and a backup replaces nothing.`, {
      next: ["Another name, such as: charter backup charter-$(date +%F).db"],
    })
  const report = await whole(file, async (unfinished) => {
    const copied = Effect.mapError(
      readInThread(log, { kind: "copy", to: unfinished }),
      ({ reason }) => new Failure(`The log cannot be copied: ${reason}.`),
    )
    await output.during(() => `copying ${log} …`, Effect.runPromise(copied))
    const checked = await output.during(() => "checking the copy …", verifyLog(unfinished))
    if (checked.broken.length > 0)
      throw new Failure(["The log itself is damaged or was changed:", ...findingLines(checked)].join("\n"), {
        next: ["All that is wrong: charter audit verify", "Keep the backups that there are."],
      })
    return checked
  })
  const bytes = statSync(file).size
  output.answer({ file, bytes, records: report.records, organizations: report.organizations }, () =>
    [
      green(
        `${file} holds the log as it is now: ${amount(report.records, "record")} of ${amount(report.organizations, "organization")}, checked.`,
      ),
      "The files of the workspace are not in it; keep those in version control.",
      `Into an empty data folder: charter restore ${file} --data FOLDER`,
    ].join("\n"),
  )
}

export const restore = async ({ output, folders, foldersNamed }: Invocation, given: Given): Promise<void> => {
  const file = resolve(given.arguments[0]!)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile() !== true)
    throw new Failure(found === undefined ? `There is no file ${file}.` : `${file} is no file.`)
  if ([`${file}-wal`, `${file}-journal`].some((beside) => existsSync(beside)))
    throw new Failure(`${file} is a database in use, not a backup: part of it lies in a file beside it.`, {
      next: ["A consistent copy, also while the daemon runs: charter backup FILE"],
    })
  const log = databaseFile(folders.data)
  const report = await Effect.runPromise(
    acquireDataFolder(folders.data).pipe(
      Effect.mapError((error) =>
        error._tag === "DataFolderHeld"
          ? new Failure(`Nothing is restored while ${error.message}.`, {
              next: ["Stop it: charter down", "Or restore into another folder: --data FOLDER"],
            })
          : new Failure(`${error.message}.`),
      ),
      Effect.andThen(
        Effect.tryPromise({
          try: () => restoreInto(log, file, output.during),
          catch: (error) => (error instanceof Failure ? error : new Failure(`${(error as Error).message}.`)),
        }),
      ),
      Effect.scoped,
    ),
  )
  output.answer({ data: folders.data, records: report.records, organizations: report.organizations }, () =>
    [
      green(
        `Restored into ${folders.data}: ${amount(report.records, "record")} of ${amount(report.organizations, "organization")}, each as it was written.`,
      ),
      `Start its daemon: charter up${foldersNamed ? ` --data ${folders.data}` : ""}`,
    ].join("\n"),
  )
}

const restoreInto = async (
  log: string,
  file: string,
  during: Invocation["output"]["during"],
): Promise<VerifyReport> => {
  const existing = [log, `${log}-wal`].find((one) => existsSync(one))
  if (existing !== undefined)
    throw new Failure(`${existing} is there already, and a restore replaces nothing.`, {
      next: ["Into an empty folder: charter restore FILE --data FOLDER", "Or move the old log aside first."],
    })
  return whole(log, async (unfinished) => {
    if (!isLogHeader(beginningOf(file)))
      throw new Failure(`${file} is no log of Charter.`, { next: ["One is made by: charter backup FILE"] })
    copyFileSync(file, unfinished, constants.COPYFILE_FICLONE)
    const unsound = (findings: ReadonlyArray<string>): Failure =>
      new Failure([`${file} is no sound backup; nothing was restored:`, ...findings].join("\n"), {
        next: ["Try an earlier backup."],
      })
    const report = await during(() => "checking what was restored …", verifyLog(unfinished)).catch((error: unknown) => {
      throw error instanceof Failure ? unsound([error.message]) : error
    })
    if (report.broken.length > 0) throw unsound(findingLines(report))
    return report
  })
}

const beginningOf = (file: string): Buffer => {
  const descriptor = openSync(file, "r")
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    return header.subarray(0, readSync(descriptor, header))
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a file that only its owner can read, under another name until it is whole and on the disk. */
const whole = async <A>(file: string, make: (unfinished: string) => Promise<A>): Promise<A> => {
  const unfinished = `${file}.${process.pid}.unfinished`
  try {
    closeSync(openSync(unfinished, "wx", 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Failure(`There is no folder ${dirname(file)}.`)
    throw new Failure(`${file} cannot be written: ${(error as Error).message}.`)
  }
  try {
    const made = await make(unfinished)
    sync(unfinished)
    renameSync(unfinished, file)
    sync(dirname(file))
    return made
  } finally {
    // With what the database has put beside it, where it broke off.
    for (const beside of ["", "-journal", "-wal", "-shm"]) rmSync(`${unfinished}${beside}`, { force: true })
  }
}
