/** What every process has: memory, processor time, files, and how late its event loop is. */
import { readdirSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import {
  buildInfo,
  cpu,
  heapTotal,
  heapUsed,
  loopLag,
  openFiles,
  residentMemory,
  startTime,
  worstLoopLag,
} from "./metrics.ts"
import { collectWith } from "./registry.ts"

const LOOP_RESOLUTION_MS = 20
/** Several readers see the same window; a new one begins no sooner than this. */
const LOOP_WINDOW_MS = 10_000

/** Measures until what it returns is called. */
export const measureProcess = (version: string): (() => void) => {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  delay.enable()
  let windowStart = performance.now()
  buildInfo.set(1, version, process.versions.node)
  startTime.set(performance.timeOrigin / 1_000)
  const end = collectWith(() => {
    const memory = process.memoryUsage()
    residentMemory.set(memory.rss)
    heapUsed.set(memory.heapUsed)
    heapTotal.set(memory.heapTotal)
    const { user, system } = process.cpuUsage()
    cpu.reach((user + system) / 1e6)
    openFiles.set(descriptors())
    if (performance.now() - windowStart < LOOP_WINDOW_MS) return
    windowStart = performance.now()
    loopLag.set(lateness(delay.percentile(99)))
    worstLoopLag.set(lateness(delay.max))
    delay.reset()
  })
  return () => {
    end()
    delay.disable()
  }
}

/** The histogram has the time between two looks, in nanoseconds, of which the resolution is meant. */
const lateness = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1_000)

/** 0 where the system does not say. */
const descriptors = (): number => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return 0
  }
}
