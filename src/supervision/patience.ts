/** How a log that is away is asked again by what cannot be given back to anybody: soon at first, then now and then. */
import { Effect, Schedule } from "effect"
import type { LogUnavailable } from "../log/EventLog.ts"

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Has no end. */
const pauses = Schedule.min([Schedule.exponential(FIRST_PAUSE_MS), Schedule.spaced(LONGEST_PAUSE_MS)])

/** Waits for the log as long as it takes; whoever waits is told once, in the daemon's own log, by `what`. */
export const untilWritten = <A, R>(
  what: string,
  write: Effect.Effect<A, LogUnavailable, R>,
): Effect.Effect<A, never, R> =>
  Effect.catch(write, (error) =>
    Effect.andThen(
      Effect.logWarning(`${what} cannot be recorded yet; it is tried again until it can`, error),
      Effect.retry(write, pauses) as Effect.Effect<A, never, R>,
    ),
  )
