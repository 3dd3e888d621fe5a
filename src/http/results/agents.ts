/** Agents. */
import { Schema } from "effect"
import { named, optional, texts, Time } from "./parts.ts"

const { Struct, Array: list, Finite, Int, Literals, String: Text } = Schema

export const AgentResult = named(
  Struct({
    name: Text,
    org: Text,
    roles: texts,
    executor: optional(Text),
    model: optional(Text),
    state: Literals(["idle", "executing", "stopped"]),
    stopped: optional(Struct({ by: Text, at: Time, reason: optional(Text) })),
    idleSince: optional(
      Time.annotateKey({ description: "Absent while something is queued, running, unread or being voted on." }),
    ),
    running: list(
      Struct({
        run: Text,
        task: Text,
        attempt: Int,
        since: Time,
        goal: optional(Text),
        usd: Finite,
        tokens: Finite,
        turns: Finite,
      }),
    ),
    runs: Int.annotateKey({ description: "Runs that it may have at the same time." }),
    queued: Int,
    waiting: Int,
    unread: Int.annotateKey({ description: "Messages and mentions, counted up to 100." }),
    limits: Struct({
      turns: optional(Int),
      usd: optional(Finite),
      minutes: optional(Finite),
      silence: optional(Text),
      retries: optional(Int),
    }),
    schedule: optional(
      Struct({
        every: optional(Text),
        cron: optional(Text),
        goal: optional(Text),
        next: optional(Time.annotateKey({ description: "When it is due, if nothing comes up." })),
      }),
    ),
  }),
  "Agent",
  "An agent of one organization: what it does now, what waits for it, and within which bounds.",
)
