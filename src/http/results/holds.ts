/** Holds. */
import { Schema } from "effect"
import { HoldStateName, named, optional, requester, texts, Time } from "./parts.ts"

const { Struct, Int, String: Text } = Schema

export const HoldResult = named(
  Struct({
    id: Text,
    org: Text,
    event: Text,
    source: Text,
    seq: Int,
    type: Text,
    proposals: texts,
    requester: Struct({ ...requester, onbehalf: optional(Struct(requester)) }),
    opened: Time,
    until: optional(Time),
    state: HoldStateName,
    reason: optional(Text),
    resolvedAt: optional(Time),
  }),
  "Hold",
  "An event that waits, or has waited.",
)
