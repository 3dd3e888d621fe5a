/** Votes, cancels, delegations and the end of standing approvals: who may, and what is recorded. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Actor, requesterOf } from "../domain/event.ts"
import { isEventPattern } from "../domain/eventTypes.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import { timeText } from "../domain/timeText.ts"
import type { Bound } from "./bounds.ts"
import type { Command } from "./command.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, placeName, traceOf } from "./draft.ts"
import { askedEvent } from "./askedEvent.ts"
import { canVote, hasJoined } from "./ballots.ts"
import { endHold } from "./react.ts"
import { cancelMotion } from "./reactMotions.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"

/** A standing approval lasts and is used at most so much. */
export const MAX_STANDING_MS = 30 * 86_400_000
export const MAX_STANDING_USES = 1_000
/** Standing approvals and delegations of one organization that are in force. */
export const MAX_STANDING = 10_000
export const MAX_DELEGATIONS = 10_000

type CommandOf<K extends Command["kind"]> = Extract<Command, { readonly kind: K }>

export const voteDraft = (
  state: OrganizationState,
  definitions: Definitions,
  command: CommandOf<"vote">,
  now: number,
): Draft | Refusal => {
  const open = state.proposals.get(command.proposal)
  if (open === undefined)
    return refuse("conflict", "proposal-not-open", `there is no open proposal "${command.proposal}" in ${state.org}`)
  const refusal =
    whoMayNot(open, definitions, command, state.org, now) ??
    wrongChoice(open.proposal, command) ??
    wrongStanding(state, command, now) ??
    wrongDigest(open.proposal, command.digest)
  if (refusal !== undefined) return refusal
  const { proposal, by, choice, reason, standing } = command
  const asked = askedEvent(state, open.proposal)
  return {
    type: "vote.cast",
    actor: by,
    correlationid: asked?.correlationid ?? proposal,
    ...traceOf(asked),
    data: {
      proposal,
      by: by.name,
      choice,
      ...(reason === undefined ? undefined : { reason }),
      ...(standing === undefined ? undefined : { standing }),
    } satisfies BuiltinData["vote.cast"],
  }
}

/** What waits for the operator is accepted by one, who votes on nothing else. */
export const acceptDrafts = (
  state: OrganizationState,
  { target, by, reason }: CommandOf<"accept">,
): ReadonlyArray<Draft> | Refusal => {
  if (by.kind !== "operator")
    return refuse("forbidden", "operator-only", "only an operator may accept what waits for him")
  const hold = state.holds.get(target) ?? state.holds.get(state.proposals.get(target)?.proposal.hold ?? "")
  if (hold === undefined) return notOpen(state, target)
  const open = hold.proposals.flatMap((id) => state.proposals.get(id) ?? [])
  const asked = open.filter(
    ({ proposal, released }) => released === undefined && proposal.electorate.some(({ kind }) => kind === "operator"),
  )
  if (asked.length === 0) {
    const names = [...new Set(open.flatMap(({ proposal }) => proposal.electorate.map(({ name }) => name)))]
    return refuse(
      "forbidden",
      "not-for-the-operator",
      `${hold.id} does not wait for the operator${names.length === 0 ? "" : `, but for ${names.join(", ")}`}`,
      { electorate: names },
    )
  }
  return asked.map(({ proposal }) => ({
    type: "vote.cast",
    actor: by,
    correlationid: hold.event.correlationid,
    ...traceOf(hold.event),
    data: {
      proposal: proposal.id,
      by: "operator",
      choice: "approve",
      ...(reason === undefined ? undefined : { reason }),
    } satisfies BuiltinData["vote.cast"],
  }))
}

/** The asker, an operator, or who may veto while the delay after success runs. */
export const cancelDrafts = (
  state: OrganizationState,
  definitions: Definitions,
  { target, by, reason: why }: CommandOf<"cancel">,
  now: number,
  crowded?: Bound,
): ReadonlyArray<Draft> | Refusal => {
  const open = state.proposals.get(target)
  const motion = open?.proposal.motion
  const hold = state.holds.get(target) ?? state.holds.get(open?.proposal.hold ?? "")
  if (hold === undefined && motion === undefined) return notOpen(state, target)
  const asker = motion?.by ?? requesterOf(hold!.event.actor)
  const asked = by.name === asker.name && by.kind === asker.kind
  // The daemon itself: a change that another organization has refused waits no more.
  if (
    by.kind !== "operator" &&
    by.kind !== "system" &&
    !asked &&
    !vetoesInDelay(state, hold?.proposals ?? [target], by, now)
  )
    return refuse(
      "forbidden",
      "not-the-requester",
      `only ${asker.name}, who asked, or an operator may cancel ${hold?.id ?? target}`,
    )
  const reason = `cancelled by ${by.name}${why === undefined ? "" : `: ${why}`}`
  if (hold === undefined) return cancelMotion(state, open!, undefined, reason, by.name)
  const end = { rule: "cancelled", reason, contracts: hold.decision.contracts, by: by.name } as const
  return endHold(state, definitions, hold, hold.event, end, crowded)
}

/** From one human of the organization to another, for a pattern of events, until it expires or is revoked. */
export const delegationDraft = (
  state: OrganizationState,
  definitions: Definitions,
  { by, to, on, expires, as }: CommandOf<"delegate">,
  now: number,
): Draft | Refusal => {
  const { members } = definitions.view(state.org)
  if (by.kind !== "human" || members.get(by.name)?.kind !== "human")
    return refuse("forbidden", "not-a-human-member", `only a human of ${state.org} may delegate a vote`)
  if (members.get(to)?.kind !== "human" || to === by.name)
    return refuse("invalid", "delegate-unknown", `"${to}" is no other human of ${state.org}`)
  if (!isEventPattern(on))
    return refuse("invalid", "pattern-malformed", `"${on}" is no event pattern; "**" is every event`)
  const until = Date.parse(expires)
  if (!(until > now)) return refuse("invalid", "expires-past", `"${expires}" is no time in the future`)
  if (state.delegations.size >= MAX_DELEGATIONS)
    return refuse("busy", "too-many-delegations", `${MAX_DELEGATIONS} delegations are in force already`)
  const id = `d-${placeName(state.org, state.position + 1)}`
  return {
    ...as,
    type: "delegation.created",
    actor: by,
    data: {
      id,
      from: by.name,
      to,
      on,
      expires: timeText(until),
    } satisfies BuiltinData["delegation.created"],
  }
}

export const revokeDelegationDraft = (
  state: OrganizationState,
  { id, by }: CommandOf<"revokeDelegation">,
): Draft | Refusal => {
  const delegation = state.delegations.get(id)
  if (delegation === undefined)
    return refuse("not-found", "delegation-unknown", `there is no delegation "${id}" in ${state.org}`)
  if (by.kind !== "operator" && !(by.kind === "human" && by.name === delegation.from))
    return refuse("forbidden", "not-the-delegator", `only ${delegation.from} or an operator may take ${id} back`)
  return {
    type: "delegation.revoked",
    actor: by,
    data: { id, from: delegation.from } satisfies BuiltinData["delegation.revoked"],
  }
}

/** Who has voted may take it back, also when he is an agent or of another organization; votes that it has cast stay. */
export const revokeStandingDraft = (
  state: OrganizationState,
  { id, by }: CommandOf<"revokeStanding">,
  now: number,
): Draft | Refusal => {
  const standing = state.standing.get(id)
  if (standing === undefined || standing.until <= now)
    return refuse("not-found", "standing-unknown", `there is no standing approval "${id}" in ${state.org}`)
  if (by.kind !== "operator" && !((by.kind === "human" || by.kind === "agent") && by.name === standing.by))
    return refuse("forbidden", "not-the-approver", `only ${standing.by} or an operator may take ${id} back`)
  return {
    type: "approval.revoked",
    actor: by,
    data: { id, elector: standing.by } satisfies BuiltinData["approval.revoked"],
  }
}

const whoMayNot = (
  { proposal, released }: OpenProposal,
  definitions: Definitions,
  { by, choice }: CommandOf<"vote">,
  org: string,
  now: number,
): Refusal | undefined => {
  if (by.kind === "operator")
    return refuse(
      "forbidden",
      "operator-cannot-vote",
      "the operator's token is no elector; vote with the token of a member",
    )
  const isBy = (one: Elector): boolean => one.name === by.name && one.kind === by.kind
  const vetoer = proposal.vetoers?.find(isBy)
  const veto = vetoer !== undefined && choice === "deny"
  if (released !== undefined && !(veto && released > now))
    return refuse(
      "conflict",
      "proposal-decided",
      `${proposal.id} has succeeded already; ${released > now ? "until it takes effect it can only be vetoed" : `it waits for the other requirements of ${proposal.hold}`}`,
    )
  const elector = proposal.electorate.find(isBy) ?? (veto ? vetoer : undefined)
  if (elector === undefined) {
    const names = proposal.electorate.map(({ name }) => name)
    if (vetoer !== undefined)
      return refuse("forbidden", "veto-only", `${by.name} is no elector of ${proposal.id}, and may only deny it`, {
        electorate: names,
      })
    return refuse(
      "forbidden",
      "not-an-elector",
      `${by.name} may not vote on ${proposal.id}: its electorate is ${names.join(", ")}`,
      { electorate: names },
    )
  }
  if (!veto && !hasJoined(elector, now))
    return refuse(
      "forbidden",
      "not-joined-yet",
      `${by.name} joins the electorate of ${proposal.id} only at ${elector.joins}`,
    )
  return canVote(definitions, elector)
    ? undefined
    : refuse("forbidden", "no-longer-a-member", `${by.name} is not a member of ${elector.org ?? org} any more`)
}

const wrongChoice = (
  { id, resolution, vetoers = [] }: Proposal,
  { by, choice }: CommandOf<"vote">,
): Refusal | undefined => {
  // Who may veto can always do it by a no, also where the others choose between options.
  const veto = vetoers.some(({ name, kind }) => name === by.name && kind === by.kind) ? ["deny"] : []
  const choices =
    resolution.kind === "plurality"
      ? [...new Set([...resolution.options, ...veto, "abstain"])]
      : ["approve", "deny", "abstain"]
  return choices.includes(choice)
    ? undefined
    : refuse(
        "invalid",
        "choice-unknown",
        `"${choice}" is no choice of ${id}; choose ${choices.map((one) => `"${one}"`).join(", ")}`,
        { choices },
      )
}

const wrongStanding = (
  state: OrganizationState,
  { standing, choice }: CommandOf<"vote">,
  now: number,
): Refusal | undefined => {
  if (standing === undefined) return undefined
  const until = Date.parse(standing.until)
  if (choice !== "approve")
    return refuse("invalid", "standing-malformed", "only an approval can stand for the same kind of event")
  if (!(until > now) || until - now > MAX_STANDING_MS)
    return refuse(
      "invalid",
      "standing-malformed",
      `a standing approval ends in the future, and within ${MAX_STANDING_MS / 86_400_000} days`,
    )
  if (!Number.isInteger(standing.max) || standing.max < 1 || standing.max > MAX_STANDING_USES)
    return refuse("invalid", "standing-malformed", `a standing approval has a cap of 1 to ${MAX_STANDING_USES} uses`)
  return state.standing.size < MAX_STANDING
    ? undefined
    : refuse("busy", "too-many-standing", `${MAX_STANDING} standing approvals are in force already`)
}

const wrongDigest = ({ id, digest }: Proposal, given: string | undefined): Refusal | undefined =>
  given === undefined || given === digest
    ? undefined
    : refuse("conflict", "digest-differs", `the action that ${id} is about is not the one this vote was meant for`, {
        digest,
      })

const notOpen = ({ org }: OrganizationState, target: string): Refusal =>
  refuse("conflict", "hold-not-open", `nothing that waits in ${org} goes by "${target}"`)

const vetoesInDelay = (state: OrganizationState, proposals: ReadonlyArray<string>, by: Actor, now: number): boolean =>
  proposals.some((id) => {
    const open = state.proposals.get(id)
    return (
      open?.released !== undefined &&
      open.released > now &&
      open.proposal.vetoers?.some(({ name, kind }) => name === by.name && kind === by.kind) === true
    )
  })
