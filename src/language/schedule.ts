/** Cron schedules: five fields, in a time zone, over Effect's Cron. Pure. */
import { Cron, Result } from "effect"

/** Why a text is no schedule that ever comes to its time; `undefined` where it is one. */
export const cronProblem = (text: string): "malformed" | "seconds" | "never" | undefined => {
  if (Result.isFailure(Cron.parse(text))) return "malformed"
  if (fieldsOf(text).length !== CRON_FIELDS) return "seconds"
  return nextCron(text, "UTC", 0) === undefined ? "never" : undefined
}

/**
 * The first time after `after` (ms) at which a schedule is due, in ms. Where clocks are put forward by an hour, a time in
 * the hour that is not there is due an hour later by the clock, 2:30 at 3:30; of several in it, the first alone. Where they
 * are put back, a schedule with a fixed hour is due once, and one that is due in every hour (`*`) goes on through the hour
 * that comes twice.
 */
export const nextCron = (text: string, timezone: string, after: number): number | undefined => {
  const onDstOverlap = fieldsOf(text)[HOUR_FIELD]?.startsWith("*") === true ? "both" : "earlier"
  const cron = Cron.parse(text, timezone, { onDstOverlap })
  if (Result.isFailure(cron)) return undefined
  try {
    return Cron.next(cron.success, after).getTime()
  } catch {
    // The library throws where there is none for years: on the 30th of February.
    return undefined
  }
}

const CRON_FIELDS = 5
const HOUR_FIELD = 1

const fieldsOf = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)
