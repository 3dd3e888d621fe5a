/** Appends commits of three records to several organizations at once and prints each acknowledgement, until it is killed. */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { record } from "./records.ts"

export const COMMIT_RECORDS = 3

const [file, organizations] = process.argv.slice(2)
if (file !== undefined)
  await Effect.runPromise(
    Effect.gen(function* () {
      const log = yield* EventLog
      const append = Effect.fnUntraced(function* (org: string) {
        const { position: start, epoch } = yield* log.open(org)
        let position = start
        for (;;) {
          const commit = Array.from({ length: COMMIT_RECORDS }, (_, index) =>
            record(org, position + index + 1, {
              data: { random: Math.random(), padding: "x".repeat(position % 2_000) },
            }),
          )
          position = (yield* log.append(org, position, epoch, commit)).position
          writeSync(1, `${org} ${position}\n`)
        }
      })
      yield* Effect.forEach(
        Array.from({ length: Number(organizations) }, (_, index) => `@o-${index}`),
        append,
        {
          concurrency: "unbounded",
        },
      )
    }).pipe(Effect.provide(layerLocal({ file }))),
  )
