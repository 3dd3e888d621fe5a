import { Effect } from "effect"
import type { EventLog } from "../log/EventLog.ts"
import { newestReport } from "../log/newestReport.ts"

/** The files of the revision that was in force last, from the archive; none where there has never been one. */
export const lastGoodFiles = Effect.fnUntraced(function* (log: typeof EventLog.Service) {
  const revised = yield* newestReport(log, "contracts.revised")
  const manifest = revised === undefined ? undefined : yield* log.source(revised.manifest)
  if (manifest === undefined) return []
  const { files } = JSON.parse(manifest) as { readonly files: Readonly<Record<string, string>> }
  return yield* Effect.forEach(Object.entries(files), ([file, hash]) =>
    Effect.map(log.source(hash), (text) => ({ file, text: text ?? "" })),
  )
})
