/** The daemon itself. */
import { Schema } from "effect"
import { DiagnosticResult } from "./contracts.ts"
import { named, optional, texts, Time } from "./parts.ts"

const { Struct, Array: list, Int, Literals, String: Text } = Schema

const Runs = list(Struct({ run: Text, task: Text, member: Text, org: Text, since: Time }))

export const StatusResult = named(
  Struct({
    state: Literals(["starting", "running", "draining", "stopped"]),
    version: Text,
    pid: Int,
    startedAt: Time,
    revision: Text,
    contracts: Int,
    organizations: Int,
    openHolds: Int,
    openProposals: Int,
    openTasks: Int,
    runs: Struct({ running: Int, most: Int }),
    agents: Struct({ idle: Int, executing: Int, stopped: Int }),
    draining: optional(
      Struct({
        until: Time,
        runs: Runs,
      }).annotateKey({ description: "While it stops: the runs that it waits for, and for how long at most." }),
    ),
    workspace: optional(Text.annotateKey({ description: "The folder of the rules; for an operator." })),
    diagnostics: list(DiagnosticResult).annotateKey({
      description: "Why files that were changed are not in force; for an operator.",
    }),
    unwritable: optional(
      Text.annotateKey({
        description: "Why the log could not be written when that was last tried: nothing is decided until it can be.",
      }),
    ),
    warnings: texts,
  }),
  "Status",
  "How the daemon is.",
)

export const ConfirmResult = Struct({ revision: Text })

export const ShutdownResult = Struct({
  state: Schema.Literal("draining"),
  runs: Runs.annotateKey({ description: "Those that went on when it was asked." }),
})
