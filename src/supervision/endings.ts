/** How changes of the rules have ended, for whoever waits for that or asks later. */
import { Deferred, Effect, Option } from "effect"
import type { Changed, ChangeFailed } from "../domain/change.ts"
import type { LogRecord } from "../domain/record.ts"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"

export type Ending =
  | { readonly type: "contract.changed"; readonly data: Changed }
  | { readonly type: "contract.change.failed"; readonly data: ChangeFailed }

const ENDINGS: ReadonlyArray<string> = ["contract.changed", "contract.change.failed"]

/** Ends of changes that one event has led to, at most so many of which are looked at. */
const MAX_ENDINGS = 100

/** `isOpen`: the change has not come to its end in every organization. */
export const makeEndings = (log: typeof EventLog.Service, isOpen: (change: string) => boolean) => {
  const awaited = new Map<string, Deferred.Deferred<Ending>>()

  /** Who waits for the end is told of it, whenever he begins to wait. */
  const awaitedOf = (change: string): Deferred.Deferred<Ending> => {
    let ending = awaited.get(change)
    if (ending === undefined) awaited.set(change, (ending = Deferred.makeUnsafe()))
    return ending
  }

  const recorded = Effect.fnUntraced(function* (change: string) {
    const [asked] = yield* log.findById(change)
    if (asked === undefined) return undefined
    const { items } = yield* log.latest(
      { org: asked.event.org, types: ENDINGS, correlationid: asked.event.correlationid },
      "",
      MAX_ENDINGS,
    )
    const record = items.find(({ record: { event } }) => (event.data as Changed).change === change)?.record
    return record === undefined ? undefined : ({ type: record.event.type, data: record.event.data } as Ending)
  })

  return {
    /** Waits at most so many milliseconds. `undefined` where it has not ended, or was refused. */
    of: (change: string, waitMs: number): Effect.Effect<Ending | undefined, LogUnavailable> =>
      Effect.gen(function* () {
        const told = awaitedOf(change)
        if (isOpen(change)) {
          const ended = yield* Effect.timeoutOption(Deferred.await(told), waitMs)
          if (Option.isSome(ended)) return ended.value
        }
        awaited.delete(change)
        return isOpen(change) ? undefined : yield* recorded(change)
      }),
    /** What has been recorded just now. */
    tell: (records: ReadonlyArray<LogRecord>): void => {
      for (const { event } of records) {
        if (!ENDINGS.includes(event.type)) continue
        const ending = { type: event.type, data: event.data } as Ending
        const { change } = ending.data
        const asker = awaited.get(change)
        if (asker === undefined || isOpen(change)) continue
        Deferred.doneUnsafe(asker, Effect.succeed(ending))
        awaited.delete(change)
      }
    },
  }
}
