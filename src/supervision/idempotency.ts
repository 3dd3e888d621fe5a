/** Commands that have been carried out before: a publish by its source and id, others by the name that they bring. */
import { isDeepStrictEqual } from "node:util"
import { eventKey, type Incoming } from "../domain/event.ts"
import type { LogRecord } from "../domain/record.ts"
import { refuse } from "../domain/refusal.ts"
import type { Command } from "../kernel/command.ts"
import type { Turn } from "../kernel/turn.ts"
import type { EventLog } from "../log/EventLog.ts"
import type { Submitted } from "./Mailboxes.ts"

/** A repeated publish gets the first decision; the same key with other content is refused. */
export const executeOnce = (log: EventLog["Service"], turn: Turn, org: string, command: Command): Submitted => {
  if (command.kind !== "publish") return named(log, turn, org, command) ?? turn.execute(command)
  const { event } = command
  const known = command.fresh === true ? undefined : published(log, turn, event)
  if (known === undefined) return turn.execute(command)
  return sameContent(known, event)
    ? {
        event: known.event,
        ...(known.decision === undefined ? undefined : { decision: known.decision }),
        duplicate: true,
      }
    : refuse(
        "conflict",
        "event-differs",
        `${event.source} has published another event with the id "${event.id}" before`,
      )
}

/** What the same command has made before, where it says how that is called. */
const named = (log: EventLog["Service"], turn: Turn, org: string, command: Command): Submitted | undefined => {
  if (!("as" in command) || command.as === undefined) return undefined
  const known = published(log, turn, { org, ...command.as })
  return known === undefined ? undefined : { event: known.event, duplicate: true }
}

const published = (
  log: EventLog["Service"],
  turn: Turn,
  event: Pick<Incoming, "org" | "source" | "id">,
): LogRecord | undefined => {
  const key = eventKey(event)
  return turn.records.find((record) => eventKey(record.event) === key) ?? log.find(event.org, event.source, event.id)
}

const sameContent = ({ event }: LogRecord, again: Incoming): boolean =>
  event.type === again.type &&
  event.subject === again.subject &&
  event.actor.name === again.actor.name &&
  isDeepStrictEqual(event.data, again.data)
