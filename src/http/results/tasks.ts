/** Tasks. */
import { Schema } from "effect"
import { named, optional, texts, Time } from "./parts.ts"

const { Struct, Array: list, Int, Literals, String: Text, Unknown } = Schema

export const TaskResult = named(
  Struct({
    id: Text,
    org: Text,
    event: Text,
    eventSeq: Int,
    member: Text,
    contract: Text,
    effect: Int,
    place: Int,
    as: Literals(["sequence", "parallel", "first", "compete"]),
    goal: optional(Text),
    with: optional(Schema.Record(Text, Unknown)),
    rest: optional(texts),
    previous: optional(Text),
    escalations: optional(list(Struct({ at: Time, to: texts, message: optional(Text) }))),
    escalates: optional(Text),
    candidate: optional(Int),
    correlationid: Text,
    hops: Int,
    created: Time,
    state: Literals(["queued", "running", "waiting", "parked", "completed", "failed", "dead", "cancelled"]),
    attempt: Int,
    run: optional(Text),
    result: optional(Unknown),
    error: optional(Text),
    updated: Time,
  }),
  "Task",
  "Work for one member that follows from an event.",
)
