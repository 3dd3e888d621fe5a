/** The demo's own daemon: a real process on a workspace and a data folder of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, readFileSync } from "node:fs"
import { type DaemonFile, readDaemonFile } from "../discovery/daemonFile.ts"
import { outputFile } from "../discovery/folders.ts"

export interface DaemonProcess {
  readonly file: DaemonFile
  readonly url: string
  /** `kill -9`, and waits until it is gone. */
  readonly kill: () => Promise<void>
  /** Asks it to stop, and waits until it has. */
  readonly stop: () => Promise<void>
  readonly exited: () => boolean
}

export interface Folders {
  readonly workspace: string
  readonly data: string
}

const START_TIMEOUT_MS = 60_000
const POLL_MS = 20

/** Resolves when it takes events. @throws with the end of its output where it does not come up. */
export const startDaemonProcess = async (
  entry: string,
  folders: Folders,
  environment: Readonly<Record<string, string>>,
): Promise<DaemonProcess> => {
  const output = outputFile(folders.data)
  const log = openSync(output, "a", 0o600)
  const child = spawn(
    process.execPath,
    [entry, "up", "--foreground", "--workspace", folders.workspace, "--data", folders.data, "--port", "0"],
    { stdio: ["ignore", log, log], env: { ...process.env, ...environment } },
  )
  closeSync(log)
  const gone = once(child, "exit")
  const file = await ready(child, folders.data).catch((error: unknown) => {
    child.kill("SIGKILL")
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\n${readFileSync(output, "utf8").slice(-2_000)}`,
    )
  })
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    if (exited(child)) return
    child.kill(signal)
    await gone
  }
  return { file, url: urlOf(file), kill: end("SIGKILL"), stop: end("SIGTERM"), exited: () => exited(child) }
}

const exited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const ready = async (child: ChildProcess, data: string): Promise<DaemonFile> => {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (exited(child)) throw new Error("the daemon ended before it was ready:")
    const file = readDaemonFile(data)
    if (file?.pid === child.pid && file !== undefined) {
      const answer = await fetch(`${urlOf(file)}/ready`).catch(() => undefined)
      if (answer?.ok === true) return file
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error("the daemon was not ready in time:")
}

const urlOf = ({ host, port }: DaemonFile): string => `http://${host}:${port}`
