/** Times for people: in the local time zone, and how far away they are. */
import { durationInWords, parseDuration } from "../domain/duration.ts"
import { misuse } from "./failure.ts"

/** `2026-11-02 14:03:12`. */
export const localTime = (time: string): string => {
  const date = new Date(time)
  return `${localDate(date)} ${timeOfDay(date)}`
}

/** `14:03:12`; with the date where it was on another day. */
export const briefTime = (time: string, now: Date): string => {
  const date = new Date(time)
  return localDate(date) === localDate(now) ? timeOfDay(date) : `${localDate(date)} ${timeOfDay(date).slice(0, 5)}`
}

/** `in 23 hours 59 minutes`, `2 days ago`, `now`: exact to about a hundredth. */
export const fromNow = (time: string, now: Date): string => {
  const away = Date.parse(time) - now.getTime()
  const distance = Math.abs(away)
  const step = distance >= 2 * DAY_MS ? HOUR_MS : distance >= HOUR_MS ? MINUTE_MS : SECOND_MS
  const rounded = Math.round(distance / step) * step
  if (rounded === 0) return "now"
  return away > 0 ? `in ${durationInWords(rounded)}` : `${durationInWords(rounded)} ago`
}

/** `14:03:12 (in 5 minutes)`. */
export const timeAndDistance = (time: string, now: Date): string => `${briefTime(time, now)} (${fromNow(time, now)})`

/** A time, or a distance back from now (`1h`) or, with `ahead`, forward; RFC 3339. */
export const readTime = (text: string, option: string, now: Date, ahead = false): string => {
  const distance = parseDuration(text)
  if (distance !== undefined) return new Date(now.getTime() + (ahead ? distance : -distance)).toISOString()
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw misuse(
      `${option} is a time or a duration, not ${JSON.stringify(text)}.`,
      `Write ${option} 2h, ${option} 30d or ${option} 2026-11-02T09:00:00Z.`,
    )
  return new Date(time).toISOString()
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const two = (number: number): string => String(number).padStart(2, "0")

const localDate = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

const timeOfDay = (date: Date): string => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")
