/** What is in an inbox. */
import { Schema } from "effect"
import { ActorKind, named, optional, Time } from "./parts.ts"

const { Struct, Literals, String: Text } = Schema

export const InboxItemResult = named(
  Struct({
    id: Text,
    org: Text,
    member: Text,
    kind: Literals(["message", "mention"]),
    message: Text,
    task: optional(Text),
    channel: optional(Text),
    from: Text,
    fromkind: ActorKind,
    text: Text,
    at: Time,
    state: Literals(["new", "seen", "acknowledged"]),
    seenAt: optional(Time),
    acknowledgedAt: optional(Time),
  }),
  "InboxItem",
  "What has reached a member: a message to him, or his mention in one.",
)
