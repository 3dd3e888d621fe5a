/**
 * Writes several files as one: what is to be is kept in a journal before the first of them changes, so that whoever
 * comes after a crash either finishes it or finds nothing begun. A file is replaced by renaming, never in place.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { Data } from "effect"
import { writePrivately } from "../discovery/writePrivately.ts"
import type { FileChange } from "../domain/change.ts"
import { sync, writeNew } from "../platform/durable.ts"
import { makeFolder } from "../platform/makeFolder.ts"
import { wrongPlace } from "./changePath.ts"
import { readText } from "./readText.ts"
import { textOf } from "./source.ts"

/** A change that has begun to be written. */
export interface Journal {
  readonly change: string
  readonly files: ReadonlyArray<JournalFile>
  /** All files are as they are to be: whatever becomes of them from now on is somebody else's doing. */
  readonly written: boolean
}

interface JournalFile extends FileChange {
  /** What is put back where it is not written after all; `text` where somebody else has made it so. */
  readonly before: string | null
}

/** For tests: called before and after each file is replaced. */
export type Passed = (point: "writing" | "written", file: string) => void

/**
 * Why it was not written, as a sentence; every file is as it was then. `undefined`: all are as they are to be. The journal of
 * a change that is tried again is one {@link withWhatWasBefore}.
 * @throws where neither can be had now; the journal stays
 */
export const writeFiles = (
  workspace: string,
  folder: string,
  journal: Journal,
  passed: Passed = () => {},
): string | undefined => {
  saveJournal(folder, journal)
  const problem = replaceAll(workspace, journal, passed)
  if (problem !== undefined) {
    removeJournal(folder, journal.change)
    return problem
  }
  try {
    saveJournal(folder, { ...journal, written: true })
  } catch (error) {
    // Files that nobody has marked as the daemon's pass for an edit of somebody else's.
    putBack(workspace, journal.files, "")
    throw error
  }
  return undefined
}

/** What a try that broke off has replaced is not what was there before it. */
export const withWhatWasBefore = (folder: string, asked: Journal): Journal => {
  const begun = readJournal(fileOf(folder, asked.change))
  const files = asked.files.map((one) => ({
    ...one,
    before: (begun?.files.find(({ file, base }) => file === one.file && base === one.base) ?? one).before,
  }))
  return { ...asked, files }
}

/** The journal of a change is there and cannot be read: nobody knows which files have half of it. */
export class JournalUnreadable extends Data.TaggedError("JournalUnreadable")<{
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.path} cannot be read: ${this.reason}. It says which files a change of the rules was being written into; without it, half of that change could be taken for an edit`
  }
}

/**
 * Finishes what an earlier daemon has begun, or puts it back. Returns every journal that is left: of changes that are not
 * recorded as done yet, and of those with which neither could be done.
 * @throws JournalUnreadable
 */
export const redoFiles = (workspace: string, folder: string): ReadonlyArray<Journal> =>
  journalsIn(folder).flatMap((journal) => {
    if (journal.written) return [journal]
    try {
      const problem = replaceAll(workspace, journal, () => {})
      if (problem === undefined) {
        saveJournal(folder, { ...journal, written: true })
        return [{ ...journal, written: true }]
      }
      removeJournal(folder, journal.change)
      return []
    } catch {
      // Whoever carries the change out meets the same trouble, and says so.
      return [journal]
    }
  })

const journalsIn = (folder: string): ReadonlyArray<Journal> => {
  try {
    if (!existsSync(folder)) return []
    return readdirSync(folder).flatMap((name) => {
      if (UNFINISHED_JOURNAL.test(name)) rmSync(join(folder, name), { force: true })
      return name.endsWith(".json") ? [readJournal(join(folder, name))!] : []
    })
  } catch (error) {
    if (error instanceof JournalUnreadable) throw error
    throw new JournalUnreadable({ path: folder, reason: (error as Error).message })
  }
}

/** Left of a journal that was being written when its daemon ended: then no file had changed. */
const UNFINISHED_JOURNAL = /\.json\.\d+$/

export const removeJournal = (folder: string, change: string): void => {
  const path = fileOf(folder, change)
  // Where the folder itself is none, there is nothing to remove.
  if (existsSync(path)) rmSync(path)
}

/** Puts back what a try that broke off has replaced, and forgets it for good. Says why that cannot be done, as a sentence. */
export const withdrawFiles = (workspace: string, folder: string, change: string): string | undefined => {
  const path = fileOf(folder, change)
  if (!existsSync(path)) return undefined
  try {
    putBack(workspace, readJournal(path)?.files ?? [], "")
    removeJournal(folder, change)
    sync(folder)
    return undefined
  } catch (error) {
    return `what is written of it cannot be put back: ${(error as Error).message}`
  }
}

/** The hash of what is there now; `null` where nothing is, a problem where it cannot be told. */
export const hashOnDisk = (
  workspace: string,
  file: string,
): { readonly hash: string | null } | { readonly problem: string } => {
  const problem = wrongPlace(workspace, file)
  if (problem !== undefined) return { problem }
  const path = join(workspace, file)
  if (!existsSync(path)) return { hash: null }
  const text = readText(file, path)
  return typeof text === "string" ? { hash: textOf(file, text).hash } : { problem: text.message }
}

/**
 * Every file is looked at before the first one is touched; where one cannot be replaced, those before it are put back,
 * with what an earlier attempt has made.
 */
const replaceAll = (workspace: string, { files }: Journal, passed: Passed): string | undefined => {
  const due: Array<JournalFile> = []
  const done: Array<JournalFile> = []
  for (const one of files) {
    const found = hashOnDisk(workspace, one.file)
    if ("problem" in found) return putBack(workspace, done, `${one.file} cannot be written: ${found.problem}`)
    if (found.hash === targetOf(one)) done.push(one)
    else if (found.hash === one.base) due.push(one)
    else return putBack(workspace, done, `${one.file} has changed since the change was asked for`)
  }
  for (const one of due) {
    try {
      passed("writing", one.file)
      replace(workspace, one.file, one.text)
      done.push(one)
      passed("written", one.file)
    } catch (error) {
      return putBack(workspace, done, `${one.file} cannot be written: ${(error as Error).message}`)
    }
  }
  return undefined
}

/** The hash of a file as it is to be. */
export const targetOf = ({ file, text }: Pick<FileChange, "file" | "text">): string | null =>
  text === null ? null : textOf(file, text).hash

/** Is the file as it is to be? */
export const isOnDisk = (workspace: string, one: Pick<FileChange, "file" | "text">): boolean => {
  const found = hashOnDisk(workspace, one.file)
  return "hash" in found && found.hash === targetOf(one)
}

const putBack = (workspace: string, done: ReadonlyArray<JournalFile>, problem: string): string => {
  for (const one of done)
    if (one.before !== one.text && isOnDisk(workspace, one)) replace(workspace, one.file, one.before)
  return problem
}

/** Whole or not at all, and on the disk before it returns. */
const replace = (workspace: string, file: string, text: string | null): void => {
  const path = join(workspace, file)
  const folder = dirname(path)
  if (text === null) rmSync(path, { force: true })
  else {
    makeFolder(folder)
    // Hidden, so that no scan takes it for a file of the rules.
    const temporary = join(folder, `.${basename(path)}.charter`)
    writeNew(temporary, text, (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777)
    renameSync(temporary, path)
  }
  sync(folder)
}

const fileOf = (folder: string, change: string): string => join(folder, `${change}.json`)

const saveJournal = (folder: string, journal: Journal): void => {
  const path = fileOf(folder, journal.change)
  writePrivately(path, JSON.stringify(journal))
  sync(folder)
}

/** `undefined` where there is none. */
const readJournal = (path: string): Journal | undefined => {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Journal
  } catch (error) {
    throw new JournalUnreadable({ path, reason: (error as Error).message })
  }
}
