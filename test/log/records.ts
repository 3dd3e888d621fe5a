/** Records for the tests of the log. */
import type { Event } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"

export const START = Date.parse("2026-11-02T09:00:00.000Z")

/** A small record that stands at `seq`; `event` and `decision` override what it holds. */
export const record = (
  org: string,
  seq: number,
  event: Partial<Event> = {},
  decision?: LogRecord["decision"],
): LogRecord => {
  const id = event.id ?? `e-${seq}`
  const made: Event = {
    id,
    source: "/test",
    type: "deploy.requested",
    time: new Date(START + seq * 1000).toISOString(),
    org,
    actor: { name: "dana", kind: "human", roles: ["lead"] },
    correlationid: id,
    ...event,
    seq,
  }
  return decision === undefined ? { event: made } : { event: made, decision }
}

export const allowed: NonNullable<LogRecord["decision"]> = {
  v: 1,
  verdict: "allow",
  rule: "default",
  revision: "r1",
  outcomes: [],
  contracts: [],
}

/** A run of records from `from` on. */
export const run = (org: string, from: number, count: number): ReadonlyArray<LogRecord> =>
  Array.from({ length: count }, (_, index) => record(org, from + index))
