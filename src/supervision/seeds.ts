/** What a new window would hold had it always been kept: read from the log before its revision takes effect. */
import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import { classOf } from "../domain/eventTypes.ts"
import type { Event } from "../domain/event.ts"
import { advance, answers, type Counter, emptyCounter, encodeCounter, type EncodedCounter } from "../kernel/counters.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { recordedFacts } from "../kernel/eventFacts.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { EventLog } from "../log/EventLog.ts"

const SEED_PAGE_RECORDS = 1_000

/** Counters that these definitions need and the state cannot answer, as they stand at `now` (ms). */
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
  for (const [key, counter] of counters) seeds[key] = encodeCounter(counter)
  return seeds
})

/** A released event may be of any type that is counted. */
const typesOf = (counters: ReadonlyArray<Counter>): ReadonlyArray<string> => [
  ...new Set([
    "hold.released",
    ...counters.flatMap(({ spec }) => (spec.since === undefined ? [spec.of] : [spec.of, spec.since])),
  ]),
]
