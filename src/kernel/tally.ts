/** Is a proposal decided? A pure function of its frozen rule and of how its electors stand. */
import type { Resolution } from "../domain/contract.ts"

/** What is frozen when the proposal opens. */
export interface VotingRule {
  readonly resolution: Resolution
  /** Over whom `majority`, `supermajority` and `unanimous` count, and whether all are heard before anything is counted. */
  readonly of: "electorate" | "cast"
  /** Voters, `abstain` included, without whom nothing is decided. Only with `of: cast` and `plurality`. */
  readonly quorum?: number
  /** Heads and weight of those who are electors from the start: what a threshold is counted from. */
  readonly heads: number
  readonly weight: number
}

/** How one elector stands. */
export interface Standing {
  readonly weight: number
  /** `approve`, `deny`, `abstain` or an option; absent where there is no vote yet. */
  readonly choice?: string
  /** Can still cast one. */
  readonly open: boolean
}

export type Tally =
  | { readonly state: "open" }
  /** `option`: of a plurality, what won. */
  | { readonly state: "succeeded"; readonly option?: string }
  | { readonly state: "defeated" }
  /** Time is up, or everybody has voted, without the quorum. */
  | { readonly state: "expired" }

/** Approvals in heads that `approvals`, `majority` and `unanimous` ask for where heads are counted. */
export const neededApprovals = (resolution: Resolution, electors: number): number => {
  switch (resolution.kind) {
    case "approvals":
      return resolution.approvals
    case "majority":
      return Math.floor(electors / 2) + 1
    case "supermajority":
      return Math.ceil(electors * resolution.fraction - TOLERANCE)
    case "unanimous":
      return electors
    case "plurality":
      return 1
  }
}

/**
 * Over the electorate it succeeds the moment the rule is met, and is defeated the moment the votes that remain cannot
 * meet it; once `timeUp` it has not been met in time. Over the votes cast, and for a plurality, it is counted when all
 * have voted or `timeUp`.
 */
export const tally = (rule: VotingRule, standings: ReadonlyArray<Standing>, timeUp = false): Tally => {
  const { resolution } = rule
  if (resolution.kind === "plurality" || rule.of === "cast") return countCast(rule, standings, timeUp)
  const approve = sum(standings, ({ choice }) => choice === "approve")
  const open = sum(standings, (one) => one.choice === undefined && one.open)
  if (meets(rule, approve)) return timeUp ? EXPIRED : SUCCEEDED
  if (!meets(rule, { heads: approve.heads + open.heads, weight: approve.weight + open.weight })) return DEFEATED
  return timeUp ? EXPIRED : OPEN
}

const OPEN: Tally = { state: "open" }
const SUCCEEDED: Tally = { state: "succeeded" }
const DEFEATED: Tally = { state: "defeated" }
const EXPIRED: Tally = { state: "expired" }

/** A fraction such as 2/3 has no exact number: what is this near to it has reached it. */
const TOLERANCE = 1e-9

interface Sum {
  readonly heads: number
  readonly weight: number
}

const sum = (standings: ReadonlyArray<Standing>, of: (standing: Standing) => boolean): Sum => {
  let heads = 0
  let weight = 0
  for (const one of standings) {
    if (!of(one)) continue
    heads++
    weight += one.weight
  }
  return { heads, weight }
}

/** Is the rule met over the whole electorate with these approvals? Nothing is ever met by nobody, or by no weight. */
const meets = ({ resolution, heads, weight }: VotingRule, approve: Sum): boolean => {
  if (approve.heads === 0) return false
  switch (resolution.kind) {
    case "approvals":
      return resolution.approvals >= 1 && approve.heads >= resolution.approvals
    case "majority":
      return approve.weight * 2 > weight
    case "supermajority":
      return approve.weight > 0 && approve.weight >= weight * resolution.fraction - TOLERANCE
    case "unanimous":
      return approve.heads >= heads
    case "plurality":
      return false
  }
}

const countCast = (rule: VotingRule, standings: ReadonlyArray<Standing>, timeUp: boolean): Tally => {
  if (!timeUp && standings.some(({ choice, open }) => choice === undefined && open)) return OPEN
  const voters = sum(standings, ({ choice }) => choice !== undefined)
  if (voters.heads === 0 || voters.heads < (rule.quorum ?? 1)) return EXPIRED
  const { resolution } = rule
  if (resolution.kind === "plurality") return countOptions(resolution, standings)
  const approve = sum(standings, ({ choice }) => choice === "approve")
  const deny = sum(standings, ({ choice }) => choice === "deny")
  const cast: Sum = { heads: approve.heads + deny.heads, weight: approve.weight + deny.weight }
  return meets({ ...rule, ...cast }, approve) ? SUCCEEDED : DEFEATED
}

/** The option with the most weight wins; a tie is a defeat, unless one of those that tie is named as its break. */
const countOptions = (
  resolution: Extract<Resolution, { kind: "plurality" }>,
  standings: ReadonlyArray<Standing>,
): Tally => {
  const totals = resolution.options.map((option) => ({ option, ...sum(standings, ({ choice }) => choice === option) }))
  const most = Math.max(...totals.map(({ weight }) => weight))
  const winners = totals.filter(({ weight }) => weight > 0 && weight === most)
  const winner = winners.length === 1 ? winners[0] : winners.find(({ option }) => option === resolution.tieBreak)
  return winner === undefined ? DEFEATED : { state: "succeeded", option: winner.option }
}
