/** The answer to an event. */
import { Schema } from "effect"
import { HoldStateName, named, optional, texts, VerdictName } from "./parts.ts"

const { Struct, Int, String: Text } = Schema

export const PublishResult = named(
  Struct({
    id: Text,
    seq: Int,
    org: Text,
    verdict: VerdictName,
    hold: optional(Text),
    holdState: optional(HoldStateName),
    proposals: optional(texts),
    tasks: optional(texts),
    contracts: texts,
    revision: Text,
    reason: optional(Text),
    duplicate: optional(Schema.Literal(true)),
  }),
  "Published",
  "The answer to an event: its verdict, why, and what follows. `duplicate`: the same event had been published before.",
)
