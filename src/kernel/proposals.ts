/** The life of open proposals: when one is decided, and the votes that cast themselves. Pure. */
import canonicalize from "canonicalize"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Proposal, Vote } from "../domain/proposal.ts"
import { timeText } from "../domain/timeText.ts"
import { compilePath } from "../language/conditions/path.ts"
import { asOf, askedEvent, closed, onBehalfOf } from "./askedEvent.ts"
import { ballotOf, canVote, hasJoined } from "./ballots.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow } from "./draft.ts"
import type { OpenProposal, OrganizationState, StandingApproval } from "./state.ts"
import { type Standing, type Tally, tally, type VotingRule } from "./tally.ts"

const NONE: ReadonlyArray<Draft> = []

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
    const choice = ballotOf(state, definitions, open, elector, now).choice
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
  const asked = askedEvent(state, proposal)
  const end = (
    type: "proposal.succeeded" | "proposal.defeated" | "proposal.expired",
    reason: string,
    more: object = {},
  ): ReadonlyArray<Draft> => {
    const draft = follow(cause, type, { ...closed(proposal), reason, ...more })
    if (asked === undefined) return [draft]
    return [proposal.motion === undefined ? asOf(cause, asked, draft) : onBehalfOf(cause, asked, draft)]
  }
  const veto = vetoOf(open)
  if (veto !== undefined) return end("proposal.defeated", `vetoed by ${veto.by}${reasonOf(veto)}`, { by: veto.by })
  if (open.released !== undefined) return NONE
  const result = tallyOf(state, definitions, open, now)
  switch (result.state) {
    case "open":
      return NONE
    case "succeeded": {
      const { candidate } = proposal.motion ?? {}
      const { option = candidate } = result
      const won =
        result.option === undefined
          ? `${candidate === undefined ? "" : `"${candidate}" was `}approved by ${namesOf(state, definitions, open, "approve", now)}`
          : `"${result.option}" was chosen by ${namesOf(state, definitions, open, result.option, now)}`
      const release = proposal.delay === undefined ? undefined : { release: timeText(now + proposal.delay) }
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
        proposal.motion === undefined
          ? `not decided within the time that ${proposal.contract} gives (until ${proposal.deadline})`
          : `not decided in time (until ${proposal.deadline})`,
      )
  }
}

/** The next vote that a standing approval casts by itself when a proposal of the same kind opens: one of each elector. */
export const standingVote = (
  state: OrganizationState,
  open: OpenProposal,
  cause: Event,
  now: number,
): Draft | undefined => {
  const { proposal, votes } = open
  const asked = askedEvent(state, proposal)
  if (asked === undefined) return undefined
  for (const standing of state.standing.values()) {
    if (standing.left < 1 || standing.until <= now || votes.has(standing.by)) continue
    const elector = proposal.electorate.find(({ name }) => name === standing.by)
    if (elector === undefined || !hasJoined(elector, now) || !isOfKind(standing, proposal, asked)) continue
    const vote: Vote = { proposal: proposal.id, by: standing.by, choice: "approve", bystanding: standing.id }
    return { ...follow(cause, "vote.cast", vote), actor: { name: elector.name, kind: elector.kind, roles: [] } }
  }
  return undefined
}

/** What a vote with standing terms makes: the same contract version, requester, type, data on the `same:` paths, and electorate. */
export const standingOf = (vote: Vote, event: Event, open: OpenProposal, asked: Event): StandingApproval | undefined =>
  vote.standing === undefined || vote.choice !== "approve"
    ? undefined
    : {
        id: event.id,
        by: vote.by,
        contract: open.proposal.contract,
        version: open.proposal.version,
        onbehalf: requesterOf(asked.actor).name,
        type: asked.type,
        same: sameText(open.proposal, asked),
        electorate: electorateText(open.proposal),
        until: Date.parse(vote.standing.until),
        left: vote.standing.max,
      }

/** Does it stand for what this proposal asks about, but for who is asked? */
export const isAbout = (standing: StandingApproval, proposal: Proposal, asked: Event): boolean =>
  standing.contract === proposal.contract &&
  standing.onbehalf === requesterOf(asked.actor).name &&
  standing.type === asked.type &&
  standing.same === sameText(proposal, asked)

const isOfKind = (standing: StandingApproval, proposal: Proposal, asked: Event): boolean =>
  standing.version === proposal.version && isForElectorate(standing, proposal) && isAbout(standing, proposal, asked)

export const isForElectorate = ({ electorate }: StandingApproval, proposal: Proposal): boolean =>
  electorate === electorateText(proposal)

/** A veto decides at once, also during the delay after success. */
const vetoOf = ({ proposal, votes }: OpenProposal): Vote | undefined => {
  for (const { name } of proposal.vetoers ?? []) {
    const vote = votes.get(name)
    if (vote?.choice === "deny") return vote
  }
  return undefined
}

/** Of what a member opened the digest says it: all of the request is the same. */
const sameText = ({ digest, motion, same }: Proposal, { data }: Event): string => {
  if (motion !== undefined) return digest
  if (same === undefined) return canonicalize(data ?? null) ?? ""
  const values = same.map((path) => compilePath(path)(data))
  const missing = same.filter((_, index) => values[index] === undefined)
  // What is missing is not what says `null`.
  return `${canonicalize(values.map((value) => value ?? null)) ?? ""}${missing.map((path) => ` ${path}`).join("")}`
}

const electorateText = ({ electorate }: Proposal): string => electorate.map(({ name }) => name).join(" ")

const whyDefeated = (state: OrganizationState, definitions: Definitions, open: OpenProposal, now: number): string => {
  const denied = [...open.votes.values()].filter(({ choice }) => choice === "deny")
  if (denied.length > 0)
    return `denied by ${namesOf(state, definitions, open, "deny", now)}${denied.map(reasonOf).join("")}`
  const { electorate } = open.proposal
  const approve = electorate.filter(
    (elector) => ballotOf(state, definitions, open, elector, now).choice === "approve",
  ).length
  const remaining = electorate.filter(
    (elector) => ballotOf(state, definitions, open, elector, now).choice === undefined && canVote(definitions, elector),
  ).length
  const circling = electorate.filter((elector) => ballotOf(state, definitions, open, elector, now).circle === true)
  const why = circling.length === 0 ? "" : `; ${circling.map(({ name }) => name).join(" and ")} delegate in a circle`
  return `it cannot be reached any more: ${approve} approved, ${remaining} of ${electorate.length} can still vote${why}`
}

/** Whoever has voted so, each with those for whom his vote counts, too. */
const namesOf = (
  state: OrganizationState,
  definitions: Definitions,
  open: OpenProposal,
  choice: string,
  now: number,
): string => {
  const { proposal, votes } = open
  const counted = new Map<string, Array<string>>()
  for (const elector of proposal.electorate) {
    const { by } = ballotOf(state, definitions, open, elector, now)
    if (by !== undefined && by !== elector.name) counted.set(by, [...(counted.get(by) ?? []), elector.name])
  }
  return [...votes.values()]
    .filter((vote) => vote.choice === choice)
    .map(({ by }) => (counted.has(by) ? `${by} (also for ${counted.get(by)!.join(", ")})` : by))
    .join(" and ")
}

const reasonOf = ({ reason }: Vote): string => (reason === undefined ? "" : `: "${reason}"`)
