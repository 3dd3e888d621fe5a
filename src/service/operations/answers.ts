/** Decisions as the answers that publishers get. */
import type { LogRecord } from "../../domain/record.ts"
import type { PublishAnswer } from "../views/events.ts"

export const answerOf = (event: LogRecord["event"], decision: LogRecord["decision"]): PublishAnswer => ({
  id: event.id,
  seq: event.seq,
  org: event.org,
  verdict: decision?.verdict ?? "allow",
  ...(decision?.hold === undefined ? undefined : { hold: decision.hold }),
  ...(decision?.verdict === "hold" ? { holdState: "held" as const } : undefined),
  ...(decision?.proposals === undefined ? undefined : { proposals: decision.proposals }),
  ...(decision?.tasks === undefined ? undefined : { tasks: decision.tasks }),
  contracts: decision?.contracts ?? [],
  revision: decision?.revision ?? "",
  ...(decision?.reason === undefined ? undefined : { reason: decision.reason }),
})

/** What a hold has come to since the event was decided. */
export const presentState = (
  state: NonNullable<PublishAnswer["holdState"]>,
  reason: string | undefined,
): Partial<PublishAnswer> => ({
  holdState: state,
  verdict: state === "held" ? "hold" : state === "released" ? "allow" : state === "expired" ? "expired" : "deny",
  ...(reason === undefined ? undefined : { reason }),
})
