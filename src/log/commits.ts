/** One notifier for all who wait for commits. Nothing is kept per waiter but its callback. */
import { Effect, Option, Stream } from "effect"
import type { LogUnavailable, Page, ReadFilter, Stored } from "./EventLog.ts"
import { recordMatches } from "./filter.ts"

/** Records that a follower holds at most. */
export const FOLLOW_PAGE_RECORDS = 128

/** Each who is woken sends what has come, so a thousand of them take long: after this time other work has its turn. */
const WAKE_SLICE_MS = 2

export interface Commits {
  /** Position of the last committed record of the whole log. */
  readonly end: () => number
  /** Says that the log now ends at `position`, and wakes everybody who waits for that, soon, in slices of time. */
  readonly advance: (position: number) => void
  /** Succeeds when the log has reached `position`. */
  readonly reached: (position: number) => Effect.Effect<void>
}

export const makeCommits = (start: number): Commits => {
  let end = start
  const waiting = new Set<{ readonly position: number; readonly wake: () => void }>()
  let waking: NodeJS.Immediate | undefined
  /** In the order in which they began to wait; whoever waits again meanwhile stands at the end. */
  const wakeSome = (): void => {
    waking = undefined
    const until = performance.now() + WAKE_SLICE_MS
    for (const waiter of waiting) {
      if (waiter.position > end) continue
      if (performance.now() >= until) return wakeSoon()
      waiting.delete(waiter)
      waiter.wake()
    }
  }
  const wakeSoon = (): void => {
    if (waiting.size > 0) waking ??= setImmediate(wakeSome)
  }
  return {
    end: () => end,
    advance: (position) => {
      end = position
      wakeSoon()
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

/**
 * Everything after `start`, page by page, then what comes. `page` answers from a cursor; `more` waits for more than that;
 * `tail` is the page that has come since a follower had read all there was.
 */
export const followPages = (
  start: string,
  page: (cursor: string) => Effect.Effect<Page, LogUnavailable>,
  more: (cursor: string) => Effect.Effect<void, LogUnavailable>,
  tail: (cursor: string) => Effect.Effect<Page, LogUnavailable>,
): Stream.Stream<Stored, LogUnavailable> =>
  Stream.paginate({ cursor: start, caughtUp: false }, ({ cursor, caughtUp }) =>
    Effect.map(
      caughtUp ? Effect.andThen(more(cursor), tail(cursor)) : page(cursor),
      (found) => [found.items, Option.some({ cursor: found.next, caughtUp: found.end })] as const,
    ),
  )

/**
 * Followers that have caught up stand at the same place: what comes then is read once for all of them, and each takes
 * what fits his filter. One page is kept.
 */
export const makeTail = (
  commits: Commits,
  read: (cursor: string) => Effect.Effect<Page, LogUnavailable>,
): ((filter: ReadFilter) => (cursor: string) => Effect.Effect<Page, LogUnavailable>) => {
  let last: { readonly cursor: string; readonly end: number; readonly page: Page } | undefined
  const tail = (cursor: string): Effect.Effect<Page, LogUnavailable> =>
    Effect.suspend(() => {
      const end = commits.end()
      if (last?.cursor === cursor && last.end === end) return Effect.succeed(last.page)
      return Effect.map(read(cursor), (page) => {
        last = { cursor, end, page }
        return page
      })
    })
  return (filter) => {
    const matches = recordMatches(filter)
    return (cursor) =>
      Effect.map(tail(cursor), (page) => ({ ...page, items: page.items.filter(({ record }) => matches(record)) }))
  }
}
