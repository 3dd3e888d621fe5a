/** Where the figures come from. */
import { cpus, loadavg, totalmem, type, release } from "node:os"

export const describeMachine = (): string => {
  const processors = cpus()
  return `${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}, Node ${process.versions.node}`
}

/** Average number of processes that wanted a core in the last minute. */
export const busyness = (): number => loadavg()[0]!

/** Beyond this many busy processes a core, absolute figures say little; ratios of one run still do. */
const BUSY_PER_CORE = 0.5

export const busyWarning = (before: number): string | undefined =>
  before > cpus().length * BUSY_PER_CORE
    ? `the machine is busy (load ${before.toFixed(1)} on ${cpus().length} cores): trust ratios, not absolute figures`
    : undefined
