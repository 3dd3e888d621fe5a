/** The daemon itself. */
import { Schema } from "effect"
import { DiagnosticResult } from "./contracts.ts"
import { named, texts, Time } from "./parts.ts"

const { Struct, Array: list, Int, Literals, String: Text } = Schema

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
    workspace: Text,
    diagnostics: list(DiagnosticResult),
    warnings: texts,
  }),
  "Status",
  "How the daemon is.",
)

export const ConfirmResult = Struct({ revision: Text })

export const ShutdownResult = Struct({ state: Schema.Literal("draining") })
