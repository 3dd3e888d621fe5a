/** What must follow from a record that has just been folded in: ends of proposals and holds, the next task. Pure. */
import type { ApprovalResolved, BuiltinData } from "../domain/builtins.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Task } from "../domain/task.ts"
import { decideFailure, decideRelease } from "./decide.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, follow } from "./draft.ts"
import { nextOfSequence } from "./effects.ts"
import { channelOf, question } from "./openProposals.ts"
import type { OpenHold, OpenProposal, OrganizationState } from "./state.ts"
import { tally } from "./tally.ts"

const NONE: ReadonlyArray<Draft> = []

/** `completed`: the task that the record has just ended with success. */
export const react = (
  state: OrganizationState,
  definitions: Definitions,
  record: LogRecord,
  completed: Task | undefined,
  now: number,
): ReadonlyArray<Draft> => {
  const { event } = record
  switch (event.type as keyof BuiltinData) {
    case "vote.cast": {
      const open = state.proposals.get((event.data as BuiltinData["vote.cast"]).proposal)
      return open === undefined ? NONE : close(state, definitions, open, event)
    }
    case "contracts.revised":
      return [...state.proposals.values()].flatMap((open) => close(state, definitions, open, event))
    case "proposal.succeeded": {
      const hold = state.holds.get((event.data as BuiltinData["proposal.succeeded"]).hold)
      if (hold === undefined || !hold.proposals.every((id) => state.proposals.get(id)?.succeeded === true)) return NONE
      return release(state, definitions, hold, event, now)
    }
    case "proposal.defeated":
    case "proposal.expired": {
      const { hold: id, contract, reason } = event.data as BuiltinData["proposal.defeated"]
      const hold = state.holds.get(id)
      if (hold === undefined) return NONE
      const rule = event.type === "proposal.expired" ? "expired" : "defeated"
      return endHold(state, definitions, hold, rule, event, reason, [contract])
    }
    case "task.completed": {
      const next = completed === undefined ? undefined : nextOfSequence(completed, event)
      return next === undefined ? NONE : [next]
    }
    default:
      return NONE
  }
}

/** Ends a hold that was not released: the proposals still open with it, the second decision, and what follows. */
export const endHold = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  rule: "defeated" | "expired" | "cancelled",
  cause: Event,
  reason: string,
  contracts: ReadonlyArray<string>,
  by?: string,
): ReadonlyArray<Draft> => {
  const { decision, derived } = decideFailure(definitions, hold, rule, contracts, reason)
  const type = rule === "expired" ? "hold.expired" : rule === "cancelled" ? "hold.cancelled" : "hold.denied"
  // One that has succeeded stays so: a proposal is decided once.
  const others = hold.proposals.filter((id) => state.proposals.get(id)?.succeeded === false)
  const whose = by === undefined ? undefined : { by }
  return [
    ...others.map((id) =>
      asOf(
        cause,
        hold,
        follow(cause, "proposal.cancelled", {
          proposal: id,
          hold: hold.id,
          contract: state.proposals.get(id)!.proposal.contract,
          reason,
          ...whose,
        }),
      ),
    ),
    asOf(cause, hold, follow(cause, type, { ...held(hold), reason, decision, ...whose })),
    ...resolved(definitions, hold, cause, rule === "expired" ? "expired" : "deny", reason),
    ...derived,
    ...runRefused(state, hold, cause, reason),
  ]
}

const release = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  now: number,
): ReadonlyArray<Draft> => {
  const { decision, derived } = decideRelease(state, definitions, hold, now)
  const allowed = decision.verdict === "allow"
  const reason = allowed ? "every requirement was met" : decision.reason!
  return [
    asOf(cause, hold, follow(cause, allowed ? "hold.released" : "hold.denied", { ...held(hold), reason, decision })),
    ...resolved(definitions, hold, cause, allowed ? "allow" : "deny", reason),
    ...derived,
    ...(allowed ? NONE : runRefused(state, hold, cause, reason)),
  ]
}

/** Decides a proposal as soon as its rule is met, or cannot be met any more. */
const close = (
  state: OrganizationState,
  definitions: Definitions,
  open: OpenProposal,
  cause: Event,
): ReadonlyArray<Draft> => {
  if (open.succeeded) return NONE
  const { proposal, votes } = open
  let approve = 0
  let deny = 0
  let abstain = 0
  let remaining = 0
  for (const elector of proposal.electorate) {
    const vote = votes.get(elector.name)
    if (vote?.choice === "approve") approve++
    else if (vote?.choice === "deny") deny++
    else if (vote !== undefined) abstain++
    else if (canVote(definitions, elector)) remaining++
  }
  const electors = proposal.electorate.length
  const result = tally(proposal.resolution, { approve, deny, abstain, open: remaining, electors })
  if (result === "open") return NONE
  const hold = state.holds.get(proposal.hold)
  const reason =
    result === "succeeded"
      ? `approved by ${namesOf(open, "approve")}`
      : deny > 0
        ? `denied by ${namesOf(open, "deny")}${reasonsOf(open)}`
        : `it cannot be reached any more: ${approve} approved, ${abstain} abstained, ${remaining} of ${electors} can still vote`
  const draft = follow(cause, result === "succeeded" ? "proposal.succeeded" : "proposal.defeated", {
    proposal: proposal.id,
    hold: proposal.hold,
    contract: proposal.contract,
    reason,
  })
  return [hold === undefined ? draft : asOf(cause, hold, draft)]
}

/** Is the elector still a member where he was one when the electorate was frozen? */
export const canVote = (
  definitions: Definitions,
  elector: { readonly name: string; readonly kind: "human" | "agent"; readonly org?: string },
): boolean =>
  elector.org === undefined
    ? definitions.isHuman(elector.name)
    : definitions.view(elector.org).members.get(elector.name.split("@")[0]!)?.kind === elector.kind

/** Proposals whose deadline has come, and leases that have run out: what the writer's clock makes happen. */
export const dueDrafts = (state: OrganizationState, now: number): ReadonlyArray<Draft> => {
  const drafts: Array<Draft> = []
  for (const { proposal, succeeded } of state.proposals.values()) {
    if (succeeded || Date.parse(proposal.deadline) > now) continue
    const hold = state.holds.get(proposal.hold)
    if (hold === undefined) continue
    const reason = `not decided within the time that ${proposal.contract} gives (until ${proposal.deadline})`
    drafts.push(
      asOf(
        hold.event,
        hold,
        follow(hold.event, "proposal.expired", {
          proposal: proposal.id,
          hold: hold.id,
          contract: proposal.contract,
          reason,
        }),
      ),
    )
  }
  return drafts
}

export const nextTimer = (state: OrganizationState): number => {
  let earliest = Number.POSITIVE_INFINITY
  for (const { proposal, succeeded } of state.proposals.values())
    if (!succeeded) earliest = Math.min(earliest, Date.parse(proposal.deadline))
  for (const task of state.tasks.values()) if (task.state === "running") earliest = Math.min(earliest, task.until)
  return earliest
}

/** Belongs to the held event's correlation, whoever caused it, and acts for who asked. */
const asOf = (cause: Event, hold: OpenHold, draft: Draft): Draft => ({
  ...draft,
  actor: daemonActor(requesterOf(hold.event.actor)),
  correlationid: hold.event.correlationid,
  causationid: cause.id,
  depth: Math.min(draft.depth ?? 1, 1),
})

const held = (hold: OpenHold) => ({
  hold: hold.id,
  event: hold.event.id,
  source: hold.event.source,
  seq: hold.event.seq,
})

/** The outcome, for programs and, in the organization's channel, for people. */
const resolved = (
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  verdict: ApprovalResolved["verdict"],
  reason: string,
): ReadonlyArray<Draft> => [
  asOf(
    cause,
    hold,
    follow(cause, "approval.resolved", {
      hold: hold.id,
      event: hold.event.id,
      verdict,
      proposals: hold.proposals,
      reason,
    }),
  ),
  asOf(
    cause,
    hold,
    follow(cause, "message.posted", {
      channel: channelOf(definitions, hold.event),
      text: `${question(hold.event)}: ${OUTCOMES[verdict]}, ${reason}`,
    }),
  ),
]

const OUTCOMES: Readonly<Record<ApprovalResolved["verdict"], string>> = {
  allow: "released",
  deny: "refused",
  expired: "expired",
}

/** A run that was not granted ends its task. */
const runRefused = (state: OrganizationState, hold: OpenHold, cause: Event, reason: string): ReadonlyArray<Draft> => {
  if (hold.event.type !== "run.requested") return NONE
  const { task, run } = hold.event.data as BuiltinData["run.requested"]
  const open = state.tasks.get(task)
  return open === undefined
    ? NONE
    : [
        asOf(
          cause,
          hold,
          follow(cause, "task.failed", {
            task,
            run,
            attempt: open.attempt,
            error: `the run was refused: ${reason}`,
            dead: true,
          }),
        ),
      ]
}

const namesOf = (open: OpenProposal, choice: "approve" | "deny"): string =>
  [...open.votes.values()]
    .filter((vote) => vote.choice === choice)
    .map((vote) => vote.by)
    .join(" and ")

const reasonsOf = (open: OpenProposal): string => {
  const reasons = [...open.votes.values()].flatMap((vote) =>
    vote.choice === "deny" && vote.reason !== undefined ? [`"${vote.reason}"`] : [],
  )
  return reasons.length === 0 ? "" : `: ${reasons.join(", ")}`
}
