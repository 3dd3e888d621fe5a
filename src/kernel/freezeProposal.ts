/** Freezes a proposal as it opens: who may vote, with what weight, by which rule, until when, about exactly what. Pure. */
import type { EscalationLevel, Otherwise, RequireVotes, Resolution, Selector } from "../domain/contract.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Elector, Motion, MotionKind, Proposal } from "../domain/proposal.ts"
import { timeText } from "../domain/timeText.ts"
import { askedChange } from "./changes.ts"
import type { Definitions } from "./definitions.ts"
import { actionDigest } from "./digest.ts"
import { placeName } from "./draft.ts"
import { select } from "./selectors.ts"

/** Who makes it: a contract's effect, a limit that asks instead of denying, a bound, or a member. */
export interface Requirement {
  readonly contract: { readonly fullName: string; readonly version: string; readonly scope: string }
  readonly place: number
  readonly kind: "approval" | "votes" | MotionKind
  readonly from: ReadonlyArray<Selector> | "operator"
  readonly self: boolean
  readonly within: number
  readonly otherwise: Otherwise
  readonly votes?: RequireVotes
  readonly levels: ReadonlyArray<EscalationLevel>
  /** What who is asked is told with it. */
  readonly message?: string
  /** A member asks, in his own words; `motion` stands in the place of a hold. */
  readonly motion?: Motion
  readonly question?: string
}

export const freezeProposal = (
  id: string,
  definitions: Definitions,
  event: Event,
  requirement: Requirement,
  now: number,
): Proposal => {
  const { contract, votes } = requirement
  const requester = requesterOf(event.actor)
  const weightOf = weighing(votes)
  const electors = (from: ReadonlyArray<Selector>, joins?: string): ReadonlyArray<Elector> =>
    select(from, definitions, event, contract.scope)
      .filter((one) => requirement.self || one.name !== requester.name)
      .map(({ name, kind, weight, org }) => ({
        name,
        kind,
        weight: weightOf(name, weight),
        ...(org === undefined ? undefined : { org }),
        ...(joins === undefined ? undefined : { joins }),
      }))
  const base = requirement.from === "operator" ? OPERATOR : electors(requirement.from)
  const names = new Set(base.map(({ name }) => name))
  const later: Array<Elector> = []
  // In the order in which they join, whatever the order of the file.
  const inTime = requirement.levels.toSorted((a, b) => (a.after ?? 0) - (b.after ?? 0))
  const levels = inTime.map(({ to, after = 0, message }) => {
    const at = timeText(now + after)
    for (const elector of electors(to, at)) {
      if (names.has(elector.name)) continue
      names.add(elector.name)
      later.push(elector)
    }
    return message === undefined ? { at } : { at, message }
  })
  const resolution: Resolution = votes?.resolution ?? { kind: "approvals", approvals: 1 }
  const quorum = quorumOf(votes, base.length)
  const vetoers = votes?.veto === undefined ? undefined : select(votes.veto, definitions, event, contract.scope)
  const { motion } = requirement
  return {
    id,
    org: event.org,
    ...(motion === undefined ? { hold: `h-${placeName(event.org, event.seq)}` } : { motion }),
    contract: contract.fullName,
    version: contract.version,
    revision: definitions.revision,
    effect: requirement.place,
    kind: requirement.kind,
    question: requirement.question ?? question(event),
    electorate: [...base, ...later],
    resolution,
    ...(votes?.of === "cast" ? { of: votes.of } : undefined),
    ...(quorum === undefined ? undefined : { quorum }),
    ...(vetoers === undefined ? undefined : { vetoers }),
    ...(votes?.delay === undefined ? undefined : { delay: votes.delay }),
    ...(votes?.same === undefined ? undefined : { same: votes.same }),
    ...(levels.length === 0 ? undefined : { levels }),
    otherwise: requirement.otherwise,
    opened: timeText(now),
    // Out of the order of time, for which `timeText` is made.
    deadline: new Date(now + requirement.within).toISOString(),
    digest: actionDigest(event),
    requester: requester.name,
  }
}

/** Heads, unless the contract weighs: by the members' own weights, or by a map. */
const weighing = (votes: RequireVotes | undefined): ((name: string, weight: number) => number) => {
  const weights = votes?.weights
  if (weights === undefined) return () => 1
  return weights === "members" ? (_, weight) => weight : (name) => (Object.hasOwn(weights, name) ? weights[name]! : 1)
}

const quorumOf = (votes: RequireVotes | undefined, electors: number): number | undefined => {
  const quorum = votes?.quorum
  if (quorum === undefined) return undefined
  return "voters" in quorum ? quorum.voters : Math.ceil(quorum.share * electors - 1e-9)
}

/** Any operator may accept it, and none votes. */
const OPERATOR: ReadonlyArray<Elector> = [{ name: "operator", kind: "operator", weight: 1 }]

/** What is asked, in one sentence. */
export const question = (event: Event): string => {
  const { name } = requesterOf(event.actor)
  const change = askedChange(event)
  if (change !== undefined) return `${name} asks for a change of the rules: ${change.summary}`
  return `${name} asks for "${event.type}"${event.subject === undefined ? "" : ` on ${event.subject}`}`
}

/** `M` = 0, `M` above the electorate, or an empty electorate. */
export const whyImpossible = ({ contract, motion, resolution, electorate }: Proposal): string | undefined => {
  const what = motion === undefined ? contract : "this"
  if (electorate.length === 0)
    return `${what} needs an approval, but there is nobody who could give it (who asks may not approve it himself)`
  const needed = resolution.kind === "approvals" ? resolution.approvals : 1
  return needed < 1 || needed > electorate.length
    ? `${what} needs ${needed} approvals, but only ${electorate.length} ${electorate.length === 1 ? "member" : "members"} could give one`
    : undefined
}
