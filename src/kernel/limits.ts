/**
 * Windows behind the effect `limit`.
 *
 * `sliding` is exact: a list of what was let through, never more than `max` units in any window (now − within, now].
 * What is held counts for as long as it is held, and from its release on like what was let through then.
 * `gcra` is the generic cell rate algorithm (ITU-T I.371): one theoretical arrival time a key.
 *
 * Only what was allowed or held consumes; a hold that ends unreleased gives back.
 */
import type { Limit } from "../domain/contract.ts"
import type { Event } from "../domain/event.ts"
import { compilePath } from "../language/conditions/path.ts"
import { type KeyOf, keyOfParts, MAX_KEYS_PER_WINDOW } from "./keys.ts"

/** A `limit` of one contract, ready to run. */
export interface LimitRule {
  /** Contract, place among its limits, algorithm and key: edits of `max` and `within` keep the windows. */
  readonly id: string
  readonly effect: number
  readonly limit: Limit
  readonly keyOf: KeyOf
  readonly costOf: (event: Event) => number
}

export type LimitWindows = Map<string, LimitState>

export interface LimitState {
  /** Longest window asked for so far, in ms. */
  within: number
  readonly buckets: Map<string, Bucket>
}

/** One key of one limit. */
export interface Bucket {
  /** `sliding`: what was let through. */
  readonly passed: Passed
  /** What is held: sequence number of the event → units. */
  readonly held: Map<number, number>
  /** `gcra`: theoretical arrival time in ms. */
  arrival: number
  /** Log time of the last `limit.exceeded`. */
  exceeded: number
}

/** A list of which the oldest part is no longer looked at; it is cut off in one piece now and then. */
export interface Passed {
  /** Oldest first, as [log time ms, units]. */
  readonly list: Array<readonly [time: number, cost: number]>
  /** So many at the beginning are older than any window. */
  outside: number
  /** Units of all the others: added to and taken from, so fractions are rounded as the log has them come and go. */
  units: number
}

export const makeLimitRule = (contract: string, effect: number, place: number, limit: Limit): LimitRule => {
  const readCost = typeof limit.cost === "number" ? undefined : compilePath(limit.cost.path)
  const fixed = typeof limit.cost === "number" ? limit.cost : 1
  return {
    id: `${contract}#${place}|${limit.algorithm}|${JSON.stringify(limit.per)}`,
    effect,
    limit,
    keyOf: keyOfParts(limit.per),
    costOf:
      readCost === undefined
        ? () => fixed
        : (event) => {
            const cost = readCost(event.data)
            return typeof cost === "number" && Number.isFinite(cost) && cost >= 0 ? cost : 1
          },
  }
}

export interface Check {
  readonly key: string
  readonly cost: number
  readonly used: number
  readonly exceeded: boolean
  readonly freeAt?: number
  /** It would fit once what is held has ended; nobody knows when. */
  readonly inFlight?: true
}

/** Would this event still fit? Reads only. */
export const checkLimit = (windows: LimitWindows, rule: LimitRule, event: Event, now: number): Check => {
  const { limit } = rule
  const key = rule.keyOf(event)
  const cost = rule.costOf(event)
  const state = windows.get(rule.id)
  const bucket = state?.buckets.get(key)
  if (bucket === undefined) {
    const full = state !== undefined && state.buckets.size >= MAX_KEYS_PER_WINDOW && !prunable(state, now)
    const exceeded = full || cost > capacity(limit)
    return { key, cost, used: 0, exceeded }
  }
  return limit.algorithm === "gcra"
    ? checkGcra(limit, bucket, key, cost, now)
    : checkSliding(limit, bucket, key, cost, now)
}

/** Takes the units of an event that was allowed (`held: false`) or is held. */
export const consume = (
  windows: LimitWindows,
  rule: LimitRule,
  use: { readonly key: string; readonly cost: number },
  seq: number,
  held: boolean,
  now: number,
): Reservation => {
  const { limit } = rule
  const bucket = bucketOf(windows, rule, use.key, now)
  if (held) bucket.held.set(seq, use.cost)
  if (limit.algorithm === "gcra") {
    const arrival = use.cost * interval(limit)
    bucket.arrival = Math.max(bucket.arrival, now) + arrival
    return { rule: rule.id, key: use.key, arrival }
  }
  if (!held) pass(bucket.passed, now, use.cost)
  leaveBehind(bucket.passed, now - windows.get(rule.id)!.within)
  return { rule: rule.id, key: use.key, arrival: 0 }
}

/** What a held event has taken, so that it can be settled or given back when the contract is gone. */
export interface Reservation {
  readonly rule: string
  readonly key: string
  /** `gcra`: how far it has moved the theoretical arrival time, in ms. 0 for `sliding`. */
  readonly arrival: number
}

/** The held event is released: its units count from now on like any other's. */
export const settle = (windows: LimitWindows, reservation: Reservation, seq: number, now: number): void => {
  const bucket = windows.get(reservation.rule)?.buckets.get(reservation.key)
  const cost = bucket?.held.get(seq)
  if (bucket === undefined || cost === undefined) return
  bucket.held.delete(seq)
  if (reservation.arrival === 0) pass(bucket.passed, now, cost)
}

/** The hold ended unreleased: its units are free again. */
export const giveBack = (windows: LimitWindows, reservation: Reservation, seq: number): void => {
  const bucket = windows.get(reservation.rule)?.buckets.get(reservation.key)
  if (bucket === undefined || !bucket.held.delete(seq)) return
  bucket.arrival = Math.max(0, bucket.arrival - reservation.arrival)
}

/** Should `limit.exceeded` be said for this key now? Once per key and window. */
export const announcesExceeded = (windows: LimitWindows, rule: LimitRule, key: string, now: number): boolean => {
  const last = windows.get(rule.id)?.buckets.get(key)?.exceeded ?? 0
  return last === 0 || now - last >= rule.limit.within
}

export const markExceeded = (windows: LimitWindows, rule: LimitRule, key: string, now: number): void => {
  bucketOf(windows, rule, key, now).exceeded = now
}

export const pruneLimits = (windows: LimitWindows, now: number): void => {
  for (const [id, state] of windows) {
    for (const [key, bucket] of state.buckets) if (idle(bucket, state.within, now)) state.buckets.delete(key)
    if (state.buckets.size === 0) windows.delete(id)
  }
}

export type EncodedLimit = readonly [
  id: string,
  within: number,
  buckets: ReadonlyArray<
    readonly [
      key: string,
      passed: Passed["list"],
      units: number,
      held: ReadonlyArray<readonly [number, number]>,
      arrival: number,
      exceeded: number,
    ]
  >,
]

export const encodeLimits = (windows: LimitWindows): ReadonlyArray<EncodedLimit> =>
  [...windows].map(([id, state]) => [
    id,
    state.within,
    [...state.buckets].map(
      ([key, bucket]) =>
        [key, inside(bucket.passed), bucket.passed.units, [...bucket.held], bucket.arrival, bucket.exceeded] as const,
    ),
  ])

export const decodeLimits = (encoded: ReadonlyArray<EncodedLimit>): LimitWindows =>
  new Map(
    encoded.map(([id, within, buckets]) => [
      id,
      {
        within,
        buckets: new Map(
          buckets.map(([key, passed, units, held, arrival, exceeded]) => [
            key,
            {
              passed: { list: passed.map(([time, cost]) => [time, cost] as const), outside: 0, units },
              held: new Map(held),
              arrival,
              exceeded,
            },
          ]),
        ),
      },
    ]),
  )

const capacity = (limit: Limit): number => (limit.algorithm === "gcra" ? (limit.burst ?? limit.max) : limit.max)

/** Milliseconds that one unit takes at the sustained rate. */
const interval = (limit: Limit): number => limit.within / limit.max

const checkSliding = (limit: Limit, bucket: Bucket, key: string, cost: number, now: number): Check => {
  const after = now - limit.within
  const { list, outside, units } = bucket.passed
  let used = units
  if (bucket.held.size > 0) for (const held of bucket.held.values()) used += held
  let index = outside
  for (; index < list.length && list[index]![0] <= after; index++) used -= list[index]![1]
  if (used + cost <= limit.max) return { key, cost, used, exceeded: false }
  let over = used + cost - limit.max
  for (; index < list.length; index++) {
    over -= list[index]![1]
    if (over <= 0) return { key, cost, used, exceeded: true, freeAt: list[index]![0] + limit.within }
  }
  return cost > limit.max ? { key, cost, used, exceeded: true } : { key, cost, used, exceeded: true, inFlight: true }
}

const checkGcra = (limit: Limit, bucket: Bucket, key: string, cost: number, now: number): Check => {
  const step = interval(limit)
  const most = capacity(limit) * step
  const ahead = Math.max(bucket.arrival - now, 0)
  const used = Math.ceil(ahead / step - 1e-9)
  const over = ahead + cost * step - most
  if (over <= 1e-6) return { key, cost, used, exceeded: false }
  return cost > capacity(limit)
    ? { key, cost, used, exceeded: true }
    : { key, cost, used, exceeded: true, freeAt: Math.ceil(now + over) }
}

const bucketOf = (windows: LimitWindows, rule: LimitRule, key: string, now: number): Bucket => {
  let state = windows.get(rule.id)
  if (state === undefined) windows.set(rule.id, (state = { within: rule.limit.within, buckets: new Map() }))
  if (rule.limit.within > state.within) state.within = rule.limit.within
  let bucket = state.buckets.get(key)
  if (bucket === undefined) {
    if (state.buckets.size >= MAX_KEYS_PER_WINDOW)
      for (const [other, old] of state.buckets) if (idle(old, state.within, now)) state.buckets.delete(other)
    bucket = { passed: { list: [], outside: 0, units: 0 }, held: new Map(), arrival: 0, exceeded: 0 }
    state.buckets.set(key, bucket)
  }
  return bucket
}

const idle = ({ held, arrival, exceeded, passed: { list } }: Bucket, within: number, now: number): boolean =>
  held.size === 0 &&
  arrival <= now &&
  exceeded <= now - within &&
  (list.length === 0 || list[list.length - 1]![0] <= now - within)

const prunable = (state: LimitState, now: number): boolean => {
  for (const bucket of state.buckets.values()) if (idle(bucket, state.within, now)) return true
  return false
}

const pass = (passed: Passed, now: number, cost: number): void => {
  passed.list.push([now, cost])
  passed.units += cost
}

/** What is not after this time counts no more. */
const leaveBehind = (passed: Passed, time: number): void => {
  const { list } = passed
  while (passed.outside < list.length && list[passed.outside]![0] <= time) passed.units -= list[passed.outside++]![1]
  if (passed.outside === list.length) passed.units = 0
  if (passed.outside < CUT_FROM || passed.outside * 2 < list.length) return
  list.splice(0, passed.outside)
  passed.outside = 0
}

const CUT_FROM = 32

const inside = ({ list, outside }: Passed): Passed["list"] => (outside === 0 ? list : list.slice(outside))
