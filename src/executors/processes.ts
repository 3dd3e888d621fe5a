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
  const foreign = new Set<number>()
  for (;;) {
    // A pass is clean only if no process is new since the one before: a parent may fork and exit while it is passed by.
    const fresh = processIds().filter((pid) => !foreign.has(pid))
    if (fresh.length === 0) return []
    const found: Array<number> = []
    for (const [index, pid] of fresh.entries()) {
      if (index % SWEEP_SLICE_PROCESSES === SWEEP_SLICE_PROCESSES - 1) await setImmediate()
      const run = runOf(pid)
      if (run === undefined || !runs.has(run) || pid === process.pid) foreign.add(pid)
      else {
        found.push(pid)
        kill(pid, "SIGKILL")
      }
    }
    if (found.length > 0) await setTimeout(SWEEP_PAUSE_MS)
    if (performance.now() > deadline) return found
  }
}

/** Ids of the processes that carry the mark of `run` now. */
export const processesOf = (run: string): ReadonlyArray<number> => processIds().filter((pid) => runOf(pid) === run)

/** Sends a signal to a process, or to a group where `pid` is negative; nothing happens where it is gone. */
export const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already, or no longer ours.
  }
}

/** When the process started, in clock ticks since boot: with its id, it names a process for good. Empty where unknown. */
export const startTimeOf = (pid: number): string => {
  // The second field is the command's name in parentheses, which may hold spaces and parentheses itself.
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
}

const RUN_ID = new RegExp(`(?:^|\\0)${RUN_ID_VARIABLE}=([^\\0]*)`)

const runOf = (pid: number): string | undefined => {
  const environment = read(`/proc/${pid}/environ`)
  return environment === undefined ? undefined : RUN_ID.exec(environment)?.[1]
}

const processIds = (): Array<number> => {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger)
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
