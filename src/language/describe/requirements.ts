/** Approvals and votes, in words. */
import { amount } from "../../domain/amount.ts"
import type { RequireApproval, RequireVotes, Resolution } from "../../domain/contract.ts"
import { withoutRequirement } from "./escalations.ts"
import { dataPath } from "./facts.ts"
import { duration, enumeration, quote, share } from "./prose.ts"
import { describeSelectors, member } from "./selectors.ts"

export const approvalPhrase = (effect: RequireApproval, scope: string): string =>
  sentences([
    `it waits until one of these approves: ${describeSelectors(effect.from, scope, "or")}`,
    effect.self ? "Whoever asked may approve it too" : "Whoever asked may not approve it",
    "As soon as nobody is left who could still approve, it is refused",
    deadlinePhrase(effect, scope),
  ])

export const votesPhrase = (effect: RequireVotes, scope: string): string =>
  sentences([
    `it waits for a vote of ${describeSelectors(effect.from, scope)}: ${resolutionPhrase(effect.resolution, effect.of)}`,
    effect.self ? "Whoever asked may vote too" : "Whoever asked may not vote",
    quorumPhrase(effect.quorum),
    weightsPhrase(effect.weights, effect.resolution),
    effect.veto === undefined
      ? undefined
      : `A denial by ${describeSelectors(effect.veto, scope, "or")} decides at once: it is refused`,
    effect.delay === undefined
      ? undefined
      : `After the vote has succeeded it still waits ${duration(effect.delay)}, in which a veto or a cancel stops it`,
    samePhrase(effect.same),
    effect.of === "electorate" && effect.resolution.kind !== "plurality"
      ? "As soon as that can no longer be reached, it is refused"
      : undefined,
    deadlinePhrase(effect, scope),
  ])

const sentences = (parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined).join(". ") + "."

const deadlinePhrase = ({ within, otherwise }: RequireApproval | RequireVotes, scope: string): string =>
  `If it is not decided within ${duration(within)}, ${withoutRequirement(otherwise, scope)}`

const resolutionPhrase = (resolution: Resolution, of: RequireVotes["of"]): string => {
  const cast = of === "cast"
  const counted = cast ? ", counted when all have voted or the time is up" : ""
  const all = cast ? "of the votes cast for or against" : "of all who may vote"
  switch (resolution.kind) {
    case "approvals":
      return `${resolution.approvals} of them must approve${counted}`
    case "majority":
      return `more than half ${all} must be for it${counted}`
    case "supermajority":
      return `at least ${share(resolution.fraction)} ${all} must be for it${counted}`
    case "unanimous":
      return `all ${cast ? "votes cast for or against" : "who may vote"} must be for it${counted}`
    case "plurality":
      return (
        `they choose between ${enumeration(resolution.options.map(quote), "or")}, ` +
        `and the option with the most votes ${cast ? "of those cast" : "of all who may vote"} wins when all have voted or the time is up; ` +
        (resolution.tieBreak === undefined ? "a tie is a defeat" : `a tie is decided by ${quote(resolution.tieBreak)}`)
      )
  }
}

const quorumPhrase = (quorum: RequireVotes["quorum"]): string | undefined =>
  quorum === undefined
    ? undefined
    : `At least ${"voters" in quorum ? amount(quorum.voters, "voter") : `${share(quorum.share)} of those who may vote`} must have taken part, abstentions included, else it expires`

const weightsPhrase = (weights: RequireVotes["weights"], resolution: Resolution): string | undefined => {
  if (weights === undefined) return resolution.kind === "approvals" ? undefined : "Each voter counts once"
  const note = resolution.kind === "approvals" ? " (approvals count voters all the same)" : ""
  if (weights === "members") return `A vote counts as much as the member's weight${note}`
  const entries = Object.entries(weights)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, weight]) => `${member(name)} ${weight}`)
  return `Votes have these weights: ${enumeration(entries, "and")}${note}`
}

const samePhrase = (same: RequireVotes["same"]): string | undefined =>
  same === undefined
    ? undefined
    : `A standing approval, given in advance for the same kind, covers events with ${same.length === 0 ? "any data" : `the same ${enumeration(same.map(dataPath), "and")}`}`
