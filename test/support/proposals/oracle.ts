/** When a vote is over: by counting every way in which the votes that remain could still be cast. */
import type { Rule } from "./rules.ts"

export interface Stand {
  readonly weight: number
  /** Counts towards what is needed: an elector from the start. */
  readonly first: boolean
  readonly choice: string | undefined
  /** Without a choice so far, and able to make one. */
  readonly pending: boolean
}

export type Fate =
  | { readonly state: "active" | "defeated" | "expired" }
  | { readonly state: "succeeded"; readonly option?: string }

export const fate = (
  rule: Rule,
  cast: boolean,
  quorum: number | undefined,
  stands: ReadonlyArray<Stand>,
  timeUp: boolean,
): Fate => {
  if (rule.kind === "plurality" || cast) {
    if (!timeUp && stands.some(({ pending }) => pending)) return { state: "active" }
    return counted(rule, quorum, stands)
  }
  if (reached(rule, stands)) return { state: timeUp ? "expired" : "succeeded" }
  if (!canBeReached(rule, stands)) return { state: "defeated" }
  return { state: timeUp ? "expired" : "active" }
}

/** Of all ways to cast the pending votes, or to leave them: does one reach it? */
const canBeReached = (rule: Rule, stands: ReadonlyArray<Stand>, from = 0): boolean => {
  const at = stands.findIndex(({ pending }, index) => index >= from && pending)
  if (at < 0) return reached(rule, stands)
  return ["approve", "deny", "abstain", undefined].some((choice) =>
    canBeReached(rule, stands.with(at, { ...stands[at]!, choice }), at + 1),
  )
}

const weigh = (stands: ReadonlyArray<Stand>): number => stands.reduce((sum, { weight }) => sum + weight, 0)
const by = (stands: ReadonlyArray<Stand>, choice: string) => stands.filter((one) => one.choice === choice)

/** Over the whole electorate, as it was at the start. */
const reached = (rule: Rule, stands: ReadonlyArray<Stand>): boolean =>
  enough(
    rule,
    by(stands, "approve"),
    stands.filter(({ first }) => first),
  )

/** Do these approvals reach the rule among `all`? */
const enough = (rule: Rule, approve: ReadonlyArray<Stand>, all: ReadonlyArray<Stand>): boolean => {
  if (approve.length === 0) return false
  switch (rule.kind) {
    case "approvals":
      return approve.length >= rule.approvals
    case "majority":
      return weigh(approve) > weigh(all) - weigh(approve)
    case "supermajority":
      return weigh(approve) > 0 && 12 * weigh(approve) >= rule.twelfths * weigh(all)
    case "unanimous":
      return approve.length >= all.length
    case "plurality":
      return false
  }
}

const counted = (rule: Rule, quorum: number | undefined, stands: ReadonlyArray<Stand>): Fate => {
  const voters = stands.filter(({ choice }) => choice !== undefined).length
  if (voters === 0 || voters < (quorum ?? 1)) return { state: "expired" }
  if (rule.kind !== "plurality") {
    const approve = by(stands, "approve")
    return { state: enough(rule, approve, [...approve, ...by(stands, "deny")]) ? "succeeded" : "defeated" }
  }
  const votes = rule.options.map((option) => ({ option, votes: by(stands, option) }))
  const best = votes.filter(
    (one) => weigh(one.votes) > 0 && votes.every((other) => weigh(other.votes) <= weigh(one.votes)),
  )
  const winner = best.length === 1 ? best[0] : best.find(({ option }) => option === rule.tieBreak)
  // To choose that it be refused is to refuse it.
  if (winner === undefined || winner.option === "deny") return { state: "defeated" }
  return { state: "succeeded", option: winner.option }
}
