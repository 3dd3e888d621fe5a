/** Proposals, votes and holds as records carry them. */
import type { Actor } from "./event.ts"
import type { Otherwise, Resolution } from "./contract.ts"

export type ProposalState = "active" | "succeeded" | "defeated" | "expired" | "cancelled"

/** Everything that is frozen when a proposal opens: the data of `proposal.opened`. */
export interface Proposal {
  readonly id: string
  readonly org: string
  /** The hold that it is a requirement of. */
  readonly hold: string
  /** Full name and version of the contract; the daemon's own bounds use `charter/bounds`. */
  readonly contract: string
  readonly version: string
  readonly revision: string
  /** Place of the effect in the contract's `then`. */
  readonly effect: number
  readonly kind: "approval" | "votes"
  /** One sentence: what is asked. */
  readonly question: string
  readonly electorate: ReadonlyArray<Elector>
  readonly resolution: Resolution
  readonly otherwise: Otherwise
  /** RFC 3339; a deadline is reached at exactly this time. */
  readonly opened: string
  readonly deadline: string
  /** SHA-256, hex, of RFC 8785 over `{ org, onbehalf, type, subject, data }` of the held event. */
  readonly digest: string
  readonly requester: string
}

export interface Elector {
  readonly name: string
  readonly kind: "human" | "agent"
  readonly weight: number
  /** Where the elector is a member; who has left it meanwhile cannot vote. Absent for a human who is named himself. */
  readonly org?: string
}

export type Choice = "approve" | "deny" | "abstain"

/** The data of `vote.cast`. */
export interface Vote {
  readonly proposal: string
  readonly by: string
  readonly choice: Choice
  readonly reason?: string
}

export type HoldState = "held" | "released" | "denied" | "expired" | "cancelled"

/** The data of `hold.opened`. */
export interface Hold {
  readonly id: string
  readonly org: string
  /** Id, source and sequence number of the held event. */
  readonly event: string
  readonly source: string
  readonly seq: number
  readonly type: string
  readonly proposals: ReadonlyArray<string>
  readonly requester: Actor
  readonly opened: string
}

/** Event types that end a hold, and the state they leave it in. */
export const HOLD_ENDS: Readonly<Record<string, Exclude<HoldState, "held"> | undefined>> = {
  "hold.released": "released",
  "hold.denied": "denied",
  "hold.expired": "expired",
  "hold.cancelled": "cancelled",
}
