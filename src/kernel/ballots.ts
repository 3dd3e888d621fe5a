/** How each elector stands: by a vote of his own, or by whom he has given it to. Pure. */
import { typeMatches } from "../domain/eventTypes.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import { askedEvent } from "./askedEvent.ts"
import type { Definitions } from "./definitions.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"

export interface Ballot {
  /** Absent where there is no vote yet. */
  readonly choice?: string
  /** Who has cast it, for himself or for the elector. */
  readonly by?: string
  /** His delegation leads in a circle. */
  readonly circle?: true
}

const NONE: Ballot = {}

/** Is the elector still a member where he was one when the electorate was frozen? */
export const canVote = (definitions: Definitions, elector: Pick<Elector, "name" | "kind" | "org">): boolean =>
  elector.kind === "operator" ||
  (elector.org === undefined
    ? definitions.isHuman(elector.name)
    : definitions.view(elector.org).members.get(elector.name.split("@")[0]!)?.kind === elector.kind)

/** A level that has not joined yet may not vote, but will be able to. */
export const hasJoined = ({ joins }: Elector, now: number): boolean => joins === undefined || Date.parse(joins) <= now

/**
 * What an elector's vote comes to, with what he has delegated; `abstain` where a delegation leads in a circle. Who
 * cannot vote himself, because he has left or has not joined yet, gives no vote to anybody either.
 */
export const ballotOf = (
  state: OrganizationState,
  definitions: Definitions,
  { proposal, votes }: OpenProposal,
  elector: Elector,
  now: number,
): Ballot => {
  const seen = new Set<string>()
  for (let at = elector; ;) {
    const vote = votes.get(at.name)
    if (vote !== undefined) return { choice: vote.choice, by: vote.by }
    if (seen.has(at.name)) return { choice: "abstain", circle: true }
    seen.add(at.name)
    const next = canVote(definitions, at) && hasJoined(at, now) ? delegateOf(state, proposal, at, now) : undefined
    if (next === undefined) return NONE
    at = next
  }
}

/** The newest delegation that is for this proposal counts. */
const delegateOf = (
  state: OrganizationState,
  proposal: Proposal,
  { name: from, kind }: Elector,
  now: number,
): Elector | undefined => {
  if (kind !== "human" || state.delegations.size === 0) return undefined
  const type = askedEvent(state, proposal)?.type ?? ""
  let found: Elector | undefined
  for (const delegation of state.delegations.values()) {
    if (delegation.from !== from || Date.parse(delegation.expires) <= now || !typeMatches(delegation.on, type)) continue
    const to = proposal.electorate.find((one) => one.name === delegation.to && one.kind === "human")
    if (to !== undefined) found = to
  }
  return found
}
