/**
 * What the schemas of answers are made of. With these nothing is decoded or checked while the daemon runs: the type of
 * every answer is held to its schema when it is compiled, and what is sent is held to it in tests.
 *
 * A reader takes members that it does not know: later versions may add some.
 */
import { Schema } from "effect"
import { VERDICTS } from "../../domain/decision.ts"
import { ACTOR_KINDS } from "../../domain/event.ts"
import { HOLD_STATES } from "../../domain/proposal.ts"

const { Literals, String: Text } = Schema

export const optional: typeof Schema.optionalKey = Schema.optionalKey
export const texts = Schema.Array(Text)

/** RFC 3339, UTC. */
export const Time = Text.annotate({ format: "date-time" })
export const VerdictName = Literals(VERDICTS)
export const ActorKind = Literals(ACTOR_KINDS)
export const MemberKind = Literals(["human", "agent"])
export const HoldStateName = Literals(HOLD_STATES)
export const Unit = Literals(["usd", "tokens", "turns", "minutes"])

/** Who asks, for himself. */
export const requester = { name: Text, kind: ActorKind, roles: texts, creator: optional(Text) }

export const named = <S extends Schema.Top>(schema: S, identifier: string, description: string) =>
  schema.annotate({ identifier, description })
