/** Is a proposal decided? A pure function of its frozen electorate, its rule and the votes cast. */
import type { Resolution } from "../domain/contract.ts"

export interface Ballot {
  readonly approve: number
  readonly deny: number
  readonly abstain: number
  /** Electors who can still vote. */
  readonly open: number
  /** Of the frozen electorate; stays when a member leaves. */
  readonly electors: number
}

export type Tally = "open" | "succeeded" | "defeated"

/** Approvals that the rule asks for, of so many electors. */
export const neededApprovals = (resolution: Resolution, electors: number): number => {
  switch (resolution.kind) {
    case "approvals":
      return resolution.approvals
    case "majority":
      return Math.floor(electors / 2) + 1
    case "unanimous":
      return electors
    case "supermajority":
      return Math.ceil(electors * resolution.fraction)
    case "plurality":
      return Number.POSITIVE_INFINITY
  }
}

/** Succeeds the moment the rule is met; is defeated the moment the votes that remain cannot meet it. */
export const tally = (resolution: Resolution, ballot: Ballot): Tally => {
  const needed = neededApprovals(resolution, ballot.electors)
  if (needed >= 1 && ballot.approve >= needed) return "succeeded"
  return ballot.approve + ballot.open < needed || needed < 1 ? "defeated" : "open"
}
