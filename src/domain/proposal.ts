/** Proposals, votes and holds as records carry them. */
import type { Actor, Requester } from "./event.ts"
import type { Otherwise, Resolution } from "./contract.ts"
import { table } from "./table.ts"

export const PROPOSAL_STATES = ["active", "succeeded", "defeated", "expired", "cancelled"] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

/** Everything that is frozen when a proposal opens: the data of `proposal.opened`. */
export interface Proposal {
  readonly id: string
  readonly org: string
  /** The hold that it is a requirement of; absent where a member opened it. */
  readonly hold?: string
  /**
   * Full name and version of the contract; the daemon's own rules are
   * `charter/bounds` and `charter/changes`, members open them as `charter/members`.
   */
  readonly contract: string
  readonly version: string
  readonly revision: string
  /** Place of the effect in the contract's `then`. */
  readonly effect: number
  readonly kind: "approval" | "votes" | MotionKind
  /** A member opened it: no event waits for it, and nothing that a contract asks for is met by it. */
  readonly motion?: Motion
  /** One sentence: what is asked. */
  readonly question: string
  /** Everybody who may vote, those of escalation levels included. */
  readonly electorate: ReadonlyArray<Elector>
  readonly resolution: Resolution
  /** Over whom `majority`, `supermajority` and `unanimous` count. Absent: `electorate`. */
  readonly of?: "electorate" | "cast"
  /** Voters without whom nothing is decided. */
  readonly quorum?: number
  /** Whose `deny` decides at once, whether electors or not. */
  readonly vetoers?: ReadonlyArray<Elector>
  /** Milliseconds between success and release, during which a veto or a cancel still works. */
  readonly delay?: number
  /** Paths into `data` that must be equal for a standing approval; absent: all of `data`. */
  readonly same?: ReadonlyArray<string>
  /** What the people of later levels are told when they join. */
  readonly levels?: ReadonlyArray<{ readonly at: string; readonly message?: string }>
  /** The proposal that ran out of time, in whose place this one stands. */
  readonly escalates?: string
  readonly otherwise: Otherwise
  /** RFC 3339; a deadline is reached at exactly this time. */
  readonly opened: string
  readonly deadline: string
  /** SHA-256, hex, of RFC 8785 over `{ org, onbehalf, type, subject, data }` of the held event, or of the request. */
  readonly digest: string
  readonly requester: string
}

export const MOTION_KINDS = ["approval", "decision", "election", "assignment"] as const
export type MotionKind = (typeof MOTION_KINDS)[number]

/** What a proposal that a member opened has in place of a hold. */
export interface Motion {
  /** Id and sequence number of the `proposal.open.requested` that asked for it. */
  readonly event: string
  readonly seq: number
  readonly by: Requester
  readonly correlationid: string
  /** The trace of the request. */
  readonly traceparent?: string
  /** How many tasks and mentions of the correlation lead to it; absent is 0. */
  readonly hops?: number
  /** All humans of the organization were asked, and more than half of them have to agree or to vote. */
  readonly binding: boolean
  /** `election`: whose owner is elected. */
  readonly document?: string
  /** `assignment`: what the winner is asked to do. */
  readonly goal?: string
  /** The only candidate: the vote is for or against. */
  readonly candidate?: string
}

export interface Elector {
  readonly name: string
  /** `operator`: stands for all of them; none votes, each may accept. */
  readonly kind: "human" | "agent" | "operator"
  readonly weight: number
  /** RFC 3339: joins only then, as an escalation level. Such electors raise no threshold. */
  readonly joins?: string
  /** Where the elector is a member; who has left it meanwhile cannot vote. Absent for a human who is named himself. */
  readonly org?: string
}

/** `approve`, `deny`, `abstain`, or an option of a plurality. */
export type Choice = string

/** The data of `vote.cast`. */
export interface Vote {
  readonly proposal: string
  readonly by: string
  readonly choice: Choice
  readonly reason?: string
  /** The elector approves the same kind again by himself, for so long and so often at most. */
  readonly standing?: StandingTerms
  /** Cast by a standing approval: the vote that gave it. */
  readonly bystanding?: string
}

export interface StandingTerms {
  /** RFC 3339. */
  readonly until: string
  readonly max: number
}

/** The data of `delegation.created`. From one human elector to another. */
export interface Delegation {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Event pattern of the held events that it is for. */
  readonly on: string
  readonly expires: string
}

export const HOLD_STATES = ["held", "released", "denied", "expired", "cancelled"] as const
export type HoldState = (typeof HOLD_STATES)[number]

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
  /** RFC 3339: waits for room, not for anybody, and is decided afresh then. */
  readonly until?: string
}

/** Event types that end a hold, and the state they leave it in. */
export const HOLD_ENDS: Readonly<Record<string, Exclude<HoldState, "held"> | undefined>> = table({
  "hold.released": "released",
  "hold.denied": "denied",
  "hold.expired": "expired",
  "hold.cancelled": "cancelled",
})
