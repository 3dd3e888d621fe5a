/** What must follow from a record that has just been folded in: ends of proposals and holds, the next task. Pure. */
import type { ApprovalResolved, BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Task } from "../domain/task.ts"
import type { Bound } from "./bounds.ts"
import { type HoldEnd, type Judged, decideAfresh, decideFailure, decideRelease } from "./decideHeld.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, follow } from "./draft.ts"
import { nextOfSequence } from "./effects.ts"
import { afterMessage } from "./messages.ts"
import { question } from "./freezeProposal.ts"
import { channelOf, furtherProposal } from "./openProposals.ts"
import { asOf, atEnd, closed } from "./askedEvent.ts"
import { closeProposal } from "./proposals.ts"
import { afterMotion, cancelMotion, executeWhenDue } from "./reactMotions.ts"
import type { OpenHold, OpenProposal, OrganizationState } from "./state.ts"

const NONE: ReadonlyArray<Draft> = []

/** What a record has just ended, as it stood before. */
export interface Ended {
  readonly task?: Task | undefined
  readonly proposal?: Proposal | undefined
}

export const endedBy = (state: OrganizationState, { event }: LogRecord): Ended => {
  switch (event.type) {
    case "task.completed":
      return { task: state.tasks.get((event.data as BuiltinData["task.completed"]).task)?.task }
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled":
    case "proposal.executed":
      return { proposal: state.proposals.get((event.data as BuiltinData["proposal.expired"]).proposal)?.proposal }
    default:
      return NOTHING
  }
}

const NOTHING: Ended = {}

/** `crowded`: no more fits the commit than what must follow. */
export const react = (
  state: OrganizationState,
  definitions: Definitions,
  record: LogRecord,
  ended: Ended,
  now: number,
  crowded?: Bound,
): ReadonlyArray<Draft> => {
  const { event } = record
  switch (event.type as keyof BuiltinData) {
    case "vote.cast": {
      const open = state.proposals.get((event.data as BuiltinData["vote.cast"]).proposal)
      if (open === undefined) return NONE
      return open.released === undefined
        ? closeProposal(state, definitions, open, event, now)
        : vetoed(state, definitions, open, event, crowded)
    }
    case "proposal.succeeded": {
      const { proposal, hold: id } = event.data as BuiltinData["proposal.succeeded"]
      const hold = state.holds.get(id ?? "")
      if (hold !== undefined) return releaseWhenMet(state, definitions, hold, event, now, crowded)
      const open = state.proposals.get(proposal)
      return open === undefined ? NONE : executeWhenDue(state, open, event, now)
    }
    case "proposal.defeated":
    case "proposal.expired":
      return failed(state, definitions, event, ended.proposal, now, crowded)
    case "proposal.cancelled":
    case "proposal.executed":
      return ended.proposal === undefined ? NONE : afterMotion(state, definitions, ended.proposal, event)
    case "task.completed":
      return ended.task === undefined ? NONE : afterTask(state, definitions, ended.task, event)
    case "task.created":
      return handedOver(event)
    case "message.posted":
      return afterMessage(event)
    case "task.cancelled":
      return withdrawRun(state, definitions, event, crowded)
    default:
      return NONE
  }
}

/**
 * Proposals that a record may decide without a vote on them. Each is looked at when all that has followed so far is
 * recorded, one after the other: of two that fail, the first may end the other.
 */
export const revisited = (state: OrganizationState, { event }: LogRecord): ReadonlyArray<string> => {
  switch (event.type as keyof BuiltinData) {
    case "proposal.opened":
      return [(event.data as BuiltinData["proposal.opened"]).id]
    case "proposal.escalated":
      return [(event.data as BuiltinData["proposal.escalated"]).proposal]
    case "delegation.created":
    case "delegation.revoked":
    case "delegation.expired":
      return [...state.proposals.keys()]
    default:
      return NOBODY
  }
}

const NOBODY: ReadonlyArray<string> = []

/** Lets a hold through when every requirement is met and no delay runs any more. */
export const releaseWhenMet = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  now: number,
  crowded?: Bound,
): ReadonlyArray<Draft> => {
  const met = hold.proposals.every((id) => {
    const released = state.proposals.get(id)?.released
    return released !== undefined && released <= now
  })
  if (!met || hold.proposals.length === 0) return NONE
  const judged = decideRelease(state, definitions, hold, now, crowded)
  return judged.decision.verdict === "allow"
    ? released(definitions, hold, cause, judged, "every requirement was met")
    : refusedHold(state, definitions, hold, cause, judged)
}

/** A hold that waited for room is decided afresh. */
export const continueHold = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  now: number,
  crowded?: Bound,
): ReadonlyArray<Draft> => {
  const judged = decideAfresh(state, definitions, hold, now, crowded)
  const { decision, derived } = judged
  if (decision.verdict === "allow") return released(definitions, hold, cause, judged, "there is room now")
  if (decision.verdict === "deny") return refusedHold(state, definitions, hold, cause, judged)
  const { reason = "", until, proposals = [] } = decision
  return [
    asOf(
      cause,
      hold.event,
      follow(cause, "hold.continued", {
        ...held(hold),
        reason,
        decision,
        proposals,
        ...(until === undefined ? undefined : { until }),
      }),
    ),
    ...derived.filter(({ type }) => type !== "hold.opened"),
  ]
}

/** Ends a hold that was not released: the proposals still open with it, the second decision, and what follows. */
export const endHold = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  end: HoldEnd,
  crowded?: Bound,
): ReadonlyArray<Draft> => {
  const { rule, reason, by } = end
  const { decision, derived } = decideFailure(state, definitions, hold, atEnd(cause, hold.event, by), end, crowded)
  const type = rule === "expired" ? "hold.expired" : rule === "cancelled" ? "hold.cancelled" : "hold.denied"
  const whose = by === undefined ? undefined : { by }
  return [
    ...othersEnd(state, hold, cause, reason, whose),
    asOf(cause, hold.event, follow(cause, type, { ...held(hold), reason, decision, ...whose })),
    ...resolved(definitions, hold, cause, rule === "expired" ? "expired" : "deny", reason),
    ...derived,
    ...runRefused(state, hold, cause, reason),
  ]
}

const released = (
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  { decision, derived }: Judged,
  reason: string,
): ReadonlyArray<Draft> => [
  asOf(cause, hold.event, follow(cause, "hold.released", { ...held(hold), reason, decision })),
  ...resolved(definitions, hold, cause, "allow", reason),
  ...derived,
]

const refusedHold = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  { decision, derived }: Judged,
): ReadonlyArray<Draft> => {
  const reason = decision.reason ?? ""
  return [
    asOf(cause, hold.event, follow(cause, "hold.denied", { ...held(hold), reason, decision })),
    ...resolved(definitions, hold, cause, "deny", reason),
    ...derived,
    ...runRefused(state, hold, cause, reason),
  ]
}

/** The first proposal that fails ends the others, unless it is escalated: then a further one stands in its place. */
const failed = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  ended: Proposal | undefined,
  now: number,
  crowded: Bound | undefined,
): ReadonlyArray<Draft> => {
  const { hold: id, contract, reason } = event.data as BuiltinData["proposal.defeated"]
  if (ended?.motion !== undefined) return afterMotion(state, definitions, ended, event)
  const hold = state.holds.get(id ?? "")
  if (hold === undefined) return NONE
  const late = event.type === "proposal.expired" ? ended : undefined
  const further = late === undefined ? undefined : furtherProposal(definitions, hold.event, late, now)
  if (further !== undefined) return further.map((draft) => asOf(event, hold.event, draft))
  const rule = event.type === "proposal.expired" ? "expired" : "defeated"
  return endHold(state, definitions, hold, event, { rule, reason, contracts: [contract] }, crowded)
}

/** During the delay after success the only vote that counts is a veto. */
const vetoed = (
  state: OrganizationState,
  definitions: Definitions,
  open: OpenProposal,
  event: Event,
  crowded: Bound | undefined,
): ReadonlyArray<Draft> => {
  const { proposal } = open
  const { by, reason: why } = event.data as BuiltinData["vote.cast"]
  const reason = `vetoed by ${by}${why === undefined ? "" : `: "${why}"`}`
  if (proposal.motion !== undefined) return cancelMotion(state, open, event, reason, by)
  const hold = state.holds.get(proposal.hold ?? "")
  if (hold === undefined) return NONE
  return [
    asOf(event, hold.event, follow(event, "proposal.cancelled", { ...closed(proposal), reason, by })),
    ...endHold(
      state,
      definitions,
      hold,
      event,
      { rule: "defeated", reason, contracts: [proposal.contract], by },
      crowded,
    ),
  ]
}

const othersEnd = (
  state: OrganizationState,
  hold: OpenHold,
  cause: Event,
  reason: string,
  whose: { readonly by: string } | undefined,
): ReadonlyArray<Draft> =>
  hold.proposals.flatMap((id) => {
    const open = state.proposals.get(id)
    // One that has succeeded stays so: a proposal is decided once.
    return open === undefined || open.released !== undefined
      ? []
      : [
          asOf(
            cause,
            hold.event,
            follow(cause, "proposal.cancelled", {
              ...closed(open.proposal),
              reason,
              ...whose,
            }),
          ),
        ]
  })

/** The next of a sequence; of a race the others end. */
const afterTask = (
  state: OrganizationState,
  definitions: Definitions,
  completed: Task,
  event: Event,
): ReadonlyArray<Draft> => {
  if (completed.as === "sequence") {
    const next = nextOfSequence(completed, definitions, event)
    return next === undefined ? NONE : [next]
  }
  if (completed.as !== "first") return NONE
  return [...state.tasks.values()].flatMap(({ task, state: stands, run }) => {
    if (
      task.eventSeq !== completed.eventSeq ||
      task.contract !== completed.contract ||
      task.effect !== completed.effect
    )
      return []
    const reason = `${completed.member} was first (${completed.id})`
    const ended =
      stands === "running" && run !== undefined
        ? [
            {
              ...follow(event, "run.ended", { run, task: task.id, outcome: "cancelled", error: reason }, daemonActor()),
              subject: task.id,
            },
          ]
        : []
    return [
      ...ended,
      { ...follow(event, "task.cancelled", { task: task.id, reason }, daemonActor()), subject: task.id },
    ]
  })
}

/** A task that its member does himself is told him in his inbox. Whoever it escalates to is told more by that. */
const handedOver = (event: Event): ReadonlyArray<Draft> => {
  const { id, member, goal, human, escalates } = event.data as BuiltinData["task.created"]
  if (human !== true || escalates !== undefined) return NONE
  const text = `Task ${id} is yours to do${goal === undefined ? "" : `: ${goal}`}`
  return [follow(event, "message.posted", { to: member, text, task: id }, event.actor)]
}

/** A run that still waited to be granted is not asked for any more. */
const withdrawRun = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  crowded: Bound | undefined,
): ReadonlyArray<Draft> => {
  const { task, reason, by } = event.data as BuiltinData["task.cancelled"]
  for (const hold of state.holds.values())
    if (hold.event.type === "run.requested" && (hold.event.data as BuiltinData["run.requested"]).task === task)
      return endHold(
        state,
        definitions,
        hold,
        event,
        { rule: "cancelled", reason, contracts: hold.decision.contracts, by },
        crowded,
      )
  return NONE
}

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
): ReadonlyArray<Draft> => {
  if (hold.proposals.length === 0) return NONE
  const { id, event, proposals } = hold
  const text = `${question(event)}: ${OUTCOMES[verdict]}, ${reason}`
  return [
    follow(cause, "approval.resolved", { hold: id, event: event.id, verdict, proposals, reason }),
    follow(cause, "message.posted", { channel: channelOf(definitions, event.org), text }),
  ].map((draft) => asOf(cause, hold.event, draft))
}

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
  if (open === undefined) return NONE
  const error = `the run was refused (run.requested): ${reason}`
  return [
    asOf(cause, hold.event, follow(cause, "task.failed", { task, run, attempt: open.attempt, error, dead: true })),
  ]
}
