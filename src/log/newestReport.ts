import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import { GLOBAL } from "../domain/names.ts"
import type { EventLog, LogUnavailable } from "./EventLog.ts"

/** The data of the newest event of this type that the daemon has written in `@global`. */
export const newestReport = <T extends keyof BuiltinData>(
  log: typeof EventLog.Service,
  type: T,
): Effect.Effect<BuiltinData[T] | undefined, LogUnavailable> =>
  Effect.map(
    log.latest({ org: GLOBAL, types: [type] }, "", 1),
    ({ items }) => items[0]?.record.event.data as BuiltinData[T] | undefined,
  )
