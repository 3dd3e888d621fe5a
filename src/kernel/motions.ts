/** Proposals that members open without a contract: who may open one, who is asked, what becomes of the outcome. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Motion, Proposal } from "../domain/proposal.ts"
import { isRefusal, type Refusal, refuse } from "../domain/refusal.ts"
import type { Task } from "../domain/task.ts"
import { type AskedMotion, readMotion } from "../language/motion.ts"
import { orDidYouMean } from "../language/suggest.ts"
import { bindingProblem, withOwnersVeto } from "./binding.ts"
import type { Definitions } from "./definitions.ts"
import { isDocumentName, MAX_DOCUMENTS } from "./documents.ts"
import { daemonActor, type Draft, follow, placeName, traceOf } from "./draft.ts"
import { freezeProposal, whyImpossible } from "./freezeProposal.ts"
import { channelOf, waitsFor } from "./openProposals.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"

export const OPEN_PROPOSAL = "proposal.open.requested"

/** Stands for a contract where a member asks by himself. */
export const MEMBERS_CONTRACT = "charter/members"

/** Does the daemon itself ask, or a member, and no contract? */
export const isOwnContract = (contract: string): boolean => contract.startsWith("charter/")

/** Proposals of members that may be open in one organization, and of one member among them. */
export const MAX_OPEN_MOTIONS = 1_000
export const MAX_OPEN_MOTIONS_OF_ONE = 100

/**
 * What a request opens, frozen; or why it cannot, whatever the contracts say. `held`: the request has waited for
 * proposals itself, and those have taken the name.
 */
export const openedMotion = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  now: number,
  held = false,
): Proposal | Refusal => {
  const asked = readMotion(event.data)
  if (typeof asked === "string") return refuse("invalid", "proposal-malformed", `this is no proposal: ${asked}`)
  const problem =
    strangerProblem(definitions, event) ??
    candidateProblem(definitions, event.org, asked) ??
    documentProblem(state, asked) ??
    crowdProblem(state, event)
  if (problem !== undefined) return problem
  const { kind, question, votes, binding } = asked
  const { from, self, within } = votes
  const proposal = freezeProposal(
    `p-${placeName(event.org, event.seq)}${held ? ".o" : ""}`,
    definitions,
    event,
    {
      contract: { fullName: MEMBERS_CONTRACT, version: "1", scope: event.org },
      place: 0,
      kind,
      from,
      self,
      within,
      otherwise: "deny",
      votes,
      levels: [],
      question,
      motion: motionOf(event, asked),
    },
    now,
  )
  const impossible = whyImpossible(proposal)
  if (impossible !== undefined) return refuse("invalid", "proposal-impossible", impossible)
  if (!binding) return proposal
  return bindingProblem(votes, proposal) ?? withOwnersVeto(definitions, proposal)
}

/** Refuses a request that could not be carried out; nothing is recorded of it. */
export const motionProblem = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  now: number,
): Refusal | undefined => {
  const opened = openedMotion(state, definitions, event, now)
  return isRefusal(opened) ? opened : undefined
}

/** What is recorded as it opens. It bears no subject: nothing that a contract counts by subject follows from it. */
export const openingDrafts = (
  definitions: Definitions,
  event: Event,
  proposal: Proposal,
  now: number,
): ReadonlyArray<Draft> =>
  [
    follow(event, "proposal.opened", proposal),
    follow(event, "message.posted", {
      channel: channelOf(definitions, event.org),
      text: `${heading(proposal)} It ${waitsFor(proposal, now)}.`,
    }),
  ].map(({ subject: _, ...draft }) => draft)

/** It has succeeded, and its delay is over. */
export const executed = ({ proposal, option }: OpenProposal): BuiltinData["proposal.executed"] | undefined => {
  const { id, kind, motion, question } = proposal
  if (motion === undefined || kind === "votes") return undefined
  const { binding, document, goal } = motion
  return {
    proposal: id,
    kind,
    question,
    binding,
    ...(option === undefined ? undefined : { option }),
    ...(document === undefined ? undefined : { document }),
    ...(goal === undefined ? undefined : { goal }),
  }
}

/** What the daemon does of itself once the outcome holds: a task for whom it was assigned to, a document's new owner. */
export const enforced = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  { by, hops }: Motion,
): ReadonlyArray<Draft> => {
  const { proposal, kind, binding, option, document, goal = "" } = event.data as BuiltinData["proposal.executed"]
  if (!binding || option === undefined) return []
  if (kind === "election" && document !== undefined) {
    if (!definitions.view(event.org).members.has(option)) return [gone(definitions, event, proposal, option)]
    if (!state.owners.has(document) && state.owners.size >= MAX_DOCUMENTS) return []
    const instead = definitions.view(event.org).organization.documents.find(({ name }) => name === document)?.owner
    const change = { name: document, owner: option, proposal, ...(instead === undefined ? undefined : { instead }) }
    return [{ ...follow(event, "document.owner.changed", change), subject: document }]
  }
  if (kind !== "assignment") return []
  if (!definitions.view(event.org).members.has(option)) return [gone(definitions, event, proposal, option)]
  const task: Task = {
    id: `t-${placeName(event.org, event.seq)}.a`,
    org: event.org,
    event: event.id,
    eventSeq: event.seq,
    member: option,
    contract: MEMBERS_CONTRACT,
    effect: 0,
    place: 0,
    as: "parallel",
    goal,
    correlationid: event.correlationid,
    ...traceOf(event),
    hops: (hops ?? 0) + 1,
    created: event.time,
  }
  return [{ ...follow(event, "task.created", task, daemonActor(by)), hops: task.hops }]
}

/** Where the organization reads what has come of it. */
export const outcomePosted = (
  definitions: Definitions,
  proposal: Proposal,
  cause: Event,
  outcome: string,
): ReadonlyArray<Draft> => [
  follow(cause, "message.posted", {
    channel: channelOf(definitions, proposal.org),
    text: `${heading(proposal)} It is ${outcome} (${proposal.id}).`,
  }),
]

const heading = ({ requester, question }: Proposal): string =>
  `${requester} asks: ${question}${/[.!?]$/.test(question) ? "" : "."}`

const motionOf = (event: Event, { binding, candidate, document, goal }: AskedMotion): Motion => ({
  event: event.id,
  seq: event.seq,
  by: requesterOf(event.actor),
  correlationid: event.correlationid,
  ...traceOf(event),
  ...(event.hops === undefined ? undefined : { hops: event.hops }),
  binding,
  ...(document === undefined ? undefined : { document }),
  ...(goal === undefined ? undefined : { goal }),
  ...(candidate === undefined ? undefined : { candidate }),
})

/** Members open proposals, and contracts, and an operator; not whom a bridge names. */
const strangerProblem = (definitions: Definitions, { actor, org }: Event): Refusal | undefined => {
  if (actor.kind === "operator" || actor.kind === "system") return undefined
  return definitions.view(org).members.get(actor.name)?.kind === actor.kind
    ? undefined
    : refuse("forbidden", "not-a-member", `${actor.name} is not a member of ${org}, and only members open proposals`)
}

const candidateProblem = (
  definitions: Definitions,
  org: string,
  { kind, candidate, votes: { resolution } }: AskedMotion,
): Refusal | undefined => {
  if (kind !== "election" && kind !== "assignment") return undefined
  const { members } = definitions.view(org)
  const candidates = resolution.kind === "plurality" ? resolution.options : [candidate!]
  const unknown = candidates.find((name) => !members.has(name))
  if (unknown === undefined) return undefined
  return refuse(
    "invalid",
    "candidate-unknown",
    `"${unknown}" is no member of ${org}, and only members can be chosen${orDidYouMean(unknown, members.keys())}`,
  )
}

const documentProblem = ({ owners }: OrganizationState, { document }: AskedMotion): Refusal | undefined => {
  if (document === undefined) return undefined
  if (!isDocumentName(document))
    return refuse(
      "invalid",
      "document-malformed",
      `"${document}" is no name of a document: letters, digits, dots, _ and -`,
    )
  return owners.size >= MAX_DOCUMENTS && !owners.has(document)
    ? refuse("busy", "documents-full", `${MAX_DOCUMENTS} documents have elected owners already`)
    : undefined
}

const crowdProblem = ({ org, proposals }: OrganizationState, { actor }: Event): Refusal | undefined => {
  const { name } = requesterOf(actor)
  let all = 0
  let own = 0
  for (const { proposal } of proposals.values())
    if (proposal.motion !== undefined) {
      all++
      if (proposal.requester === name) own++
    }
  if (all < MAX_OPEN_MOTIONS && own < MAX_OPEN_MOTIONS_OF_ONE) return undefined
  const whose = all < MAX_OPEN_MOTIONS ? `${name} has ${own} open proposals` : `${all} proposals are open in ${org}`
  return refuse("busy", "too-many-proposals", `${whose} already; let some be decided, or cancel them`)
}

/** Nothing is done for somebody who is not there any more. */
const gone = (definitions: Definitions, event: Event, proposal: string, name: string): Draft =>
  follow(event, "message.posted", {
    channel: channelOf(definitions, event.org),
    text: `${name} was chosen (${proposal}), but is no member of ${event.org} any more. Nothing was done; ask again.`,
  })
