import { Worker } from "node:worker_threads"
import type { ThreadData } from "./messages.ts"

/** From the sources the file beside this one; from a bundle `log-thread.js` beside the bundle. */
const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./log-thread.js", import.meta.url)

/** Writers that nobody has asked for yet, by their file. */
const ahead = new Map<string, Worker>()

/** A thread of the log. It keeps the process alive until it ends. */
export const startThread = (data: ThreadData): Worker =>
  (data.role === "writer" ? taken(data.file) : undefined) ?? start(data)

/**
 * Starts the writer of a file before {@link startThread} is asked for it: it loads beside whatever the program still has
 * to load itself. It touches nothing until then, and does not keep the process alive.
 */
export const startWriterAhead = (file: string): void => {
  const thread = start({ role: "writer", file })
  thread.unref()
  // Whoever asks then starts one of his own, and hears what is the matter.
  thread.once("error", () => ahead.delete(file))
  ahead.set(file, thread)
}

const taken = (file: string): Worker | undefined => {
  const thread = ahead.get(file)
  ahead.delete(file)
  thread?.ref()
  return thread
}

const start = (data: ThreadData): Worker => new Worker(ENTRY, { workerData: data, name: `charter-log-${data.role}` })
