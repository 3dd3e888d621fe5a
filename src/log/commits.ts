/** One notifier for all who wait for commits. Nothing is kept per waiter but its callback. */
import { Effect, Option, Stream } from "effect"
import type { LogUnavailable, Page, Stored } from "./EventLog.ts"

/** Records that a follower holds at most. */
export const FOLLOW_PAGE_RECORDS = 128

export interface Commits {
  /** Position of the last committed record of the whole log. */
  readonly end: () => number
  /** Says that the log now ends at `position`, and wakes everybody who waits for that. */
  readonly advance: (position: number) => void
  /** Succeeds when the log has reached `position`. */
  readonly reached: (position: number) => Effect.Effect<void>
}

export const makeCommits = (start: number): Commits => {
  let end = start
  const waiting = new Set<{ readonly position: number; readonly wake: () => void }>()
  return {
    end: () => end,
    advance: (position) => {
      end = position
      for (const waiter of waiting) {
        if (waiter.position > position) continue
        waiting.delete(waiter)
        waiter.wake()
      }
    },
    reached: (position) =>
      Effect.callback<void>((resume) => {
        if (end >= position) return resume(Effect.void)
        const waiter = { position, wake: () => resume(Effect.void) }
        waiting.add(waiter)
        return Effect.sync(() => waiting.delete(waiter))
      }),
  }
}

/** Everything after `start`, page by page, then what comes. `page` answers from a cursor; `more` waits for more than that. */
export const followPages = (
  start: string,
  page: (cursor: string) => Effect.Effect<Page, LogUnavailable>,
  more: (cursor: string) => Effect.Effect<void, LogUnavailable>,
): Stream.Stream<Stored, LogUnavailable> =>
  Stream.paginate({ cursor: start, wait: false }, ({ cursor, wait }) =>
    Effect.map(
      Effect.andThen(wait ? more(cursor) : Effect.void, page(cursor)),
      (found) => [found.items, Option.some({ cursor: found.next, wait: found.end })] as const,
    ),
  )
