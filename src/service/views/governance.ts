/** Proposals of members, and delegations. */
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
