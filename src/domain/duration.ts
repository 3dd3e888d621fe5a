/** Durations as contracts write them: a number and one unit, or several in a row (`90s`, `1h30m`, `2w`). */
import { amount } from "./amount.ts"

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g

/** Milliseconds of `text`, or `undefined` where it is no duration or is not longer than zero. */
export const parseDuration = (text: string): number | undefined => {
  if (!WHOLE.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(PART)) total += Number(count) * UNIT_MS[unit as string]!
  return total > 0 && Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined
}

/** The shortest text that {@link parseDuration} reads back as the same number of milliseconds: `5400000` → `1h30m`. */
export const formatDuration = (milliseconds: number): string => {
  let rest = Math.round(milliseconds)
  if (rest <= 0) return "0s"
  let text = ""
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const size = UNIT_MS[unit]!
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text
}

const WORDS: ReadonlyArray<readonly [string, number]> = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
  ["millisecond", 1],
]

/** For sentences: `86400000` → `1 day`, `5400000` → `1 hour 30 minutes`; `24h` stays `24 hours` only up to one day. */
export const durationInWords = (milliseconds: number): string => {
  let rest = Math.round(milliseconds)
  const parts: Array<string> = []
  for (const [word, size] of WORDS) {
    if (word === "week" && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(amount(count, word))
    rest -= count * size
  }
  return parts.length === 0 ? "no time" : parts.join(" ")
}
