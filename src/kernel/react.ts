/** What must follow from a record that has just been folded in: ends of proposals and holds, the next task. Pure. */
import type { ApprovalResolved, BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Task } from "../domain/task.ts"
import { type Judged, decideAfresh, decideFailure, decideRelease } from "./decideHeld.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, follow } from "./draft.ts"
import { nextOfSequence } from "./effects.ts"
import { afterMessage } from "./messages.ts"
import { channelOf, furtherProposal, question } from "./openProposals.ts"
import { asOf, closeProposal, standingVotes } from "./proposals.ts"
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
    case "proposal.expired":
      return { proposal: state.proposals.get((event.data as BuiltinData["proposal.expired"]).proposal)?.proposal }
    default:
      return NOTHING
  }
}

const NOTHING: Ended = {}

export const react = (
  state: OrganizationState,
  definitions: Definitions,
  record: LogRecord,
  ended: Ended,
  now: number,
): ReadonlyArray<Draft> => {
  const { event } = record
  switch (event.type as keyof BuiltinData) {
    case "proposal.opened": {
      const open = state.proposals.get((event.data as BuiltinData["proposal.opened"]).id)
      return open === undefined ? NONE : standingVotes(state, open, event, now)
    }
    case "vote.cast": {
      const open = state.proposals.get((event.data as BuiltinData["vote.cast"]).proposal)
      if (open === undefined) return NONE
      return open.released === undefined
        ? closeProposal(state, definitions, open, event, now)
        : vetoed(state, definitions, open, event)
    }
    case "delegation.created":
    case "delegation.revoked":
      return [...state.proposals.values()].flatMap((open) => closeProposal(state, definitions, open, event, now))
    case "proposal.succeeded": {
      const hold = state.holds.get((event.data as BuiltinData["proposal.succeeded"]).hold)
      return hold === undefined ? NONE : releaseWhenMet(state, definitions, hold, event, now)
    }
    case "proposal.defeated":
    case "proposal.expired":
      return failed(state, definitions, event, ended.proposal, now)
    case "task.completed":
      return ended.task === undefined ? NONE : afterTask(state, ended.task, event)
    case "message.posted":
      return afterMessage(event)
    case "task.cancelled":
      return withdrawRun(state, definitions, event)
    default:
      return NONE
  }
}

/** Lets a hold through when every requirement is met and no delay runs any more. */
export const releaseWhenMet = (
  state: OrganizationState,
  definitions: Definitions,
  hold: OpenHold,
  cause: Event,
  now: number,
): ReadonlyArray<Draft> => {
  const met = hold.proposals.every((id) => {
    const released = state.proposals.get(id)?.released
    return released !== undefined && released <= now
  })
  if (!met || hold.proposals.length === 0) return NONE
  const judged = decideRelease(state, definitions, hold, now)
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
): ReadonlyArray<Draft> => {
  const judged = decideAfresh(state, definitions, hold, now)
  const { decision, derived } = judged
  if (decision.verdict === "allow") return released(definitions, hold, cause, judged, "there is room now")
  if (decision.verdict === "deny") return refusedHold(state, definitions, hold, cause, judged)
  const { reason = "", until, proposals = [] } = decision
  return [
    asOf(
      cause,
      hold,
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
  rule: "defeated" | "expired" | "cancelled",
  cause: Event,
  reason: string,
  contracts: ReadonlyArray<string>,
  by?: string,
): ReadonlyArray<Draft> => {
  const { decision, derived } = decideFailure(definitions, hold, rule, contracts, reason)
  const type = rule === "expired" ? "hold.expired" : rule === "cancelled" ? "hold.cancelled" : "hold.denied"
  const whose = by === undefined ? undefined : { by }
  return [
    ...othersEnd(state, hold, cause, reason, whose),
    asOf(cause, hold, follow(cause, type, { ...held(hold), reason, decision, ...whose })),
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
  asOf(cause, hold, follow(cause, "hold.released", { ...held(hold), reason, decision })),
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
    asOf(cause, hold, follow(cause, "hold.denied", { ...held(hold), reason, decision })),
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
  late: Proposal | undefined,
  now: number,
): ReadonlyArray<Draft> => {
  const { hold: id, contract, reason } = event.data as BuiltinData["proposal.defeated"]
  const hold = state.holds.get(id)
  if (hold === undefined) return NONE
  const further = late === undefined ? undefined : furtherProposal(definitions, hold.event, late, now)
  if (further !== undefined) return further.map((draft) => asOf(event, hold, draft))
  return endHold(state, definitions, hold, event.type === "proposal.expired" ? "expired" : "defeated", event, reason, [
    contract,
  ])
}

/** During the delay after success the only vote that counts is a veto. */
const vetoed = (
  state: OrganizationState,
  definitions: Definitions,
  { proposal }: OpenProposal,
  event: Event,
): ReadonlyArray<Draft> => {
  const hold = state.holds.get(proposal.hold)
  if (hold === undefined) return NONE
  const { by, reason: why } = event.data as BuiltinData["vote.cast"]
  const reason = `vetoed by ${by}${why === undefined ? "" : `: "${why}"`}`
  const { id, contract } = proposal
  return [
    asOf(event, hold, follow(event, "proposal.cancelled", { proposal: id, hold: hold.id, contract, reason, by })),
    ...endHold(state, definitions, hold, "defeated", event, reason, [contract], by),
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
            hold,
            follow(cause, "proposal.cancelled", {
              proposal: id,
              hold: hold.id,
              contract: open.proposal.contract,
              reason,
              ...whose,
            }),
          ),
        ]
  })

/** The next of a sequence; of a race the others end. */
const afterTask = (state: OrganizationState, completed: Task, event: Event): ReadonlyArray<Draft> => {
  if (completed.as === "sequence") {
    const next = nextOfSequence(completed, event)
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

/** A run that still waited to be granted is not asked for any more. */
const withdrawRun = (state: OrganizationState, definitions: Definitions, event: Event): ReadonlyArray<Draft> => {
  const { task, reason, by } = event.data as BuiltinData["task.cancelled"]
  for (const hold of state.holds.values())
    if (hold.event.type === "run.requested" && (hold.event.data as BuiltinData["run.requested"]).task === task)
      return endHold(state, definitions, hold, "cancelled", event, reason, hold.decision.contracts, by)
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
    follow(cause, "message.posted", { channel: channelOf(definitions, event), text }),
  ].map((draft) => asOf(cause, hold, draft))
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
  return [asOf(cause, hold, follow(cause, "task.failed", { task, run, attempt: open.attempt, error, dead: true }))]
}
