/** Opens what a held event waits for: everything about a proposal is frozen here. */
import type { EscalationLevel, Otherwise, RequireVotes, Resolution, Selector } from "../domain/contract.ts"
import { DEFAULT_WITHIN_MS } from "../domain/contract.ts"
import { durationInWords } from "../domain/duration.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import type { Bound } from "./bounds.ts"
import { askedChange, type ChangeRule, CHANGES_CONTRACT } from "./changes.ts"
import { type Considered, escalationOf } from "./considered.ts"
import type { Definitions } from "./definitions.ts"
import { actionDigest } from "./digest.ts"
import { type Draft, follow, placeName } from "./draft.ts"
import { select } from "./selectors.ts"
import { neededApprovals } from "./tally.ts"

export interface Opened {
  readonly proposals: ReadonlyArray<Proposal>
  readonly drafts: ReadonlyArray<Draft>
  readonly reason: string
  /** A requirement that nobody could ever meet: it denies. */
  readonly impossible?: { readonly contract: string; readonly reason: string }
}

/** Stands for a contract where the daemon itself holds an event. */
export const BOUNDS_CONTRACT = "charter/bounds"

/** A requirement, whoever makes it: a contract's effect, a limit that asks instead of denying, or a bound. */
interface Requirement {
  readonly contract: { readonly fullName: string; readonly version: string; readonly scope: string }
  readonly place: number
  readonly kind: "approval" | "votes"
  readonly from: ReadonlyArray<Selector> | "operator"
  readonly self: boolean
  readonly within: number
  readonly otherwise: Otherwise
  readonly votes?: RequireVotes
  readonly levels: ReadonlyArray<EscalationLevel>
  /** What who is asked is told with it. */
  readonly message?: string
}

export const openProposals = (
  definitions: Definitions,
  event: Event,
  requiring: ReadonlyArray<Considered>,
  bound: Bound | undefined,
  now: number,
  change?: Exclude<ChangeRule, "pass">,
): Opened => {
  const name = placeName(event.org, event.seq)
  const requirements = [
    ...requiring.flatMap(requirementsOf),
    ...(bound === undefined ? [] : [boundsRequirement(event.org)]),
    ...(change === undefined ? [] : [changesRequirement(event.org, change)]),
  ]
  const proposals: Array<Proposal> = []
  for (const requirement of requirements) {
    const id = proposals.length === 0 ? `p-${name}` : `p-${name}.${proposals.length + 1}`
    const proposal = makeProposal(id, definitions, event, requirement, now)
    const reason = whyImpossible(proposal)
    if (reason !== undefined)
      return { proposals: [], drafts: [], reason: "", impossible: { contract: proposal.contract, reason } }
    proposals.push(proposal)
  }
  const opened = follow(event, "hold.opened", {
    id: `h-${name}`,
    org: event.org,
    event: event.id,
    source: event.source,
    seq: event.seq,
    type: event.type,
    proposals: proposals.map(({ id }) => id),
    requester: event.actor,
    opened: event.time,
  })
  return {
    proposals,
    drafts: [
      ...(bound === undefined ? [] : [follow(event, "bound.exceeded", { ...bound, event: event.id })]),
      opened,
      ...proposals.map((proposal) => follow(event, "proposal.opened", proposal)),
      posted(
        definitions,
        event,
        proposals,
        now,
        requirements.flatMap(({ message }) => message ?? []),
      ),
    ],
    reason: proposals.map((proposal) => waitsFor(proposal, now)).join("; "),
  }
}

/**
 * The one further proposal of `otherwise: escalate`, in the place of one that ran out of time: an approval by one of
 * the people named. `undefined` where there is nobody to ask.
 */
export const furtherProposal = (
  definitions: Definitions,
  event: Event,
  expired: Proposal,
  now: number,
): ReadonlyArray<Draft> | undefined => {
  if (typeof expired.otherwise !== "object") return undefined
  const linked = definitions.contracts.get(expired.contract)
  const proposal: Proposal = {
    ...makeProposal(
      `${expired.id}.e`,
      definitions,
      event,
      {
        contract: { fullName: expired.contract, version: expired.version, scope: linked?.contract.scope ?? event.org },
        place: expired.effect,
        kind: "approval",
        ...ladder(expired.otherwise.escalate),
        self: false,
        within: Date.parse(expired.deadline) - Date.parse(expired.opened),
        otherwise: "deny",
      },
      now,
    ),
    escalates: expired.id,
  }
  if (whyImpossible(proposal) !== undefined) return undefined
  const { message } = ladder(expired.otherwise.escalate)
  return [
    follow(event, "proposal.opened", proposal),
    posted(definitions, event, [proposal], now, message === undefined ? [] : [message]),
  ]
}

const requirementsOf = ({ linked, exceeded }: Considered): ReadonlyArray<Requirement> => {
  const { contract } = linked
  const asked = exceeded.flatMap((one): ReadonlyArray<Requirement> => {
    const levels = escalationOf(one)
    if (levels === undefined) return []
    return [
      {
        contract,
        place: one.use.effect,
        kind: "approval",
        ...ladder(levels),
        self: false,
        within: DEFAULT_WITHIN_MS,
        otherwise: "deny",
      },
    ]
  })
  const required = linked.requires.map(({ place, effect }): Requirement => ({
    contract,
    place,
    kind: effect.effect === "require_votes" ? "votes" : "approval",
    from: effect.from,
    self: effect.self,
    within: effect.within,
    otherwise: effect.otherwise,
    levels: linked.escalations,
    ...(effect.effect === "require_votes" ? { votes: effect } : undefined),
  }))
  return [...asked, ...required]
}

/** Who is asked instead: the first level at once, unless it says to wait, too. */
const ladder = (steps: ReadonlyArray<EscalationLevel>): Pick<Requirement, "from" | "levels" | "message"> => {
  const [first, ...later] = steps
  if (first === undefined || first.after !== undefined) return { from: [], levels: steps }
  return { from: first.to, levels: later, ...(first.message === undefined ? undefined : { message: first.message }) }
}

const boundsRequirement = (org: string): Requirement => ({
  contract: { fullName: BOUNDS_CONTRACT, version: "1", scope: org },
  place: 0,
  kind: "approval",
  from: HUMANS,
  self: true,
  within: DEFAULT_WITHIN_MS,
  otherwise: "deny",
  levels: [],
})

const changesRequirement = (org: string, from: "humans" | "operator"): Requirement => ({
  ...boundsRequirement(org),
  contract: { fullName: CHANGES_CONTRACT, version: "1", scope: org },
  from: from === "operator" ? from : HUMANS,
  self: false,
})

const HUMANS: ReadonlyArray<Selector> = [{ kind: "humans", scope: false }]

/** Any operator may accept it, and none votes. */
const OPERATOR: ReadonlyArray<Elector> = [{ name: "operator", kind: "operator", weight: 1 }]

const makeProposal = (
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
  const levels = requirement.levels.map(({ to, after = 0, message }) => {
    const at = new Date(now + after).toISOString()
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
  return {
    id,
    org: event.org,
    hold: `h-${placeName(event.org, event.seq)}`,
    contract: contract.fullName,
    version: contract.version,
    revision: definitions.revision,
    effect: requirement.place,
    kind: requirement.kind,
    question: question(event),
    electorate: [...base, ...later],
    resolution,
    ...(votes?.of === "cast" ? { of: votes.of } : undefined),
    ...(quorum === undefined ? undefined : { quorum }),
    ...(vetoers === undefined ? undefined : { vetoers }),
    ...(votes?.delay === undefined ? undefined : { delay: votes.delay }),
    ...(votes?.same === undefined ? undefined : { same: votes.same }),
    ...(levels.length === 0 ? undefined : { levels }),
    otherwise: requirement.otherwise,
    opened: new Date(now).toISOString(),
    deadline: new Date(now + requirement.within).toISOString(),
    digest: actionDigest(event),
    requester: requester.name,
  }
}

/** Heads, unless the contract weighs: by the members' own weights, or by a map. */
const weighing = (votes: RequireVotes | undefined): ((name: string, weight: number) => number) => {
  const weights = votes?.weights
  if (weights === undefined) return () => 1
  return weights === "members" ? (_, weight) => weight : (name) => weights[name] ?? 1
}

const quorumOf = (votes: RequireVotes | undefined, electors: number): number | undefined => {
  const quorum = votes?.quorum
  if (quorum === undefined) return undefined
  return "voters" in quorum ? quorum.voters : Math.ceil(quorum.share * electors - 1e-9)
}

/** Opening is posted where the organization reads it. */
const posted = (
  definitions: Definitions,
  event: Event,
  proposals: ReadonlyArray<Proposal>,
  now: number,
  messages: ReadonlyArray<string>,
): Draft => {
  const asked = `${question(event)}: ${proposals.map((proposal) => waitsFor(proposal, now)).join("; ")}`
  return follow(event, "message.posted", {
    channel: channelOf(definitions, event),
    text: [...messages, asked].join(". "),
  })
}

/** What is asked, in one sentence. */
export const question = (event: Event): string => {
  const change = askedChange(event)
  const who = requesterOf(event.actor).name
  if (change !== undefined) return `${who} asks for a change of the rules: ${change.summary}`
  return `${who} asks for "${event.type}"${event.subject === undefined ? "" : ` on ${event.subject}`}`
}

/** Where an organization reads what concerns it. */
export const channelOf = (definitions: Definitions, event: Event): string =>
  definitions.view(event.org).organization.channels[0]!

const waitsFor = (proposal: Proposal, now: number): string => {
  const first = proposal.electorate.filter(({ joins }) => joins === undefined)
  const names = (first.length > 0 ? first : proposal.electorate).map(({ name }) => name)
  const who = names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
  const time = durationInWords(Date.parse(proposal.deadline) - now)
  return `waits for ${askedFor(proposal, first.length)} of ${who} within ${time} (${proposal.contract})`
}

const askedFor = ({ resolution, of = "electorate", quorum }: Proposal, electors: number): string => {
  const enough = quorum === undefined ? "" : `, if ${quorum} vote at all,`
  switch (resolution.kind) {
    case "plurality":
      return `a choice between ${resolution.options.join(", ")}${enough}`
    case "approvals":
      return `${resolution.approvals}`
    case "supermajority":
      return `a share of ${Math.round(resolution.fraction * 100)}%${of === "cast" ? " of the votes cast" : ""}${enough}`
    default:
      return of === "cast"
        ? `a ${resolution.kind === "majority" ? "majority" : "unanimous vote"} of the votes cast${enough}`
        : `${neededApprovals(resolution, electors)}`
  }
}

/** `M` = 0, `M` above the electorate, or an empty electorate. */
const whyImpossible = ({ contract, resolution, electorate }: Proposal): string | undefined => {
  if (electorate.length === 0)
    return `${contract} needs an approval, but there is nobody who could give it (who asks may not approve it himself)`
  const needed = resolution.kind === "approvals" ? resolution.approvals : 1
  return needed < 1 || needed > electorate.length
    ? `${contract} needs ${needed} approvals, but only ${electorate.length} ${electorate.length === 1 ? "member" : "members"} could give one`
    : undefined
}
