/** Where a workspace is, and where its data goes. Nothing here makes a folder. */
import { realpathSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { basename, dirname, isAbsolute, join, resolve } from "node:path"
import { sha256 } from "../domain/sha256.ts"

export interface Folders {
  /** The folder with `contracts/` and `organizations/`. */
  readonly workspace: string
  /** The folder with the database, `daemon.json`, the socket and the daemon's output. */
  readonly data: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** As the command line, else `CHARTER_WORKSPACE` and `CHARTER_DATA`, else the place where it runs says. Absolute. */
export const foldersOf = (
  given: { readonly workspace?: string; readonly data?: string },
  environment: Environment,
  here: string,
): Folders => {
  const workspaceGiven = given.workspace ?? nonEmpty(environment["CHARTER_WORKSPACE"])
  const workspace = real(workspaceGiven === undefined ? nearestWorkspace(here) : resolve(here, workspaceGiven))
  const dataGiven = given.data ?? nonEmpty(environment["CHARTER_DATA"])
  return {
    workspace,
    data: dataGiven === undefined ? defaultDataFolder(workspace, environment) : resolve(here, dataGiven),
  }
}

/** The nearest folder upwards that has `contracts/` or `organizations/`; else `here` itself. */
export const nearestWorkspace = (here: string): string => {
  for (let folder = resolve(here); ; folder = dirname(folder)) {
    if (isWorkspace(folder)) return folder
    if (dirname(folder) === folder) return resolve(here)
  }
}

/** Has it `contracts/` or `organizations/`? */
export const isWorkspace = (folder: string): boolean =>
  ["contracts", "organizations"].some((name) => isFolder(join(folder, name)))

/** A folder of the user's state directory for this workspace alone, outside of it: agents that work there cannot reach it by accident. */
const defaultDataFolder = (workspace: string, environment: Environment): string => {
  const stated = nonEmpty(environment["XDG_STATE_HOME"])
  // The XDG Base Directory specification: a relative path is invalid and ignored.
  const state =
    stated !== undefined && isAbsolute(stated) ? stated : join(environment["HOME"] ?? homedir(), ".local", "state")
  const hash = sha256(workspace).slice(0, HASH_CHARACTERS)
  const name = basename(workspace)
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, MAX_NAME_CHARACTERS)
  return join(state, "charter", `${name === "" ? "root" : name}-${hash}`)
}

export const databaseFile = (data: string): string => join(data, "charter.db")

/** Locked for as long as a daemon has the data folder. */
export const lockFile = (data: string): string => join(data, "lock.db")

/** Who has it, for whoever finds it locked. */
export const holderFile = (data: string): string => join(data, "lock.json")

/** A journal for each change of the rules that is written into files. */
export const journalFolder = (data: string): string => join(data, "changes")

/** Where a daemon that runs in the background writes what it has to say. */
export const outputFile = (data: string): string => join(data, "daemon.log")

/**
 * What the processes of a run are marked with. Runs of two daemons on one machine may have the same name; the mark tells
 * them apart by their data folder, and stays the same when that daemon starts again.
 */
export const runMark = (data: string, run: string): string => `${run}@${sha256(real(data)).slice(0, HASH_CHARACTERS)}`

/** `undefined` where the path is longer than the operating system takes. */
export const socketFile = (data: string): string | undefined => {
  const path = join(data, "daemon.sock")
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? path : undefined
}

/** `sun_path` has 104 bytes on macOS and 108 on Linux, its end included. */
const MAX_SOCKET_PATH_BYTES = 103
const HASH_CHARACTERS = 12
const MAX_NAME_CHARACTERS = 40

/** One workspace has one data folder, whatever link leads to it. */
const real = (folder: string): string => {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)
