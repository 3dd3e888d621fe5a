/** Opens what a held event waits for: everything about a proposal is frozen here. */
import type { RequireApproval, RequireVotes, Resolution } from "../domain/contract.ts"
import { durationInWords } from "../domain/duration.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import { DEFAULT_WITHIN_MS } from "../domain/contract.ts"
import type { Definitions } from "./definitions.ts"
import { actionDigest } from "./digest.ts"
import { type Draft, follow, placeName } from "./draft.ts"
import type { LinkedContract } from "./linkedContract.ts"
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

const BOUNDS_EFFECT: RequireApproval = {
  effect: "require_approval",
  from: [{ kind: "humans", scope: false }],
  within: DEFAULT_WITHIN_MS,
  otherwise: "deny",
  self: true,
}

export const openProposals = (
  definitions: Definitions,
  event: Event,
  requiring: ReadonlyArray<LinkedContract>,
  bound: { readonly bound: "depth" | "hops" | "fan-out"; readonly max: number } | undefined,
  now: number,
): Opened => {
  const name = placeName(event.org, event.seq)
  const hold = `h-${name}`
  const digest = actionDigest(event)
  const requester = requesterOf(event.actor)
  const proposals: Array<Proposal> = []
  let impossible: Opened["impossible"]

  const open = (
    contract: { readonly fullName: string; readonly version: string; readonly scope: string },
    place: number,
    effect: RequireApproval | RequireVotes,
  ): void => {
    const electorate = select(effect.from, definitions, event, contract.scope)
      .filter((one) => effect.self || one.name !== requester.name)
      .map((one): Elector => ({
        name: one.name,
        kind: one.kind,
        weight: one.weight,
        ...(one.org === undefined ? undefined : { org: one.org }),
      }))
    const resolution: Resolution =
      effect.effect === "require_votes" ? effect.resolution : { kind: "approvals", approvals: 1 }
    const needed = neededApprovals(resolution, electorate.length)
    if (electorate.length === 0 || needed < 1 || needed > electorate.length)
      impossible ??= {
        contract: contract.fullName,
        reason: impossibleReason(contract.fullName, needed, electorate.length),
      }
    proposals.push({
      id: proposals.length === 0 ? `p-${name}` : `p-${name}.${proposals.length + 1}`,
      org: event.org,
      hold,
      contract: contract.fullName,
      version: contract.version,
      revision: definitions.revision,
      effect: place,
      kind: effect.effect === "require_votes" ? "votes" : "approval",
      question: question(event),
      electorate,
      resolution,
      otherwise: effect.otherwise,
      opened: event.time,
      deadline: new Date(now + effect.within).toISOString(),
      digest,
      requester: requester.name,
    })
  }

  for (const { contract, requires } of requiring)
    for (const { place, effect } of requires) open(contract, place, effect)
  if (bound !== undefined) open({ fullName: BOUNDS_CONTRACT, version: "1", scope: event.org }, 0, BOUNDS_EFFECT)
  if (impossible !== undefined) return { proposals: [], drafts: [], reason: "", impossible }

  const opened = follow(event, "hold.opened", {
    id: hold,
    org: event.org,
    event: event.id,
    source: event.source,
    seq: event.seq,
    type: event.type,
    proposals: proposals.map((proposal) => proposal.id),
    requester: event.actor,
    opened: event.time,
  })
  const reason = proposals.map((proposal) => waitsFor(proposal, now)).join("; ")
  const posted = { channel: channelOf(definitions, event), text: `${question(event)}: ${reason}` }
  return {
    proposals,
    drafts: [
      ...(bound === undefined ? [] : [follow(event, "bound.exceeded", { ...bound, event: event.id })]),
      opened,
      ...proposals.map((proposal) => follow(event, "proposal.opened", proposal)),
      follow(event, "message.posted", posted),
    ],
    reason,
  }
}

/** What is asked, in one sentence. */
export const question = (event: Event): string =>
  `${requesterOf(event.actor).name} asks for "${event.type}"${event.subject === undefined ? "" : ` on ${event.subject}`}`

/** Where an organization reads what concerns it. */
export const channelOf = (definitions: Definitions, event: Event): string =>
  definitions.view(event.org).organization.channels[0]!

const waitsFor = (proposal: Proposal, now: number): string => {
  const needed = neededApprovals(proposal.resolution, proposal.electorate.length)
  const names = proposal.electorate.map((elector) => elector.name)
  const who = names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
  return `waits for ${needed} of ${who} within ${durationInWords(Date.parse(proposal.deadline) - now)} (${proposal.contract})`
}

const impossibleReason = (contract: string, needed: number, electors: number): string =>
  electors === 0
    ? `${contract} needs an approval, but there is nobody who could give it (who asks may not approve it himself)`
    : `${contract} needs ${needed} approvals, but only ${electors} ${electors === 1 ? "member" : "members"} could give one`
