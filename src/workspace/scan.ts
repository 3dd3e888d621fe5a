/**
 * What lies in the watched folders. A scan looks at every entry and reads only what is new or changed, so it may be
 * repeated often: whatever a watcher reports or misses, the scan is what counts.
 */
import { type Stats, type Dirent, lstatSync, readdirSync, realpathSync, statSync } from "node:fs"
import { join, sep } from "node:path"
import { Effect } from "effect"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { fault, notAFile, readText, unreadable } from "./readText.ts"
import { type Text, textOf } from "./source.ts"

/** The folders of a workspace that hold definitions. */
export const FOLDERS = ["contracts", "organizations"] as const

/** At most this many files, this much text, and folders this deep are read; beyond, a fault says so. */
export const MAX_FILES = 20_000
export const MAX_CHARACTERS = 64 * 1024 * 1024
export const MAX_DEPTH_FOLDERS = 32

/** Entries that are looked at before other work gets its turn. */
const SCAN_BATCH_ENTRIES = 128

/**
 * A file that was read this soon after its last change is read again next time: a second change within one tick of the
 * file system's clock leaves the same times behind.
 */
const SAME_TICK_MS = 100

export interface Scan {
  /** By file. */
  readonly texts: ReadonlyMap<string, Text>
  /** Each concerns its file and everything below it: what is there is not known. */
  readonly faults: ReadonlyArray<Diagnostic>
  /** Folders of {@link FOLDERS} that do not exist. */
  readonly vanished: ReadonlyArray<string>
  /** The newest change to a file, ms since 1970 by the file system's clock. */
  readonly youngest: number
}

export const isTestFile = (file: string): boolean => /\.test\.ya?ml$/i.test(file)

/** YAML by its name, and neither hidden nor an editor's own. */
export const isSourceName = (name: string): boolean => /^[^.#].*\.ya?ml$/i.test(name)

export const sameScan = (left: Scan, right: Scan): boolean =>
  left.texts.size === right.texts.size &&
  [...left.texts.values()].every(({ file, hash }) => right.texts.get(file)?.hash === hash) &&
  JSON.stringify([left.faults, left.vanished]) === JSON.stringify([right.faults, right.vanished])

/** Each call of the result scans the workspace once; `now` is ms since 1970. */
export const makeScan = (workspace: string): ((now: number) => Effect.Effect<Scan>) => {
  let known = new Map<string, Known>()

  return Effect.fnUntraced(function* (now: number) {
    const found = new Map<string, Known>()
    const faults: Array<Diagnostic> = []
    const vanished: Array<string> = []
    const folders: Array<string> = [...FOLDERS]
    let characters = 0
    let entries = 0
    let youngest = 0

    for (let folder; (folder = folders.shift()) !== undefined;) {
      const listed = list(workspace, folder)
      if (listed === "vanished") {
        if (!folder.includes("/")) vanished.push(folder)
        continue
      }
      if ("code" in listed) {
        faults.push(listed)
        continue
      }
      for (const entry of listed) {
        if (++entries % SCAN_BATCH_ENTRIES === 0) yield* Effect.yieldNow
        const file = `${folder}/${entry.name}`
        const seen = look(workspace, file, entry)
        if (seen === undefined) continue
        if ("code" in seen) faults.push(seen)
        else if (seen.folder) {
          if (file.split("/").length <= MAX_DEPTH_FOLDERS) folders.push(file)
          else faults.push(tooDeep(file))
        } else {
          const read = recall(known.get(file), seen.stats) ?? readAnew(workspace, file, seen.stats, now)
          youngest = Math.max(youngest, seen.stats.ctimeMs)
          found.set(file, read)
          if ("code" in read.content) faults.push(read.content)
          else characters += read.content.text.length
          if (found.size > MAX_FILES || characters > MAX_CHARACTERS) {
            found.delete(file)
            faults.push(tooMuch(folder), ...folders.map(tooMuch))
            folders.length = 0
            break
          }
        }
      }
    }

    known = found
    const texts = new Map<string, Text>()
    for (const [file, { content }] of found) if ("text" in content) texts.set(file, content)
    return { texts, faults, vanished, youngest }
  })
}

/** A file as it was read, and the marks by which it is known to be unchanged. */
interface Known {
  readonly stats: Stats
  readonly readAt: number
  readonly content: Text | Diagnostic
}

const recall = (known: Known | undefined, stats: Stats): Known | undefined =>
  known !== undefined &&
  known.stats.ino === stats.ino &&
  known.stats.dev === stats.dev &&
  known.stats.size === stats.size &&
  known.stats.mtimeMs === stats.mtimeMs &&
  known.stats.ctimeMs === stats.ctimeMs &&
  known.readAt - stats.ctimeMs > SAME_TICK_MS
    ? known
    : undefined

const readAnew = (workspace: string, file: string, stats: Stats, readAt: number): Known => {
  const text = readText(file, join(workspace, file))
  return { stats, readAt, content: typeof text === "string" ? textOf(file, text) : text }
}

/** The entries of a folder, in order. */
const list = (workspace: string, folder: string): ReadonlyArray<Dirent> | Diagnostic | "vanished" => {
  const path = join(workspace, folder)
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return "vanished"
    if (stats.isSymbolicLink()) return linkedFolder(folder)
    if (!stats.isDirectory()) return notAFolder(folder)
    return readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    return unreadable(folder, error)
  }
}

/** What an entry is to a scan; `undefined` where it is nothing. */
const look = (workspace: string, file: string, entry: Dirent): Seen | Diagnostic | undefined => {
  const path = join(workspace, file)
  if (entry.isDirectory()) {
    if (isSourceName(entry.name)) return notAFile(file)
    return entry.name.startsWith(".") ? undefined : { folder: true }
  }
  if (entry.isSymbolicLink()) return lookAtLink(workspace, file, entry.name)
  if (!isSourceName(entry.name)) return undefined
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  return stats.isFile() ? { folder: false, stats } : notAFile(file)
}

type Seen = { readonly folder: true } | { readonly folder: false; readonly stats: Stats }

const lookAtLink = (workspace: string, file: string, name: string): Seen | Diagnostic | undefined => {
  if (name.startsWith(".") || name.startsWith("#")) return undefined
  try {
    const target = realpathSync(join(workspace, file))
    const stats = statSync(target)
    if (stats.isDirectory()) return linkedFolder(file)
    if (!isSourceName(name)) return undefined
    if (!target.startsWith(realpathSync(workspace) + sep)) return linkOutside(file, target)
    return stats.isFile() ? { folder: false, stats } : notAFile(file)
  } catch (error) {
    return isSourceName(name) ? brokenLink(file, error) : undefined
  }
}

const linkedFolder = (file: string) =>
  fault(
    file,
    "linked-folder",
    "this is a link to a folder, and links to folders are not followed.",
    "Put the folder itself here.",
  )

const linkOutside = (file: string, target: string) =>
  fault(
    file,
    "link-outside",
    `this links to ${target}, which is outside of the workspace.`,
    "Put the file itself here: what is in force must lie in the workspace.",
  )

const brokenLink = (file: string, error: unknown) =>
  fault(
    file,
    "broken-link",
    `this link leads nowhere: ${error instanceof Error ? error.message : String(error)}.`,
    "Put the file itself here, or remove the link.",
  )

const notAFolder = (folder: string) =>
  fault(
    folder,
    "not-a-folder",
    "this is not a folder.",
    `Make a folder named ${folder} here, with the YAML files in it.`,
  )

const tooDeep = (file: string) =>
  fault(file, "folders-too-deep", `folders are read ${MAX_DEPTH_FOLDERS} deep, and this one is deeper.`, "Move it up.")

const tooMuch = (folder: string) =>
  fault(
    folder,
    "workspace-too-large",
    `a workspace holds at most ${MAX_FILES} files and ${MAX_CHARACTERS} characters, and this folder is beyond that.`,
    "Move what is not a contract or an organization out of it.",
  )
