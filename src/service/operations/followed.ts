/** Commands with a span of their own, from the door to the answer, where traces are recorded. */
import { Effect, Exit } from "effect"
import { isRefusal } from "../../domain/refusal.ts"
import type { Command } from "../../kernel/command.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import { CurrentSpan, type TraceSpan } from "../../observability/Tracing.ts"
import type { Submitted } from "../../supervision/Mailboxes.ts"
import type { Identity } from "../identity.ts"
import type { Dependencies } from "./dependencies.ts"

/**
 * Asks a mailbox. An event that names a trace goes on with that one; else the door's caller has named one; else the run
 * that asks is part of one. What an event does not say itself the log then has from here.
 */
export const submitFollowed = (
  { mailboxes, tracing }: Dependencies,
  org: string,
  command: Command,
  identity?: Identity,
): Effect.Effect<Submitted, LogUnavailable> => {
  const said = command.kind === "publish" ? command.event.traceparent : undefined
  if (tracing === undefined)
    return mailboxes.submit(org, said === undefined ? withTrace(command, identity?.traceparent) : command)
  return Effect.flatMap(CurrentSpan, (door) => {
    const ofRun = door === undefined || door.isRoot ? identity?.traceparent : undefined
    const parent = said ?? ofRun ?? door
    const span = tracing.begin(nameOf(command), {
      parent,
      links: door === undefined || parent === door ? [] : [door],
      attributes: attributesOf(org, command),
    })
    const sent = said === undefined ? withTrace(command, span.traceparent) : command
    return Effect.onExit(mailboxes.submit(org, sent, span), (exit) => Effect.sync(() => end(span, exit)))
  })

  function end(span: TraceSpan, exit: Exit.Exit<Submitted, LogUnavailable>): void {
    if (span.committedAt !== undefined) tracing!.begin("reply", { parent: span, from: span.committedAt }).end()
    if (Exit.isFailure(exit)) return span.end({ problem: "nothing was written" })
    if (isRefusal(exit.value)) span.set({ "charter.refused": exit.value.type })
    span.end()
  }
}

const withTrace = (command: Command, traceparent: string | undefined): Command =>
  command.kind !== "publish" || traceparent === undefined
    ? command
    : { ...command, event: { ...command.event, traceparent } }

const nameOf = (command: Command): string => {
  if (command.kind === "publish") return `event ${command.event.type}`
  return command.kind === "report" ? `report ${command.type}` : command.kind
}

const attributesOf = (org: string, command: Command) => ({
  "charter.organization": org,
  ...(command.kind === "publish"
    ? { "charter.event.id": command.event.id, "charter.event.type": command.event.type }
    : undefined),
})
