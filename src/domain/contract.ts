/**
 * A contract in its one normal form: what every notation of the language expands to, and all that the kernel reads.
 * Durations are milliseconds, times are milliseconds since 1970, member names stand without `@`.
 */
import type { Position } from "./diagnostic.ts"

export type Mode = "enforce" | "shadow" | "off"

export interface Contract {
  /** `@scope/id`. */
  readonly fullName: string
  readonly id: string
  readonly name?: string
  readonly description?: string
  /** The organization, with `@`. */
  readonly scope: string
  /** Event patterns; an event that matches one of them matches. Never empty. */
  readonly on: ReadonlyArray<string>
  readonly when?: Condition
  /** In the order of the file. Never empty. */
  readonly then: ReadonlyArray<Effect>
  readonly mode: Mode
  readonly priority: number
  readonly owner?: string
  /** Validity: `from <= now < until`. */
  readonly from?: number
  readonly until?: number
  /** Hash of the content in normal form: the same rule in another notation has the same version. */
  readonly version: string
  /** Where it stands; no part of the version. */
  readonly position: Position
}

// ── conditions ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Condition = All | Any | Not | SharedCondition | Leaf
export interface All {
  readonly all: ReadonlyArray<Condition>
}
export interface Any {
  readonly any: ReadonlyArray<Condition>
}
export interface Not {
  readonly not: Condition
}
/** A condition of the organization's file, by name. */
export interface SharedCondition {
  readonly condition: string
}
/** json-rules-engine's leaf, after the short form has been expanded. */
export interface Leaf {
  readonly fact: FactName
  /** JSONPath. */
  readonly path?: string
  /** With its decorators: `someFact:in`. */
  readonly operator: string
  /** A plain value, or `{ fact, path, params }` to compare with another fact. */
  readonly value: unknown
  readonly params?: FactParams
}

export const FACT_NAMES = [
  "id",
  "type",
  "source",
  "subject",
  "time",
  "data",
  "correlation",
  "actor",
  "org",
  "clock",
  "count",
  "sum",
  "history",
  "run",
] as const
export type FactName = (typeof FACT_NAMES)[number]

/** Parameters of `count`, `sum`, `history` and `clock`. */
export interface FactParams {
  readonly of?: string
  readonly by?: string
  /** Milliseconds. */
  readonly within?: number
  readonly where?: Condition
  readonly since?: string
  /** JSONPath of the number that `sum` adds. */
  readonly value?: string
  /** Time zone of `clock`. */
  readonly tz?: string
}

// ── effects ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Effect = Allow | Deny | RequireApproval | RequireVotes | Limit | Budget | Route | Escalate | Emit | Notify

export type EffectKind = Effect["effect"]

export interface Allow {
  readonly effect: "allow"
}
export interface Deny {
  readonly effect: "deny"
  readonly reason: string
}

/** What becomes of a requirement or a limit that was not met. */
export type Otherwise = "deny" | "defer" | { readonly escalate: ReadonlyArray<EscalationLevel> }

export interface RequireApproval {
  readonly effect: "require_approval"
  readonly from: ReadonlyArray<Selector>
  readonly within: number
  readonly otherwise: Otherwise
  /** May the requester approve it too? */
  readonly self: boolean
}

export type Resolution =
  | { readonly kind: "approvals"; readonly approvals: number }
  | { readonly kind: "majority" }
  | { readonly kind: "supermajority"; readonly fraction: number }
  | { readonly kind: "unanimous" }
  | { readonly kind: "plurality"; readonly options: ReadonlyArray<string>; readonly tieBreak?: string }

export interface RequireVotes {
  readonly effect: "require_votes"
  readonly from: ReadonlyArray<Selector>
  readonly resolution: Resolution
  /** Over whom `majority`, `supermajority` and `unanimous` count. */
  readonly of: "electorate" | "cast"
  /** Voters, or a share of the electorate. Only with `of: cast`. */
  readonly quorum?: { readonly voters: number } | { readonly share: number }
  readonly weights?: "members" | Readonly<Record<string, number>>
  readonly veto?: ReadonlyArray<Selector>
  readonly delay?: number
  readonly within: number
  readonly otherwise: Otherwise
  readonly self: boolean
  /** JSONPaths into `data` that must be equal for a standing approval. */
  readonly same?: ReadonlyArray<string>
}

/** One part of a limit's or budget's key. */
export type KeyPart =
  | { readonly kind: "actor" | "org" | "subject" | "run" | "correlation" }
  /** JSONPath into `data`. */
  | { readonly kind: "data"; readonly path: string }

export interface Limit {
  readonly effect: "limit"
  readonly max: number
  readonly within: number
  /** Empty: one bucket for all. */
  readonly per: ReadonlyArray<KeyPart>
  /** Only with `gcra`: how many may come at once. */
  readonly burst?: number
  /** Units that one event takes: a number, or a JSONPath into `data`. Default 1. */
  readonly cost: number | { readonly path: string }
  readonly algorithm: "sliding" | "gcra"
  readonly otherwise: Otherwise
}

export interface Budget {
  readonly effect: "budget"
  readonly unit: "usd" | "tokens" | "turns" | "minutes"
  readonly max: number
  readonly per: ReadonlyArray<KeyPart>
  readonly within: number
  readonly otherwise: Otherwise
}

export interface Route {
  readonly effect: "route"
  readonly to: ReadonlyArray<Selector>
  readonly as: "sequence" | "parallel" | "first" | "compete"
  /** What the receiver is asked to do; may hold `${{ path }}` into the event. */
  readonly goal?: string
  readonly with?: Readonly<Record<string, unknown>>
}

export interface EscalationLevel {
  readonly to: ReadonlyArray<Selector>
  readonly after?: number
  readonly message?: string
}

export interface Escalate {
  readonly effect: "escalate"
  readonly levels: ReadonlyArray<EscalationLevel>
}

/** At which verdicts an `emit` or `notify` speaks. */
export type Upon = ReadonlyArray<"allow" | "deny" | "hold" | "expired">

export interface Emit {
  readonly effect: "emit"
  readonly type: string
  readonly data?: unknown
  /** Absent: what the contract's own effects make of the event. */
  readonly upon?: Upon
}

export interface Notify {
  readonly effect: "notify"
  readonly to: ReadonlyArray<Selector>
  readonly message: string
  readonly upon?: Upon
}

/** Whom an effect means. `scope: true` looks in the contract's own organization instead of the event's. */
export type Selector =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "role"; readonly role: string; readonly scope: boolean }
  | { readonly kind: "members" | "humans" | "agents"; readonly scope: boolean }
  | { readonly kind: "creator" }
  /** Only in `notify`. */
  | { readonly kind: "channel"; readonly name: string }

/** Every proposal ends; this is when, where a contract does not say. */
export const DEFAULT_WITHIN_MS = 24 * 3_600_000
/** `history` looks this far back, where a condition does not say. */
export const DEFAULT_HISTORY_WITHIN_MS = 30 * 86_400_000
