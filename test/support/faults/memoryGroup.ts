/** A process, and what it starts from now on, with a bound on the memory of all of them: a control group of the kernel's. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

const LOOK_MS = 20
const PATIENCE_MS = 5_000

export interface MemoryGroup {
  /** Once its processes have ended. */
  readonly remove: () => Promise<void>
}

/** `undefined` where this machine lets nobody make one. */
export const capMemory = (pid: number, bytes: number): MemoryGroup | undefined => {
  // Version 1 has a hierarchy of its own for memory, version 2 has one for everything.
  const [root, limit] = existsSync("/sys/fs/cgroup/memory")
    ? ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"]
    : ["/sys/fs/cgroup", "memory.max"]
  const folder = join(root, `charter-test-${pid}`)
  try {
    mkdirSync(folder)
  } catch {
    return undefined
  }
  try {
    writeFileSync(join(folder, limit), String(bytes))
    writeFileSync(join(folder, "cgroup.procs"), String(pid))
  } catch {
    rmdirSync(folder)
    return undefined
  }
  return {
    remove: async () => {
      for (const deadline = performance.now() + PATIENCE_MS; ; await setTimeout(LOOK_MS))
        try {
          return rmdirSync(folder)
        } catch (error) {
          // Until the last of its processes is reaped.
          if (performance.now() > deadline) throw error
        }
    },
  }
}
