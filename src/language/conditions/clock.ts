/** The `clock` fact: a point in time as the clock on a wall shows it. */
import { FactUnavailable } from "../facts.ts"
import { WEEKDAYS } from "./factFields.ts"

export interface Clock {
  /** Lower-case English. */
  readonly weekday: (typeof WEEKDAYS)[number]
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** 0 to 23. */
  readonly hour: number
  readonly minute: number
}

/** Zones whose offsets are remembered. */
const MAX_ZONES = 1024
const SLOT_MS = 3_600_000
const MINUTE_MS = 60_000

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** Start of the hour (UTC) whose offset is known, and that offset; NaN where it changes within the hour. */
  slot: number
  offset: number
  /** The minute (UTC, in ms) that `clock` shows. */
  minute: number
  clock: Clock
}

const zones = new Map<string, Zone>()

/**
 * @param now ms since 1970
 * @param timezone IANA name
 * @throws {FactUnavailable} for a zone that does not exist
 */
export const clockAt = (now: number, timezone: string): Clock => {
  const zone = zones.get(timezone) ?? addZone(timezone)
  // Within one minute of UTC the offset does not change: transitions lie on whole minutes since 1972.
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS
  if (zone.minute !== minute) {
    zone.clock = clockOf(minute + offsetAt(zone, minute))
    zone.minute = minute
  }
  return zone.clock
}

export const isTimeZone = (name: unknown): boolean => {
  if (typeof name !== "string") return false
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** Milliseconds that the zone's clocks are ahead of UTC. Looked up once an hour of log time, or each time where it changes. */
const offsetAt = (zone: Zone, instant: number): number => {
  const slot = Math.floor(instant / SLOT_MS) * SLOT_MS
  if (zone.slot !== slot) {
    const before = lookUp(zone.format, slot)
    zone.offset = before === lookUp(zone.format, slot + SLOT_MS - 1000) ? before : Number.NaN
    zone.slot = slot
  }
  return Number.isNaN(zone.offset) ? lookUp(zone.format, instant) : zone.offset
}

const lookUp = (format: Intl.DateTimeFormat, instant: number): number => {
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
}

const clockOf = (local: number): Clock => {
  const date = new Date(local)
  return Object.freeze({
    weekday: WEEKDAYS[date.getUTCDay()]!,
    date: date.toISOString().slice(0, 10),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  })
}

const addZone = (timezone: string): Zone => {
  if (!isTimeZone(timezone)) throw new FactUnavailable("clock", `There is no time zone ${JSON.stringify(timezone)}.`)
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  const zone = { format, slot: Number.NaN, offset: 0, minute: Number.NaN, clock: clockOf(0) }
  if (zones.size >= MAX_ZONES) zones.clear()
  zones.set(timezone, zone)
  return zone
}
