/** What a new window would hold had it always been kept: read from the log before its revision takes effect. */
import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import { classOf } from "../domain/eventTypes.ts"
import type { Event } from "../domain/event.ts"
import {
  advance,
  answers,
  type Counter,
  type CounterState,
  emptyCounter,
  encodeCounter,
  type EncodedCounter,
} from "../kernel/counters.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { recordedFacts } from "../kernel/eventFacts.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { EventLog } from "../log/EventLog.ts"

const SEED_PAGE_RECORDS = 1_000
/** Of all seeds of one revision, as JSON: what it says beside them has room in its commit, too. */
export const MAX_SEED_BYTES = 256 * 1024

/**
 * Counters that these definitions need and the state cannot answer, as they stand at `now` (ms). Where they are more than
 * {@link MAX_SEED_BYTES}, whoever was counted last is kept: for the others the facts are unavailable until the window has
 * passed, as for those beyond a full cap.
 */
export const seedsFor = Effect.fn("seedsFor")(function* (
  state: OrganizationState,
  definitions: Definitions,
  now: number,
) {
  const missing = [...definitions.counters(state.org).values()].filter(
    (counter) => !answers(state.counters.get(counter.spec.key), counter.spec),
  )
  const seeds: Record<string, EncodedCounter> = {}
  if (missing.length === 0) return seeds
  const counters = new Map(missing.map((counter) => [counter.spec.key, emptyCounter(counter.spec)]))
  if (state.position > 0) {
    const log = yield* EventLog
    const count = (event: Event, at: number): void => {
      const facts = recordedFacts(event, at, definitions, undefined)
      for (const counter of missing) advance(counters, counter, facts)
    }
    const since = new Date(now - Math.max(...missing.map(({ spec }) => spec.within))).toISOString()
    const filter = { org: state.org, since, types: typesOf(missing) }
    for (let cursor = "", end = false; !end;) {
      const page = yield* log.page(filter, cursor, SEED_PAGE_RECORDS)
      for (const { record } of page.items) {
        const { event, decision } = record
        // Where the state is one of the past, what came later is not in its windows.
        if (event.seq > state.position) continue
        if (event.type === "hold.released") {
          const held = yield* log.get(state.org, (event.data as BuiltinData["hold.released"]).seq)
          if (held !== undefined) count(held.event, Date.parse(event.time))
        } else if (classOf(event.type) !== "gated" || decision?.verdict === "allow")
          count(event, Date.parse(event.time))
      }
      cursor = page.next
      end = page.end
    }
  }
  let room = MAX_SEED_BYTES
  for (const [key, counter] of counters) {
    room = forgetWhatExceeds(counter, room, now)
    seeds[key] = encodeCounter(counter)
  }
  return seeds
})

/** What is left of the room. */
const forgetWhatExceeds = (counter: CounterState, room: number, now: number): number => {
  let left = room
  for (const [key, window] of [...counter.windows].toReversed()) {
    left -= Buffer.byteLength(JSON.stringify([key, window]))
    if (left >= 0) continue
    counter.windows.delete(key)
    counter.fullUntil = now + counter.within
  }
  return Math.max(0, left)
}

/** A released event may be of any type that is counted. */
const typesOf = (counters: ReadonlyArray<Counter>): ReadonlyArray<string> => [
  ...new Set([
    "hold.released",
    ...counters.flatMap(({ spec }) => (spec.since === undefined ? [spec.of] : [spec.of, spec.since])),
  ]),
]
