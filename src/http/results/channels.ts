/** Messages. */
import { Schema } from "effect"
import { ActorKind, named, optional, texts, Time } from "./parts.ts"

const { Struct, Int, String: Text } = Schema

export const MessageResult = named(
  Struct({
    id: Text,
    org: Text,
    from: Text,
    fromkind: ActorKind,
    at: Time,
    channel: optional(Text),
    to: optional(Text),
    text: Text,
    mentions: optional(texts),
    unmentioned: optional(Int),
    resource: optional(Text),
    bytes: optional(Int),
  }),
  "Message",
  "Text in a channel or to a member. `resource`: the hash under which the whole of a long text is kept.",
)
