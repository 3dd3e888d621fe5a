/** What the log holds. */
import type { Decision } from "./decision.ts"
import type { Event } from "./event.ts"

/** One entry of an organization's log: an event and, where it was decided, the decision on it. */
export interface LogRecord {
  readonly event: Event
  readonly decision?: Decision
}

/** All records of one turn of one organization's mailbox. Written whole or not at all. */
export type Commit = ReadonlyArray<LogRecord>

/** Largest commit in bytes of its encoded form. */
export const MAX_COMMIT_BYTES = 512 * 1024
