/** A clock that stands still until it is told to move: what a test does in a minute may last a month in the log. */
import { type Clock, Duration, Effect } from "effect"

export interface VirtualClock {
  readonly clock: Clock.Clock
  readonly now: () => number
  /** Sets the time, in ms since 1970, and wakes whoever has slept long enough. It never goes back. */
  readonly set: (now: number) => void
  /** Moves the wall clock alone, as an administrator does: no time passes. */
  readonly jump: (millis: number) => void
}

export const makeVirtualClock = (start: number): VirtualClock => {
  let now = start
  let jumped = 0
  const sleepers = new Map<symbol, { readonly until: number; readonly wake: () => void }>()
  const wall = (): number => now + jumped
  const wallNanos = (): bigint => BigInt(wall()) * 1_000_000n
  const nanos = (): bigint => BigInt(now) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: wall,
    currentTimeMillis: Effect.sync(wall),
    currentTimeNanosUnsafe: wallNanos,
    currentTimeNanos: Effect.sync(wallNanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) => {
      const millis = Duration.toMillis(duration)
      if (millis <= 0) return Effect.yieldNow
      return Effect.callback<void>((resume) => {
        const key = Symbol("sleeper")
        sleepers.set(key, { until: now + millis, wake: () => resume(Effect.void) })
        return Effect.sync(() => sleepers.delete(key))
      })
    },
  }
  return {
    clock,
    now: wall,
    jump: (millis) => {
      jumped += millis
    },
    set: (to) => {
      now = Math.max(now, to)
      for (const [key, { until, wake }] of sleepers)
        if (until <= now) {
          sleepers.delete(key)
          wake()
        }
    },
  }
}
