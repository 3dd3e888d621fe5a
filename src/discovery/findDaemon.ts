/** Is there a daemon for this data folder, and does it answer? */
import { readFileSync } from "node:fs"
import { request } from "node:http"
import { type Address, type DaemonFile, readDaemonFile } from "./daemonFile.ts"

export type Found =
  /** The process that wrote the file lives and answers. */
  | { readonly state: "running"; readonly daemon: DaemonFile }
  /** The process lives; whatever it is, it does not answer as the daemon of the file. */
  | { readonly state: "silent"; readonly daemon: DaemonFile }
  /** No file, or one that a process has left behind which lives no more. */
  | { readonly state: "none" }

/** A daemon that does not answer its health check for this long is silent. */
export const HEALTH_TIMEOUT_MS = 2_000

export const findDaemon = async (data: string): Promise<Found> => {
  const daemon = readDaemonFile(data)
  if (daemon === undefined || !isAlive(daemon.pid)) return { state: "none" }
  if ((await healthOf(daemon)) === daemon.pid) return { state: "running", daemon }
  return isAlive(daemon.pid) ? { state: "silent", daemon } : { state: "none" }
}

/**
 * Does a process of this id live, of whatever user? One that has ended and that nobody has asked for its exit code does
 * not: in a container that may be for ever.
 */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false
  }
  return !isZombie(pid)
}

/** Known on Linux alone. */
const isZombie = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    // The name before it stands in parentheses, and may hold some.
    return "ZX".includes(stat.charAt(stat.lastIndexOf(")") + 2))
  } catch {
    return false
  }
}

/** How to reach a daemon with `node:http`: the socket where there is one, else TCP. */
export const addressOf = ({
  host,
  port,
  socket,
}: Address): { readonly socketPath: string } | { readonly host: string; readonly port: number } =>
  socket === undefined ? { host, port } : { socketPath: socket }

/** The id of the process that answers; `undefined` where none does. */
const healthOf = (daemon: DaemonFile): Promise<number | undefined> =>
  new Promise((resolve) => {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS)
    const asked = request({ ...addressOf(daemon), path: "/health", signal, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        text += chunk
        if (text.length > MAX_HEALTH_CHARACTERS) asked.destroy()
      })
      response.on("end", () => resolve(pidIn(text)))
      response.on("error", () => resolve(undefined))
    })
    asked.on("error", () => resolve(undefined))
    asked.on("close", () => resolve(undefined))
    asked.end()
  })

const MAX_HEALTH_CHARACTERS = 4_096

const pidIn = (text: string): number | undefined => {
  try {
    const { pid } = JSON.parse(text) as { readonly pid?: unknown }
    return typeof pid === "number" ? pid : undefined
  } catch {
    return undefined
  }
}
