/**
 * Windows behind the facts `count`, `sum` and `history`. They belong to the organization of the events they count.
 *
 * A count whose comparisons ask for at most N keeps the last N + 1 times exactly; any other count, and every sum, is
 * kept in hundredths of its window, and then counts the hundredth that is just falling out as still inside.
 */
import type { Event } from "../domain/event.ts"
import { type CounterSpec, FactUnavailable, type Test, type FactSource } from "../language/facts.ts"
import { compilePath } from "../language/conditions/path.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import { type KeyOf, keyOfBy, MAX_KEYS_PER_WINDOW, MISSING } from "./keys.ts"

/** A counter as the adopted revision needs it, ready to run. */
export interface Counter {
  readonly spec: CounterSpec
  readonly keyOf: KeyOf
  readonly where: Test | undefined
  readonly amountOf: ((event: Event) => number) | undefined
}

/** By the counter's key. */
export type Counters = Map<string, CounterState>

export interface CounterState {
  readonly within: number
  /** Times kept less one; `undefined` where hundredths or marks are kept. */
  readonly keep: number | undefined
  readonly windows: Map<string, Window>
  /** Log time in ms until which an unknown bucket may have been counted without being kept. 0: never full. */
  fullUntil: number
}

type Window = Times | Hundredths | Marks
/** Exact times, oldest first, at most `keep + 1`. */
interface Times {
  readonly kind: "times"
  readonly times: Array<number>
}
/** Number of the hundredth → amount, oldest first. */
interface Hundredths {
  readonly kind: "hundredths"
  readonly slots: Array<[slot: number, amount: number]>
}
/** The last event that counts, and the last one that wipes it out, as sequence numbers: one that waited counts late. */
interface Marks {
  readonly kind: "marks"
  of: number
  ofTime: number
  since: number
}

export const HUNDREDTHS = 100

export const makeCounter = (spec: CounterSpec, where: Test | undefined): Counter => {
  const read = spec.value === undefined ? undefined : compilePath(spec.value)
  return {
    spec,
    keyOf: keyOfBy(spec.by),
    where,
    amountOf:
      read === undefined
        ? undefined
        : (event) => {
            const amount = read(event.data)
            return typeof amount === "number" && Number.isFinite(amount) ? amount : 0
          },
  }
}

/** Counts one admitted event; the caller has checked that `of` or `since` covers its type. */
export const advance = (counters: Counters, counter: Counter, facts: FactSource): void => {
  const { spec } = counter
  const { event, now } = facts
  const counts = typeMatches(spec.of, event.type) && (counter.where === undefined || counter.where(facts))
  const wipes = spec.since !== undefined && typeMatches(spec.since, event.type)
  if (!counts && !wipes) return
  const key = counter.keyOf(event)
  if (spec.kind === "history" && key === MISSING) return
  const state = stateOf(counters, spec)
  let window = state.windows.get(key)
  if (window === undefined) {
    if (state.windows.size >= MAX_KEYS_PER_WINDOW) prune(state, spec, now)
    if (state.windows.size >= MAX_KEYS_PER_WINDOW) {
      state.fullUntil = now + spec.within
      return
    }
    window = emptyWindow(spec)
    state.windows.set(key, window)
  }
  switch (window.kind) {
    case "times":
      window.times.push(now)
      if (window.times.length > spec.keep! + 1) window.times.splice(0, window.times.length - spec.keep! - 1)
      return
    case "hundredths": {
      const slot = slotOf(spec, now)
      const amount = counter.amountOf === undefined ? 1 : counter.amountOf(event)
      const last = window.slots[window.slots.length - 1]
      if (last !== undefined && last[0] === slot) last[1] += amount
      else window.slots.push([slot, amount])
      dropOldSlots(window, spec, now)
      return
    }
    case "marks":
      if (counts) {
        window.of = Math.max(window.of, event.seq)
        window.ofTime = now
      }
      if (wipes) window.since = Math.max(window.since, event.seq)
  }
}

/**
 * The present value for an event: the window is (now − within, now].
 * @throws FactUnavailable where the bucket may have been counted without being kept: the cap on buckets was full, or what
 * the log knows of them was more than a new revision can say.
 */
export const readCounter = (counters: Counters, counter: Counter, event: Event, now: number): number | boolean => {
  const { spec } = counter
  const state = counters.get(spec.key)
  const key = counter.keyOf(event)
  if (spec.kind === "history" && key === MISSING) return false
  const window = state?.windows.get(key)
  if (window === undefined) {
    if (state !== undefined && now < state.fullUntil)
      throw new FactUnavailable(spec.kind, `more different values have been counted than can be kept`)
    return spec.kind === "history" ? false : 0
  }
  const after = now - spec.within
  switch (window.kind) {
    case "times": {
      const { times } = window
      let outside = 0
      while (outside < times.length && times[outside]! <= after) outside++
      return times.length - outside
    }
    case "hundredths": {
      const first = slotOf(spec, after)
      let total = 0
      for (const [slot, amount] of window.slots) if (slot >= first) total += amount
      return total
    }
    case "marks":
      return window.of > window.since && window.ofTime > after
  }
}

/** Forgets what no window can ask for any more. `counters` that no revision knows are kept until they are empty. */
export const pruneCounters = (counters: Counters, known: ReadonlyMap<string, Counter>, now: number): void => {
  for (const [key, state] of counters) {
    const counter = known.get(key)
    if (counter !== undefined) prune(state, counter.spec, now)
    else
      for (const [bucket, window] of state.windows)
        if (newest(window, state.within) <= now - state.within) state.windows.delete(bucket)
    if (state.windows.size === 0 && state.fullUntil <= now) counters.delete(key)
  }
}

/** Can what is kept answer this counter? If not, it has to be seeded from the log before its revision takes effect. */
export const answers = (state: CounterState | undefined, spec: CounterSpec): boolean =>
  state !== undefined &&
  state.within >= spec.within &&
  (spec.keep === undefined ? state.keep === undefined : state.keep !== undefined && state.keep >= spec.keep)

export const emptyCounter = (spec: CounterSpec): CounterState => ({
  within: spec.within,
  keep: spec.keep,
  windows: new Map(),
  fullUntil: 0,
})

/** A counter as plain JSON, for snapshots and seeds. */
export const encodeCounter = (state: CounterState): EncodedCounter => ({
  within: state.within,
  ...(state.keep === undefined ? {} : { keep: state.keep }),
  fullUntil: state.fullUntil,
  windows: [...state.windows],
})

export const decodeCounter = (encoded: EncodedCounter): CounterState => ({
  within: encoded.within,
  keep: encoded.keep,
  fullUntil: encoded.fullUntil,
  windows: new Map(encoded.windows.map(([key, window]) => [key, structuredClone(window)])),
})

export interface EncodedCounter {
  readonly within: number
  readonly keep?: number
  readonly fullUntil: number
  readonly windows: ReadonlyArray<readonly [string, Window]>
}

const stateOf = (counters: Counters, spec: CounterSpec): CounterState => {
  let state = counters.get(spec.key)
  if (state === undefined) {
    state = emptyCounter(spec)
    counters.set(spec.key, state)
  }
  return state
}

const kindOf = (spec: CounterSpec): Window["kind"] =>
  spec.kind === "history" ? "marks" : spec.kind === "count" && spec.keep !== undefined ? "times" : "hundredths"

const emptyWindow = (spec: CounterSpec): Window => {
  switch (kindOf(spec)) {
    case "marks":
      return { kind: "marks", of: 0, ofTime: 0, since: 0 }
    case "times":
      return { kind: "times", times: [] }
    case "hundredths":
      return { kind: "hundredths", slots: [] }
  }
}

const slotOf = (spec: CounterSpec, time: number): number => Math.floor((time * HUNDREDTHS) / spec.within)

const dropOldSlots = (window: Hundredths, spec: CounterSpec, now: number): void => {
  const first = slotOf(spec, now - spec.within)
  let outside = 0
  while (outside < window.slots.length && window.slots[outside]![0] < first) outside++
  if (outside > 0) window.slots.splice(0, outside)
}

const newest = (window: Window, within: number): number => {
  switch (window.kind) {
    case "times":
      return window.times[window.times.length - 1] ?? 0
    case "hundredths":
      return (((window.slots[window.slots.length - 1]?.[0] ?? 0) + 1) * within) / HUNDREDTHS
    case "marks":
      return window.ofTime
  }
}

const prune = (state: CounterState, spec: CounterSpec, now: number): void => {
  for (const [key, window] of state.windows)
    if (newest(window, spec.within) <= now - spec.within) state.windows.delete(key)
}
