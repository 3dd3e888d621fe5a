/**
 * The processes of a run, found by the mark that they inherit: `CHARTER_RUN_ID` in their environment. The mark finds
 * what a process group does not, such as a command that moved to a session of its own. It is read from `/proc`; where
 * there is none (macOS), nothing is found and only the process group of a run is ended. A process that erases its
 * environment and leaves its group escapes; a container or a cgroup is the strong version.
 */
import { readdirSync, readFileSync } from "node:fs"
import { setImmediate, setTimeout } from "node:timers/promises"

export const RUN_ID_VARIABLE = "CHARTER_RUN_ID"

/** How long marked processes are searched for and killed again before those left are given up as unkillable. */
export const SWEEP_DEADLINE_MS = 5_000
/** Pause for killed processes to go. */
export const SWEEP_PAUSE_MS = 2
/** Processes looked at before other work gets its turn. */
export const SWEEP_SLICE_PROCESSES = 64

/**
 * Kills every process of the runs, with those that they start meanwhile. Returns once none is left, with the ids of
 * those that outlived the deadline: none, unless the kernel itself holds a process.
 */
export const killRuns = async (runs: ReadonlySet<string>): Promise<ReadonlyArray<number>> => {
  const deadline = performance.now() + SWEEP_DEADLINE_MS
  const isOurs = (pid: number): boolean => {
    const run = runOf(pid)
    return run !== undefined && runs.has(run) && pid !== process.pid
  }
  let foreign: ReadonlySet<number> = new Set()
  for (;;) {
    const all = processIds()
    // A pass is clean only if no process is new since the one before: a parent may fork and exit while it is passed by.
    if (all.every((pid) => foreign.has(pid))) return []
    const passed = new Set<number>()
    const found: Array<number> = []
    for (const [index, pid] of all.entries()) {
      if (index % SWEEP_SLICE_PROCESSES === SWEEP_SLICE_PROCESSES - 1) await setImmediate()
      if (foreign.has(pid) || !isOurs(pid)) passed.add(pid)
      else {
        found.push(pid)
        killWithGroup(pid, isOurs)
      }
    }
    // Only those that are still there: a number that was free in between may belong to another process.
    foreign = passed
    if (found.length > 0) await setTimeout(SWEEP_PAUSE_MS)
    if (performance.now() > deadline) return found
  }
}

/**
 * Of processes that fork the next one and exit, one after the other, each is gone before it can be killed. A signal to
 * the group reaches whichever there is, and nothing forks past it. The group is ours if its leader is, or is gone.
 */
const killWithGroup = (pid: number, isOurs: (pid: number) => boolean): void => {
  const { group, session } = groupOf(pid) ?? {}
  kill(pid, "SIGKILL")
  if (group === undefined || session === groupOf(process.pid)?.session) return
  if (isOurs(group) || groupOf(group) === undefined) kill(-group, "SIGKILL")
}

/** Ids of the processes that carry the mark of `run` now. */
export const processesOf = (run: string): ReadonlyArray<number> => processIds().filter((pid) => runOf(pid) === run)

/**
 * Sends a signal to a process, or to a group where `pid` is negative; nothing happens where it is gone. The system reads
 * 0 as the caller's own group and -1 as every process there is: neither is ever meant here.
 */
export const kill = (pid: number, signal: NodeJS.Signals): void => {
  if (!Number.isInteger(pid) || Math.abs(pid) <= 1) throw new RangeError(`not a process to signal: ${pid}`)
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already, or no longer ours.
  }
}

/** When the process started, in clock ticks since boot: with its id, it names a process for good. Empty where unknown. */
export const startTimeOf = (pid: number): string => statOf(pid)?.[STAT_START_TIME] ?? ""

/** `undefined` where the process is gone or about to be, when the system gives 0 or -1 for its group. */
const groupOf = (pid: number): { readonly group: number; readonly session: number } | undefined => {
  const stat = statOf(pid)
  const group = Number(stat?.[STAT_GROUP])
  return stat !== undefined && group > 1 ? { group, session: Number(stat[STAT_SESSION]) } : undefined
}

/** Fields of `/proc/PID/stat` behind the command's name. */
const STAT_GROUP = 2
const STAT_SESSION = 3
const STAT_START_TIME = 19

/** The name stands in parentheses, and may hold spaces and parentheses itself. */
const statOf = (pid: number): ReadonlyArray<string> | undefined => {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
}

const RUN_ID = new RegExp(`(?:^|\\0)${RUN_ID_VARIABLE}=([^\\0]+)(?:\\0|$)`)

const runOf = (pid: number): string | undefined => runNamedIn(read(`/proc/${pid}/environ`) ?? "")

/** The run whose mark an environment carries: `NAME=value` entries, each ended by a zero character. */
export const runNamedIn = (environment: string): string | undefined => RUN_ID.exec(environment)?.[1]

/** All but the first one, which is the system's. */
const processIds = (): Array<number> => {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 1)
  } catch {
    return []
  }
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, "latin1")
  } catch {
    return undefined
  }
}
