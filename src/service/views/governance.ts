/** Proposals of members, delegations, and standing approvals. */
import type { Delegation } from "../../domain/proposal.ts"
import type { MotionMap } from "../../language/schemas/motion.ts"

/** A proposal that a member opens, in the notation of `require_votes`. */
export type ProposalRequest = (typeof MotionMap)["Type"] & {
  /** The same id twice is one request. */
  readonly id?: string
  readonly org?: string
}

export interface DelegationView extends Delegation {
  readonly org: string
}

/** An approval that repeats itself, `left` times more at most. */
export interface StandingView {
  /** The vote that gave it. */
  readonly id: string
  readonly by: string
  readonly contract: string
  /** Whose events it approves. */
  readonly requester: string
  readonly type: string
  readonly until: string
  readonly left: number
  readonly org: string
}
