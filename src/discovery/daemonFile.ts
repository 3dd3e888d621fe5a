/**
 * `daemon.json` in the data folder: how a client on this machine finds the daemon, and the operator's token. Readable by
 * its owner alone, and always whole. It says where a daemon was; whether it still lives, `findDaemon` asks.
 */
import { readFileSync, realpathSync, rmSync } from "node:fs"
import { join } from "node:path"
import { makeFolder } from "../platform/makeFolder.ts"
import { writePrivately } from "./writePrivately.ts"

/** How to reach a daemon. */
export interface Address {
  readonly host: string
  readonly port: number
  /** Path of the Unix socket; absent where there is none. */
  readonly socket?: string
}

export interface DaemonFile extends Address {
  readonly pid: number
  /** The data folder itself, where links lead: a copy of it is no daemon's. Absent where an earlier version wrote the file. */
  readonly data?: string
  /** The folder that it serves, where links lead; absent where an earlier version wrote the file. */
  readonly workspace?: string
  /** RFC 3339. */
  readonly startedAt: string
  /** The operator's own token, of this start of the daemon alone. */
  readonly token: string
}

export const daemonFilePath = (data: string): string => join(data, "daemon.json")

/** `http://127.0.0.1:5099` */
export const urlOf = ({ host, port }: Address): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** What may be shown. */
export const withoutToken = ({ token: _token, ...daemon }: DaemonFile): Omit<DaemonFile, "token"> => daemon

/** Makes the folder where it is missing. */
export const writeDaemonFile = (data: string, daemon: Omit<DaemonFile, "data">): void => {
  makeFolder(data, 0o700)
  const whole: DaemonFile = { ...daemon, data: realpathSync(data) }
  writePrivately(daemonFilePath(data), `${JSON.stringify(whole, undefined, 2)}\n`)
}

/** `undefined` where there is none, what is there is none, or it came here with a copy of another folder. */
export const readDaemonFile = (data: string): DaemonFile | undefined => {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(daemonFilePath(data), "utf8"))
  } catch (error) {
    if (error instanceof SyntaxError || NO_FILE.has(codeOf(error))) return undefined
    throw error
  }
  return isDaemonFile(parsed) && (parsed.data === undefined || parsed.data === realpathSync(data)) ? parsed : undefined
}

/** Takes the file away, unless another daemon has written its own meanwhile. */
export const removeDaemonFile = (data: string, pid: number): void => {
  if (readDaemonFile(data)?.pid === pid) rmSync(daemonFilePath(data), { force: true })
}

const isDaemonFile = (value: unknown): value is DaemonFile => {
  if (typeof value !== "object" || value === null) return false
  const { pid, data, workspace, host, port, socket, startedAt, token } = value as Partial<
    Record<keyof DaemonFile, unknown>
  >
  return (
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    Number.isSafeInteger(port) &&
    typeof host === "string" &&
    typeof startedAt === "string" &&
    typeof token === "string" &&
    (data === undefined || typeof data === "string") &&
    (workspace === undefined || typeof workspace === "string") &&
    (socket === undefined || typeof socket === "string")
  )
}

const NO_FILE: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EISDIR"])

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code
