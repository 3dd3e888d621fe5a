/** Points in time as `before` and `after` read them. */
import { nameOf, type Problem, wrongValue } from "./operator.ts"

// RFC 3339 `full-date`, alone or with a `full-time`.
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

/**
 * Milliseconds since 1970 of a number of milliseconds, an RFC 3339 time or an RFC 3339 date (midnight UTC); NaN, which
 * compares false with everything, for anything else. A leap second is the second before it.
 */
export const instantOf = (value: unknown): number => {
  if (typeof value === "number") return value
  if (typeof value !== "string" || value.length > MAX_TIME_LENGTH || !RFC_3339.test(value)) return Number.NaN
  const text =
    value.length === 10
      ? value
      : value
          .toUpperCase()
          .replace(" ", "T")
          .replace(/:60(?=[.Z+-])/, ":59")
  const instant = Date.parse(text)
  // `Date.parse` takes 30 February for 2 March.
  return new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(value.slice(8, 10)) ? instant : Number.NaN
}

/** Characters. */
const MAX_TIME_LENGTH = 64

export const checkInstant =
  (operator: string) =>
  (value: unknown): Problem | undefined =>
    Number.isFinite(instantOf(value))
      ? undefined
      : wrongValue(
          `\`${operator}\` needs a point in time, not ${nameOf(value)}.`,
          "Write an RFC 3339 time (2026-11-20T10:00:00Z), a date (2026-11-20), or milliseconds since 1970.",
        )
