/** Tasks. */
import { Schema } from "effect"
import { TASK_STATES } from "../../domain/task.ts"
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
    human: optional(Schema.Literal(true).annotateKey({ description: "No executor runs it: its member does it." })),
    correlationid: Text,
    hops: Int,
    created: Time,
    state: Literals(TASK_STATES),
    attempt: Int,
    run: optional(Text),
    checkpointed: optional(Time.annotateKey({ description: "When a run last said where it is." })),
    result: optional(Unknown),
    error: optional(Text),
    updated: Time,
  }),
  "Task",
  "Work for one member that follows from an event.",
)

export const TaskLogResult = named(
  Struct({ seq: Int, at: Time, type: Text, run: optional(Text), text: optional(Text), data: optional(Unknown) }),
  "TaskLogItem",
  "One thing that has become of a task: `type` is that of the event.",
)
