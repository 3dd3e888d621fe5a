/** Opens what a held event waits for. */
import type { EscalationLevel, Selector } from "../domain/contract.ts"
import type { OperatorAspect } from "../domain/change.ts"
import { DEFAULT_WITHIN_MS } from "../domain/contract.ts"
import { durationInWords } from "../domain/duration.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import type { Bound } from "./bounds.ts"
import { type ChangeRule, CHANGES_CONTRACT, isOperatorAspect } from "./changes.ts"
import { type Considered, escalationOf } from "./considered.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow, placeName } from "./draft.ts"
import { freezeProposal, question, type Requirement, whyImpossible } from "./freezeProposal.ts"
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
    const proposal = freezeProposal(id, definitions, event, requirement, now)
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
    reason: [
      ...proposals.map((proposal) => waitsFor(proposal, now)),
      ...(isOperatorAspect(change) ? [OPERATOR_REASONS[change]] : []),
    ].join("; "),
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
    ...freezeProposal(
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

const changesRequirement = (org: string, asked: Exclude<ChangeRule, "pass">): Requirement => ({
  ...boundsRequirement(org),
  contract: { fullName: CHANGES_CONTRACT, version: "1", scope: org },
  from: asked === "humans" ? HUMANS : "operator",
  self: false,
  ...(isOperatorAspect(asked) ? { message: OPERATOR_REASONS[asked] } : undefined),
})

/** Why contracts do not suffice. */
const OPERATOR_REASONS: Readonly<Record<OperatorAspect, string>> = {
  executors:
    "it says what the daemon executes for an agent, as its own user, which only an operator lets through (charter accept)",
  environment:
    "it verifies a webhook with a variable of the daemon's environment that the organization does not use so far, which only an operator lets through (charter accept)",
}

const HUMANS: ReadonlyArray<Selector> = [{ kind: "humans", scope: false }]

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
    channel: channelOf(definitions, event.org),
    text: [...messages, asked].join(". "),
  })
}

/** Where an organization reads what concerns it. */
export const channelOf = (definitions: Definitions, org: string): string =>
  definitions.view(org).organization.channels[0]!

/** For whom it waits, how many of them, and how long. */
export const waitsFor = (proposal: Proposal, now: number): string => {
  const first = proposal.electorate.filter(({ joins }) => joins === undefined)
  const names = (first.length > 0 ? first : proposal.electorate).map(({ name }) => name)
  const who = names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
  const time = durationInWords(Date.parse(proposal.deadline) - now)
  const whose = proposal.motion === undefined ? proposal.contract : proposal.id
  return `waits for ${askedFor(proposal, first.length)} of ${who} within ${time} (${whose})`
}

const askedFor = ({ resolution, of = "electorate", quorum }: Proposal, electors: number): string => {
  const enough = quorum === undefined ? "" : `, if ${quorum} vote at all,`
  switch (resolution.kind) {
    case "plurality":
      return `a choice between ${resolution.options.join(", ")}${enough}`
    case "approvals":
      return `${resolution.approvals}${enough}`
    case "supermajority":
      return `a share of ${Math.round(resolution.fraction * 100)}%${of === "cast" ? " of the votes cast" : ""}${enough}`
    default:
      return of === "cast"
        ? `a ${resolution.kind === "majority" ? "majority" : "unanimous vote"} of the votes cast${enough}`
        : `${neededApprovals(resolution, electors)}`
  }
}
