/** A bare libsql writer thread, and producers that each wait for the commit before they send what comes next. */
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { readWorkload } from "../conditions/input.ts"
import type { Prepare } from "../contest/contestant.ts"
import type { BareRequest } from "./bareThread.ts"
import type { PublishInput } from "./input.ts"
import { rowsOf } from "./rows.ts"

/** Publishes whose rows are made beforehand; they come again and again. */
const PREPARED = 4_000

const prepare: Prepare<PublishInput> = (input) => {
  const { producers, batch = 1, folder, actor } = input
  const { events, ...rules } = readWorkload(input)
  const published = events.slice(0, PREPARED).map((event) => (actor === undefined ? event : { ...event, actor }))
  const rows = rowsOf(rules, published)
  const thread = new Worker(new URL("bareThread.ts", import.meta.url), {
    workerData: { file: join(folder, "bare.db") },
  })
  const waiting = new Map<number, () => void>()
  thread.on("message", (acknowledged: ReadonlyArray<number>) => {
    for (const producer of acknowledged) waiting.get(producer)!()
  })
  let at = 0
  const send = (producer: number): Promise<void> =>
    new Promise((resolve, reject) => {
      thread.once("error", reject)
      waiting.set(producer, () => {
        thread.off("error", reject)
        resolve()
      })
      const publishes = Array.from({ length: batch }, () => rows[at++ % PREPARED]!)
      thread.postMessage({ producer, publishes } satisfies BareRequest)
    })
  thread.setMaxListeners(0)

  return {
    slice: async (ms) => {
      const start = performance.now()
      let done = 0
      const produce = async (producer: number): Promise<void> => {
        while (performance.now() - start < ms) {
          await send(producer)
          done += batch
        }
      }
      await Promise.all(Array.from({ length: producers }, (_, producer) => produce(producer)))
      return (done * 1_000) / (performance.now() - start)
    },
    figures: () => ({
      rows:
        rows.reduce(
          (sum, { records, readRows, readKeys }) => sum + records.length + readRows.length + readKeys.length,
          0,
        ) / rows.length,
      records: rows.reduce((sum, { records }) => sum + records.length, 0) / rows.length,
    }),
    close: async () => void (await thread.terminate()),
  }
}

export default prepare
