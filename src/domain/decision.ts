/** The verdict on one event, with the compact evidence that its explanation is rendered from. */

export const VERDICTS = ["allow", "deny", "hold", "expired"] as const
export type Verdict = (typeof VERDICTS)[number]

/** What the contract's own effects make of the event; `none` where it has none that decides. */
export interface ContractOutcome {
  readonly contract: string
  /** Hash of the contract that spoke. */
  readonly version: string
  readonly verdict: Verdict | "none"
  /** Evaluated, never enforced. */
  readonly shadow?: true
  /** Which `limit` effects were looked at, by their place in `then`. */
  readonly limits?: ReadonlyArray<LimitUse>
}

export interface LimitUse {
  readonly effect: number
  readonly key: string
  /** Units in use before this event. */
  readonly used: number
  readonly max: number
  readonly cost: number
  readonly exceeded: boolean
  /** Log time in ms at which the same event would fit; only where it did not. */
  readonly freeAt?: number
  /** It did not fit, and its contract says what to do instead of denying: wait for room, or ask somebody. */
  readonly instead?: "defer" | "escalate"
  /** Of a budget: the unit, and what the run reserves of it. */
  readonly unit?: "usd" | "tokens" | "turns" | "minutes"
}

/** Which of the combination rules decided. */
export type DecidingRule =
  | "deny"
  | "limit"
  | "require"
  | "allow"
  | "default"
  /** What rules may make of one another: held for a human by the daemon itself, or denied where it cannot wait. */
  | "bound"
  /** A change of the rules to which no contract speaks: the daemon's own rule for those. */
  | "change"
  /** A contract whose facts could not be computed (a full cap): fails closed. */
  | "unavailable"
  | "released"
  | "defeated"
  | "expired"
  | "cancelled"

export interface Decision {
  /** Version of this record's shape. */
  readonly v: 1
  readonly verdict: Verdict
  readonly rule: DecidingRule
  /** Hash of the contract set that decided. */
  readonly revision: string
  /** Every contract that matched, in order of priority, then full name. */
  readonly outcomes: ReadonlyArray<ContractOutcome>
  /** Full names of those that made the verdict; empty where the organization's default did. */
  readonly contracts: ReadonlyArray<string>
  /** For whoever asked; absent where it was simply allowed. */
  readonly reason?: string
  /** Values of `count`, `sum`, `history` and `run` as they were seen, by fact key: they cannot be recomputed later. */
  readonly values?: Readonly<Record<string, unknown>>
  /** The verdict had shadow contracts been enforced; only where it differs. */
  readonly wouldBe?: Verdict
  readonly hold?: string
  /** RFC 3339: held for room only, and decided afresh then. */
  readonly until?: string
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
  readonly emits?: ReadonlyArray<string>
  /** Of a second decision: the revision under which the event was held, and the sequence number of that event. */
  readonly first?: { readonly revision: string; readonly seq: number }
}
