/**
 * The small schemas that requests are made of. A filter says in `toJsonSchema` what of it JSON Schema can say; the
 * contract test holds the two to each other.
 */
import { Schema } from "effect"
import { parseDuration } from "../domain/duration.ts"
import { isEventPattern, MAX_TYPE_LENGTH } from "../domain/eventTypes.ts"
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
const INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/

/** An id, a name, a cursor. */
export const Name = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (text.length > 0 && text.length <= MAX_NAME_LENGTH && !CONTROL_CHARACTERS.test(text)) ||
      `Expected 1 to ${MAX_NAME_LENGTH} characters, none of them control characters`,
    {
      toJsonSchema: () => ({
        minLength: 1,
        maxLength: MAX_NAME_LENGTH,
        pattern: String.raw`^[^\u0000-\u001f\u007f]*$`,
      }),
    },
  ),
)

/** Where a list or a stream goes on; empty: from the start. */
export const Cursor = Schema.String.check(
  Schema.makeFilter((text: string) => isCursor(text) || "Expected a cursor, as lists and streams give them out", {
    toJsonSchema: () => ({}),
    description: "A cursor, as lists and streams give them out; empty: from the start.",
    examples: ["", "12"],
  }),
)

export const Instant = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (INSTANT.test(text) && Number.isFinite(Date.parse(text))) || "Expected a time such as 2026-01-31T09:30:00Z",
    {
      toJsonSchema: () => ({ pattern: INSTANT.source }),
      description: "RFC 3339, or a day alone.",
      examples: ["2026-01-31T09:30:00Z", "2026-01-31"],
    },
  ),
)

export const EventPattern = Schema.String.check(
  Schema.makeFilter(
    (text: string) => isEventPattern(text) || "Expected an event type or a pattern such as deploy.* or github.**",
    {
      toJsonSchema: () => ({ minLength: 1, maxLength: MAX_TYPE_LENGTH, pattern: String.raw`^[A-Za-z0-9_*.-]+$` }),
      description:
        "An event type, or a pattern: `*` is any run of characters of one word, a last word `**` any words at all.",
      examples: ["deploy.requested", "deploy.*", "github.**"],
    },
  ),
)

export const Reason = Schema.String.check(Schema.isMaxLength(MAX_REASON_LENGTH))

/** `30s`; at most what a request may wait. */
export const Wait = Schema.String.check(
  Schema.makeFilter(
    (text: string) => {
      const ms = parseDuration(text)
      return (
        (ms !== undefined && ms <= MAX_WAIT_MS) || `Expected a duration such as 30s, at most ${MAX_WAIT_MS / 60_000}m`
      )
    },
    {
      toJsonSchema: () => ({ pattern: String.raw`^(\d+(\.\d+)?(ms|[smhd]))+$` }),
      description: `A duration of at most ${MAX_WAIT_MS / 60_000}m.`,
      examples: ["30s", "1m30s"],
    },
  ),
)

export const Limit = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LISTED_ROWS) ||
      `Expected a whole number from 1 to ${MAX_LISTED_ROWS}`,
    {
      toJsonSchema: () => ({ pattern: "^[0-9]{1,6}$" }),
      description: `A whole number from 1 to ${MAX_LISTED_ROWS}; ${DEFAULT_LISTED_ROWS} where nothing is said.`,
      examples: ["20"],
    },
  ),
)

export const limitOf = (text: string | undefined): number => (text === undefined ? DEFAULT_LISTED_ROWS : Number(text))

export const Files = Schema.Record(Name, Schema.String)

export const Acknowledgement = Schema.Struct({
  /** Ids. */
  items: Schema.Array(Name).check(Schema.isMinLength(1), Schema.isMaxLength(MAX_MARKED_ITEMS)),
  state: Schema.optionalKey(Schema.Literals(["seen", "acknowledged"])),
})

/** Of a document, from 1. */
export const Version = Schema.String.check(
  Schema.isPattern(/^[1-9]\d{0,14}$/u, { message: "Expected a whole number from 1" }),
)
