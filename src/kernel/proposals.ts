/** The life of open proposals: who may vote, how each elector stands, and what must follow. Pure. */
import canonicalize from "canonicalize"
import { type Event, requesterOf } from "../domain/event.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import type { Elector, Proposal, Vote } from "../domain/proposal.ts"
import { compilePath } from "../language/conditions/path.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, follow } from "./draft.ts"
import type { OpenHold, OpenProposal, OrganizationState, StandingApproval } from "./state.ts"
import { type Standing, type Tally, tally, type VotingRule } from "./tally.ts"

const NONE: ReadonlyArray<Draft> = []

/** Is the elector still a member where he was one when the electorate was frozen? */
export const canVote = (definitions: Definitions, elector: Pick<Elector, "name" | "kind" | "org">): boolean =>
  elector.kind === "operator" ||
  (elector.org === undefined
    ? definitions.isHuman(elector.name)
    : definitions.view(elector.org).members.get(elector.name.split("@")[0]!)?.kind === elector.kind)

/** A level that has not joined yet may not vote, but will be able to. */
export const hasJoined = ({ joins }: Elector, now: number): boolean => joins === undefined || Date.parse(joins) <= now

/** What an elector's vote comes to, with what he has delegated; `abstain` where a delegation leads in a circle. */
export const choiceOf = (
  state: OrganizationState,
  { proposal, votes }: OpenProposal,
  elector: Elector,
  now: number,
): string | undefined => {
  const seen = new Set<string>()
  for (let name = elector.name; ;) {
    const vote = votes.get(name)
    if (vote !== undefined) return vote.choice
    if (seen.has(name)) return "abstain"
    seen.add(name)
    const next = delegateOf(state, proposal, name, now)
    if (next === undefined) return undefined
    name = next
  }
}

const delegateOf = (state: OrganizationState, proposal: Proposal, from: string, now: number): string | undefined => {
  const type = state.holds.get(proposal.hold)?.event.type ?? ""
  for (const delegation of state.delegations.values())
    if (
      delegation.from === from &&
      Date.parse(delegation.expires) > now &&
      typeMatches(delegation.on, type) &&
      proposal.electorate.some(({ name, kind }) => name === delegation.to && kind === "human")
    )
      return delegation.to
  return undefined
}

export const tallyOf = (state: OrganizationState, definitions: Definitions, open: OpenProposal, now: number): Tally => {
  const { proposal } = open
  const base = proposal.electorate.filter(({ joins }) => joins === undefined)
  const rule: VotingRule = {
    resolution: proposal.resolution,
    of: proposal.of ?? "electorate",
    ...(proposal.quorum === undefined ? undefined : { quorum: proposal.quorum }),
    heads: base.length,
    weight: base.reduce((total, { weight }) => total + weight, 0),
  }
  const standings = proposal.electorate.map((elector): Standing => {
    const choice = choiceOf(state, open, elector, now)
    return {
      weight: elector.weight,
      open: canVote(definitions, elector),
      ...(choice === undefined ? undefined : { choice }),
    }
  })
  return tally(rule, standings, Date.parse(proposal.deadline) <= now)
}

/** Decides a proposal as soon as it is vetoed, its rule is met, or cannot be met any more, or time is up. */
export const closeProposal = (
  state: OrganizationState,
  definitions: Definitions,
  open: OpenProposal,
  cause: Event,
  now: number,
): ReadonlyArray<Draft> => {
  const { proposal } = open
  const hold = state.holds.get(proposal.hold)
  const end = (
    type: "proposal.succeeded" | "proposal.defeated" | "proposal.expired",
    reason: string,
    more: object = {},
  ): ReadonlyArray<Draft> => {
    const { id, contract } = proposal
    const draft = follow(cause, type, { proposal: id, hold: proposal.hold, contract, reason, ...more })
    return [hold === undefined ? draft : asOf(cause, hold, draft)]
  }
  const veto = vetoOf(open)
  if (veto !== undefined) return end("proposal.defeated", `vetoed by ${veto.by}${reasonOf(veto)}`, { by: veto.by })
  if (open.released !== undefined) return NONE
  const result = tallyOf(state, definitions, open, now)
  switch (result.state) {
    case "open":
      return NONE
    case "succeeded": {
      const { option } = result
      const won =
        option === undefined
          ? `approved by ${namesOf(open, "approve")}`
          : `"${option}" was chosen by ${namesOf(open, option)}`
      const release =
        proposal.delay === undefined ? undefined : { release: new Date(now + proposal.delay).toISOString() }
      const refused = option === "deny"
      return end(refused ? "proposal.defeated" : "proposal.succeeded", won, {
        ...(option === undefined ? undefined : { option }),
        ...release,
      })
    }
    case "defeated":
      return end("proposal.defeated", whyDefeated(state, definitions, open, now))
    case "expired":
      return end(
        "proposal.expired",
        `not decided within the time that ${proposal.contract} gives (until ${proposal.deadline})`,
      )
  }
}

/** Votes that standing approvals cast by themselves when a proposal of the same kind opens. */
export const standingVotes = (
  state: OrganizationState,
  open: OpenProposal,
  cause: Event,
  now: number,
): ReadonlyArray<Draft> => {
  const hold = state.holds.get(open.proposal.hold)
  if (hold === undefined || state.standing.size === 0) return NONE
  return [...state.standing.values()].flatMap((standing) => {
    const elector = open.proposal.electorate.find(({ name }) => name === standing.by)
    if (elector === undefined || standing.left < 1 || standing.until <= now || !sameKind(standing, open.proposal, hold))
      return []
    const vote: Vote = { proposal: open.proposal.id, by: standing.by, choice: "approve", bystanding: standing.id }
    return [{ ...follow(cause, "vote.cast", vote), actor: { name: elector.name, kind: elector.kind, roles: [] } }]
  })
}

/** What a vote with standing terms makes: the same contract version, requester, type, data on the `same:` paths, and electorate. */
export const standingOf = (
  vote: Vote,
  event: Event,
  open: OpenProposal,
  hold: OpenHold,
): StandingApproval | undefined =>
  vote.standing === undefined || vote.choice !== "approve"
    ? undefined
    : {
        id: event.id,
        by: vote.by,
        contract: open.proposal.contract,
        version: open.proposal.version,
        onbehalf: requesterOf(hold.event.actor).name,
        type: hold.event.type,
        same: sameText(open.proposal, hold.event),
        electorate: electorateText(open.proposal),
        until: Date.parse(vote.standing.until),
        left: vote.standing.max,
      }

/** Belongs to the held event's correlation, whoever caused it, and acts for who asked. */
export const asOf = (cause: Event, hold: OpenHold, draft: Draft): Draft => ({
  ...draft,
  actor: daemonActor(requesterOf(hold.event.actor)),
  correlationid: hold.event.correlationid,
  causationid: cause.id,
  depth: Math.min(draft.depth ?? 1, 1),
})

/** A veto decides at once, also during the delay after success. */
const vetoOf = ({ proposal, votes }: OpenProposal): Vote | undefined => {
  for (const { name } of proposal.vetoers ?? []) {
    const vote = votes.get(name)
    if (vote?.choice === "deny") return vote
  }
  return undefined
}

const sameKind = (standing: StandingApproval, proposal: Proposal, hold: OpenHold): boolean =>
  standing.contract === proposal.contract &&
  standing.version === proposal.version &&
  standing.onbehalf === requesterOf(hold.event.actor).name &&
  standing.type === hold.event.type &&
  standing.electorate === electorateText(proposal) &&
  standing.same === sameText(proposal, hold.event)

const sameText = ({ same }: Proposal, { data }: Event): string =>
  canonicalize(same === undefined ? (data ?? null) : same.map((path) => compilePath(path)(data) ?? null)) ?? ""

const electorateText = ({ electorate }: Proposal): string => electorate.map(({ name }) => name).join(" ")

const whyDefeated = (state: OrganizationState, definitions: Definitions, open: OpenProposal, now: number): string => {
  const denied = [...open.votes.values()].filter(({ choice }) => choice === "deny")
  if (denied.length > 0) return `denied by ${namesOf(open, "deny")}${denied.map(reasonOf).join("")}`
  const { electorate } = open.proposal
  const approve = electorate.filter((elector) => choiceOf(state, open, elector, now) === "approve").length
  const remaining = electorate.filter(
    (elector) => choiceOf(state, open, elector, now) === undefined && canVote(definitions, elector),
  ).length
  return `it cannot be reached any more: ${approve} approved, ${remaining} of ${electorate.length} can still vote`
}

const namesOf = ({ votes }: OpenProposal, choice: string): string =>
  [...votes.values()]
    .filter((vote) => vote.choice === choice)
    .map(({ by }) => by)
    .join(" and ")

const reasonOf = ({ reason }: Vote): string => (reason === undefined ? "" : `: "${reason}"`)
