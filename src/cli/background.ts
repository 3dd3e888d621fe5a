/** Starts a daemon that outlives the command, and waits until it takes events. */
import { spawn } from "node:child_process"
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs"
import { createServer } from "node:net"
import type { DaemonFile } from "../discovery/daemonFile.ts"
import { findDaemon, isAlive } from "../discovery/findDaemon.ts"
import { type Folders, holderFile, isWorkspace, outputFile } from "../discovery/folders.ts"
import { wrongEntry } from "../discovery/wrongEntry.ts"
import type { DiskEdits } from "../domain/change.ts"
import { makeFolder } from "../platform/makeFolder.ts"
import type { Invocation } from "./command.ts"
import type { Bounds } from "./program.ts"
import { Failure } from "./failure.ts"

export const DEFAULT_PORT = 5099
export const DEFAULT_HOST = "127.0.0.1"

/** A daemon that does not take events by then is given up; it has a long log to read, at worst. */
const START_TIMEOUT_MS = 120_000
const POLL_MS = 25

/** The output of earlier starts is kept up to here; then it moves aside, over what was there. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024
/** Lines of it that a failure shows. */
const SHOWN_LINES = 12

export interface BackgroundOptions {
  readonly host: string
  readonly port: number
  readonly diskEdits?: DiskEdits | undefined
  readonly bounds?: Bounds
}

/** Without options: on the usual port, or on any where that one is taken; and says that it has started one. */
export const startInBackground = async (invocation: Invocation, options?: BackgroundOptions): Promise<DaemonFile> => {
  const { output, folders } = invocation
  checkWorkspace(folders.workspace)
  const started = options === undefined ? startAnywhere(invocation) : start(invocation, options)
  const daemon = await output.during(() => `starting a daemon for ${folders.workspace} …`, started)
  if (options === undefined)
    output.note(`Started a daemon for ${folders.workspace} (process ${daemon.pid}); charter down stops it.`)
  return daemon
}

const startAnywhere = async (invocation: Invocation): Promise<DaemonFile> => {
  const anywhere = { host: DEFAULT_HOST, port: 0 }
  if (!(await isFree(DEFAULT_PORT))) return start(invocation, anywhere)
  return start(invocation, { host: DEFAULT_HOST, port: DEFAULT_PORT }).catch(async (failure: unknown) => {
    // Somebody may have taken the port in between.
    if (await isFree(DEFAULT_PORT)) throw failure
    return start(invocation, anywhere)
  })
}

/** Nobody means a daemon without rules; one in the foreground may still have those of its log. */
const checkWorkspace = (workspace: string): void => {
  if (existsSync(workspace) && !isWorkspace(workspace))
    throw new Failure(`${workspace} has neither contracts/ nor organizations/. No daemon was started.`, {
      next: ["Go to a workspace, or name one: --workspace FOLDER", "Or make one: charter init DIR"],
    })
}

export const NEXT_IN_DATA_FOLDER: ReadonlyArray<string> = [
  "Put it right, or move away what is not Charter's: the folder is one daemon's alone",
  "Another data folder: charter up --data FOLDER",
]

/** Fails where a daemon for these folders could not even begin. */
export const checkFolders = ({ workspace, data }: Folders): void => {
  if (statSync(workspace, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Failure(`There is no folder ${workspace}.`, {
      next: ["A workspace is a folder with contracts/ and organizations/ in it."],
    })
  const dataFolder = (what: string, body: () => void): void => {
    try {
      body()
    } catch (error) {
      throw new Failure(`The data folder cannot be ${what}: ${(error as Error).message}.`, {
        next: ["Another one: --data FOLDER"],
      })
    }
  }
  dataFolder("made", () => makeFolder(data, 0o700))
  dataFolder("written", () => accessSync(data, constants.W_OK))
  const wrong = wrongEntry(data)
  if (wrong !== undefined) throw new Failure(`The data folder cannot be used: ${wrong}.`, { next: NEXT_IN_DATA_FOLDER })
}

const start = async (
  { folders, program, environment }: Invocation,
  { host, port, diskEdits, bounds: { maxRuns, graceMs } = {} }: BackgroundOptions,
): Promise<DaemonFile> => {
  checkFolders(folders)
  const file = outputFile(folders.data)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_OUTPUT_BYTES) renameSync(file, `${file}.1`)
  const written = openSync(file, "a", 0o600)
  const from = statSync(file).size
  // Whose token the command was given is no affair of the daemon.
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      program.entry,
      "up",
      "--foreground",
      `--workspace=${folders.workspace}`,
      `--data=${folders.data}`,
      `--host=${host}`,
      `--port=${port}`,
      ...(diskEdits === undefined ? [] : [`--disk-edits=${diskEdits}`]),
      ...(maxRuns === undefined ? [] : [`--runs=${maxRuns}`]),
      ...(graceMs === undefined ? [] : [`--grace=${graceMs === 0 ? "0" : `${graceMs}ms`}`]),
    ],
    {
      cwd: folders.workspace,
      detached: true,
      stdio: ["ignore", written, written],
      env: { ...environment, CHARTER_TOKEN: undefined },
    },
  )
  closeSync(written)
  const exited = new Promise<true>((resolve) => {
    child.on("exit", () => resolve(true))
    child.on("error", () => resolve(true))
  })
  child.unref()

  const deadline = Date.now() + START_TIMEOUT_MS
  for (let ended = false; Date.now() < deadline;) {
    const found = await findDaemon(folders.data)
    if (found.state === "running") return found.daemon
    // Another daemon may have been quicker; then it is the one that will answer.
    if (ended && !isHeldByAnother(folders.data, child.pid)) throw hasEnded(file, from)
    ended = (await Promise.race([exited, pause(POLL_MS)])) ?? ended
    if (ended) await pause(POLL_MS)
  }
  throw new Failure(`The daemon (process ${child.pid}) has not answered for ${START_TIMEOUT_MS / 1000} seconds.`, {
    next: [`It may still start; its output is in ${file}`],
  })
}

const pause = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds))

/** Who holds the data folder says so beside its lock. */
const isHeldByAnother = (data: string, pid: number | undefined): boolean => {
  try {
    const holder = JSON.parse(readFileSync(holderFile(data), "utf8")) as { readonly pid: number }
    return holder.pid !== pid && isAlive(holder.pid)
  } catch {
    return false
  }
}

const hasEnded = (file: string, from: number): Failure => {
  const text = readFileSync(file).subarray(from).toString("utf8").trimEnd()
  if (text === "")
    return new Failure(`The daemon could not start, and nothing of what it said is in ${file}: the disk may be full.`, {
      next: ["Look at its disk: charter doctor", "Hear it: charter up --foreground"],
    })
  const said = text.split("\n")
  return new Failure(
    ["The daemon could not start:", ...said.slice(-SHOWN_LINES).map((line) => `  ${line}`)].join("\n"),
    {
      next: [`All that it said is in ${file}`],
    },
  )
}

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host: DEFAULT_HOST, exclusive: true }, () => server.close(() => resolve(true)))
  })
