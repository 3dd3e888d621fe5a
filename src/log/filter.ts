/** {@link ReadFilter} as a test on one record: what every adapter answers in the end, whatever its indexes preselect. */
import type { LogRecord } from "../domain/record.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import type { ReadFilter } from "./EventLog.ts"

export const recordMatches = ({ org, types, since, correlationid }: ReadFilter): ((record: LogRecord) => boolean) => {
  const from = since === undefined ? undefined : Date.parse(since)
  return ({ event }) =>
    (org === undefined || event.org === org) &&
    (correlationid === undefined || event.correlationid === correlationid) &&
    (types === undefined || types.some((pattern) => typeMatches(pattern, event.type))) &&
    (from === undefined || Date.parse(event.time) >= from)
}
