/** The small schemas that requests are made of. */
import { Schema } from "effect"
import { parseDuration } from "../domain/duration.ts"
import { isEventPattern } from "../domain/eventTypes.ts"
import { isCursor } from "../service/cursor.ts"
import {
  DEFAULT_LISTED_ROWS,
  MAX_LISTED_ROWS,
  MAX_MARKED_ITEMS,
  MAX_NAME_LENGTH,
  MAX_REASON_LENGTH,
  MAX_WAIT_MS,
} from "./limits.ts"

/** Whole or in days, with `Z` or an offset: RFC 3339. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/

/** An id, a name, a cursor. */
export const Name = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (text.length > 0 && text.length <= MAX_NAME_LENGTH && !CONTROL_CHARACTERS.test(text)) ||
      `Expected 1 to ${MAX_NAME_LENGTH} characters, none of them control characters`,
  ),
)

/** Where a list or a stream goes on; empty: from the start. */
export const Cursor = Schema.String.check(
  Schema.makeFilter((text: string) => isCursor(text) || "Expected a cursor, as lists and streams give them out"),
)

export const Instant = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (INSTANT.test(text) && Number.isFinite(Date.parse(text))) || "Expected a time such as 2026-01-31T09:30:00Z",
  ),
)

export const EventPattern = Schema.String.check(
  Schema.makeFilter(
    (text: string) => isEventPattern(text) || "Expected an event type or a pattern such as deploy.* or github.**",
  ),
)

export const Reason = Schema.String.check(Schema.isMaxLength(MAX_REASON_LENGTH))

/** `30s`; at most what a request may wait. */
export const Wait = Schema.String.check(
  Schema.makeFilter((text: string) => {
    const ms = parseDuration(text)
    return (
      (ms !== undefined && ms <= MAX_WAIT_MS) || `Expected a duration such as 30s, at most ${MAX_WAIT_MS / 60_000}m`
    )
  }),
)

export const Limit = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LISTED_ROWS) ||
      `Expected a whole number from 1 to ${MAX_LISTED_ROWS}`,
  ),
)

export const limitOf = (text: string | undefined): number => (text === undefined ? DEFAULT_LISTED_ROWS : Number(text))

export const Files = Schema.Record(Name, Schema.String)

export const Acknowledgement = Schema.Struct({
  /** Ids. */
  items: Schema.Array(Name).check(Schema.isMinLength(1), Schema.isMaxLength(MAX_MARKED_ITEMS)),
  state: Schema.optionalKey(Schema.Literals(["seen", "acknowledged"])),
})
