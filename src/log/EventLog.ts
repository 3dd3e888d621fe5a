/**
 * The log port: what Charter asks of whatever keeps its events.
 *
 * The unit is a commit: all records of one turn of one organization's mailbox, written whole or not at all. Sequence
 * and hash chain are per organization; the place in the whole log is an opaque cursor. One writer at a time per
 * organization, by epoch. Nothing here is beyond what one subject per organization on NATS JetStream can hold.
 */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { LogRecord } from "../domain/record.ts"

/** The log could not be read or written. Nothing has happened; the caller may try again. */
export class LogUnavailable extends Schema.TaggedError<LogUnavailable>()("LogUnavailable", {
  operation: Schema.String,
  reason: Schema.String,
}) {
  override get message(): string {
    return `the log cannot ${this.operation}: ${this.reason}`
  }
}

/** Somebody else has written meanwhile, or a newer writer holds the organization. Read on and decide anew. */
export class AppendConflict extends Schema.TaggedError<AppendConflict>()("AppendConflict", {
  org: Schema.String,
  expected: Schema.Finite,
  actual: Schema.Finite,
  fenced: Schema.Boolean,
}) {
  override get message(): string {
    return this.fenced
      ? `another writer has taken over ${this.org}`
      : `${this.org} is at ${this.actual}, not at ${this.expected}`
  }
}

/** What a writer needs to go on with an organization. */
export interface Opened {
  /** Sequence number of the last record; 0 where there is none. */
  readonly position: number
  /** Appends of an older epoch are refused from now on. */
  readonly epoch: number
  /** The newest snapshot, if any: state of the kernel at `position`, as `kernel/snapshot` encodes it. */
  readonly snapshot?: { readonly position: number; readonly version: number; readonly body: string }
}

export interface Appended {
  /** Sequence number of the last record written. */
  readonly position: number
  /** Place of the last record in the whole log. */
  readonly cursor: string
}

export interface Stored {
  readonly record: LogRecord
  readonly cursor: string
}

export interface ReadFilter {
  readonly org?: string
  /** Event patterns; one must match. */
  readonly types?: ReadonlyArray<string>
  /** RFC 3339; records at or after it. */
  readonly since?: string
  readonly correlationid?: string
}

export interface Page {
  readonly items: ReadonlyArray<Stored>
  /** Cursor to go on from; also where there is nothing more yet. */
  readonly next: string
  /** True where the end of the log was reached. */
  readonly end: boolean
}

export interface Source {
  /** SHA-256 of the text, hex. */
  readonly hash: string
  readonly text: string
}

export interface VerifyReport {
  readonly organizations: number
  readonly records: number
  /** Empty where the whole chain verifies; else the first bad record of each organization. */
  readonly broken: ReadonlyArray<{ readonly org: string; readonly seq: number; readonly what: string }>
}

export class EventLog extends Context.Service<
  EventLog,
  {
    /** Takes the organization for writing: a new epoch, and where to go on. */
    readonly open: (org: string) => Effect.Effect<Opened, LogUnavailable>
    /**
     * Writes one commit; succeeds only when it is durable. `expected` is the position before it. The records' `seq`
     * must be `expected + 1`, `expected + 2`, ... Projections are brought up to date in the same commit or before
     * {@link waitFor} of its cursor succeeds.
     */
    readonly append: (
      org: string,
      expected: number,
      epoch: number,
      commit: ReadonlyArray<LogRecord>,
    ) => Effect.Effect<Appended, AppendConflict | LogUnavailable>
    /** Records of one organization after `position`, in order, at most `limit`. */
    readonly read: (
      org: string,
      position: number,
      limit: number,
    ) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable>
    /** Records of all organizations after `cursor` (`""`: from the start), in log order, at most `limit`. */
    readonly page: (filter: ReadFilter, cursor: string, limit: number) => Effect.Effect<Page, LogUnavailable>
    /** The newest records first, at most `limit`, before `cursor` (`""`: from the end). */
    readonly latest: (filter: ReadFilter, cursor: string, limit: number) => Effect.Effect<Page, LogUnavailable>
    /** By organization, source and id: how a repeated publish is recognised, for ever. Synchronous and under 0.1 ms. */
    readonly find: (org: string, source: string, id: string) => LogRecord | undefined
    /** Every record whose event has this id, of any organization and source. Rarely more than one. */
    readonly findById: (id: string) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable>
    readonly get: (org: string, seq: number) => Effect.Effect<LogRecord | undefined, LogUnavailable>
    /** Succeeds when readers of projections can see everything up to `cursor`. */
    readonly waitFor: (cursor: string) => Effect.Effect<void, LogUnavailable>
    /** Everything after `cursor`, then what comes, for as long as it is read. A slow reader lags by its cursor. */
    readonly follow: (filter: ReadFilter, cursor: string) => Stream.Stream<Stored, LogUnavailable>
    /**
     * Has the log come as far as `cursor`? No: the cursor is another log's, or of records that this one has lost by a
     * restore, and nothing comes after it before the log has grown past it.
     */
    readonly reaches: (cursor: string) => Effect.Effect<boolean, LogUnavailable>
    /** Cursor of the end of the log now. */
    readonly end: Effect.Effect<string, LogUnavailable>
    readonly saveSnapshot: (
      org: string,
      snapshot: { readonly position: number; readonly version: number; readonly body: string },
    ) => Effect.Effect<void, LogUnavailable>
    /** Keeps texts by their hash, for ever. Idempotent. */
    readonly archive: (sources: ReadonlyArray<Source>) => Effect.Effect<void, LogUnavailable>
    readonly source: (hash: string) => Effect.Effect<string | undefined, LogUnavailable>
    readonly organizations: Effect.Effect<ReadonlyArray<string>, LogUnavailable>
    readonly verify: Effect.Effect<VerifyReport, LogUnavailable>
  }
>()("charter/log/EventLog") {}
