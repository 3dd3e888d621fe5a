/** Records as the columns of `records` hold them. */
import type { Decision } from "../../domain/decision.ts"
import type { Event } from "../../domain/event.ts"
import type { LogRecord } from "../../domain/record.ts"
import { text, textOf } from "./database.ts"

/** What {@link decodeRecord} reads. An erased payload reads as absent. */
export const RECORD_COLUMNS = `${text("envelope")}, CASE typeof(data) WHEN 'text' THEN ${text("data")} END, ${text("decision")}`

export type RecordColumns = readonly [envelope: Uint8Array, data: Uint8Array | null, decision: Uint8Array | null]

export const decodeRecord = ([envelope, data, decision]: RecordColumns): LogRecord =>
  parseRecord(textOf(envelope), data === null ? null : textOf(data), decision === null ? null : textOf(decision))

export const parseRecord = (envelope: string, data: string | null, decision: string | null): LogRecord => {
  const event = JSON.parse(envelope) as Event & { data?: unknown }
  if (data !== null) event.data = JSON.parse(data)
  return decision === null ? { event } : { event, decision: JSON.parse(decision) as Decision }
}
