import { Worker } from "node:worker_threads"
import type { ThreadData } from "./messages.ts"

/** From the sources the file beside this one; from a bundle `log-thread.js` beside the bundle. */
const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./log-thread.js", import.meta.url)

/** A thread of the log. It keeps the process alive until it ends. */
export const startThread = (data: ThreadData): Worker =>
  new Worker(ENTRY, { workerData: data, name: `charter-log-${data.role}` })
