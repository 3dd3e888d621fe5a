/** What is open in an organization. */
import { Schema } from "effect"
import { named, optional, texts, Time } from "./parts.ts"
import { standing } from "./standing.ts"

const { Struct, Array: list, Finite, Int, Literals, String: Text } = Schema

export const StateResult = named(
  Struct({
    org: Text,
    seq: Int,
    time: optional(Time),
    revision: Text,
    holds: list(
      Struct({
        id: Text,
        event: Text,
        type: Text,
        actor: Text,
        opened: Time,
        proposals: texts,
        until: optional(Time),
      }),
    ),
    proposals: list(
      Struct({ id: Text, question: Text, deadline: Time, votes: list(Struct({ by: Text, choice: Text })) }),
    ),
    tasks: list(
      Struct({
        id: Text,
        member: Text,
        event: Text,
        state: Literals(["queued", "running", "waiting"]),
        attempt: Int,
      }),
    ),
    runs: list(
      Struct({ id: Text, task: Text, member: Text, started: Time, usd: Finite, tokens: Finite, turns: Finite }),
    ),
    delegations: list(Struct({ id: Text, from: Text, to: Text, on: Text, expires: Text })),
    standing: list(Struct(standing)),
    agents: list(Struct({ name: Text, since: Time, stopped: optional(Text), next: optional(Time) })),
    documents: list(Struct({ name: Text, version: Int })),
    changes: list(Struct({ id: Text, state: Literals(["waiting", "allowed", "refused"]), stuck: optional(Text) })),
  }),
  "State",
  "What is open in an organization after the record `seq`, which was written at `time`: all that decisions look at beside the rules.",
)
