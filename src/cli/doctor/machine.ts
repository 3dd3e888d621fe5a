/** The machine: Node, the disk, the clock, and whether processes can be found. */
import { readFileSync, statfsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { databaseFile, type Folders } from "../../discovery/folders.ts"
import { bad, type Finding, ok, warn } from "./finding.ts"

const MIN_NODE_MAJOR = 24
/** Below, a day's events may not fit any more; the log cannot go on without a place to write. */
const LOW_DISK_BYTES = 1024 ** 3
const MIN_DISK_BYTES = 100 * 1024 ** 2
/** File systems round their times. */
const CLOCK_TOLERANCE_MS = 2_000

export const checkMachine = ({ data }: Folders): ReadonlyArray<Finding> => [
  checkNode(process.versions.node),
  checkDisk(nearestExisting(data)),
  checkClock(databaseFile(data), Date.now()),
  checkProcesses(process.platform),
]

const checkNode = (version: string): Finding =>
  Number.parseInt(version, 10) >= MIN_NODE_MAJOR
    ? ok("node", `Node ${version}`)
    : bad("node", `Node ${version} is too old`, `Install Node ${MIN_NODE_MAJOR} or newer: https://nodejs.org`)

const checkDisk = (folder: string): Finding => {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const what = `${(free / 1024 ** 3).toFixed(1)} GiB free for the log`
  if (free >= LOW_DISK_BYTES) return ok("disk", what)
  const next = `Make room on the disk of ${folder}, or move the data: --data FOLDER`
  return free < MIN_DISK_BYTES ? bad("disk", what, next) : warn("disk", what, next)
}

/** Deadlines and windows go by the clock; one that has gone back is seen by what was written. */
const checkClock = (log: string, now: number): Finding => {
  const written = Math.max(
    ...[log, `${log}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  )
  return written > now + CLOCK_TOLERANCE_MS
    ? bad(
        "clock",
        `it is ${new Date(now).toISOString()} here, but the log was written at ${new Date(written).toISOString()}`,
        "Set the clock, and keep it right with NTP: timedatectl set-ntp true",
      )
    : ok("clock", new Date(now).toISOString())
}

const checkProcesses = (platform: string): Finding => {
  try {
    readFileSync("/proc/self/environ")
    return ok("processes", "/proc shows which processes belong to a run")
  } catch {
    return warn(
      "processes",
      `no /proc (${platform}): a process that leaves the group of its run outlives it`,
      "Let agents work in containers, or run the daemon on Linux.",
    )
  }
}

const nearestExisting = (folder: string): string =>
  statSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder
    ? nearestExisting(dirname(folder))
    : folder
