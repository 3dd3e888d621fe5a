/** `charter rebuild` */
import { existsSync } from "node:fs"
import { Effect } from "effect"
import { amount } from "../../domain/amount.ts"
import { databaseFile } from "../../discovery/folders.ts"
import { layerLocal } from "../../log/local/layer.ts"
import { acquireDataFolder } from "../../log/local/lock.ts"
import { Projections } from "../../log/Projections.ts"
import type { Invocation } from "../command.ts"
import { Failure } from "../failure.ts"
import { findingLines, noLog, verifyLog } from "./auditVerify.ts"

export const rebuild = async ({ output, folders }: Invocation): Promise<void> => {
  const file = databaseFile(folders.data)
  if (!existsSync(file)) throw noLog(folders.data)
  const report = await output.during(() => "reading the log …", verifyLog(file))
  if (report.broken.some(({ seq }) => seq > 0))
    throw new Failure(
      ["The log has been changed, and read models are made of a whole log only:", ...findingLines(report)].join("\n"),
      { next: ["Put a backup in its place: charter restore FILE"] },
    )
  let done = 0
  const work = Effect.gen(function* () {
    yield* acquireDataFolder(folders.data)
    return yield* Effect.flatMap(Projections, (projections) =>
      projections.rebuild((records) => {
        done = records
      }),
    ).pipe(Effect.provide(layerLocal({ file })))
  }).pipe(
    Effect.scoped,
    Effect.mapError((error) =>
      error._tag === "DataFolderHeld"
        ? new Failure(`The read models cannot be made again while ${error.message}.`, {
            next: ["Stop it: charter down"],
          })
        : new Failure(`${error.message}.`),
    ),
  )
  const { records } = await output.during(() => `${done} records read …`, Effect.runPromise(work))
  output.answer({ records }, () => `The read models are made again from ${amount(records, "record")}.`)
}
