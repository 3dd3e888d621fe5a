/** One pass over the records: the lives of holds, proposals, tasks and runs, and what follows from what. */
import type { BuiltinData } from "../../domain/builtins.ts"
import type { Decision } from "../../domain/decision.ts"
import { type Event, eventKey } from "../../domain/event.ts"
import { classOf } from "../../domain/eventTypes.ts"
import { HOLD_ENDS, type Proposal, type Vote } from "../../domain/proposal.ts"
import type { LogRecord } from "../../domain/record.ts"
import { Delegations } from "../countedVotes.ts"
import type { Say } from "./evidence.ts"

export interface HoldLife {
  readonly event: Event
  readonly decision: Decision
  opened: boolean
  readonly ends: Array<{ readonly type: string; readonly seq: number; readonly decision: Decision }>
  /** It waited for room, was decided afresh, and waited on. */
  continued: boolean
  /** Those that it waits for in the end. */
  proposals: ReadonlyArray<string>
}
export interface ProposalLife {
  readonly proposal: Proposal
  /** Of what a member opened: where its outcome is said to hold, and the records that enforce it. */
  readonly executed: Array<{ readonly seq: number; readonly data: BuiltinData["proposal.executed"] }>
  readonly enforced: Array<string>
  readonly votes: Array<{ readonly vote: Vote; readonly time: string; readonly seq: number }>
  readonly ends: Array<{ readonly type: string; readonly time: string; readonly seq: number }>
  hold: HoldLife | undefined
}
export interface TaskLife {
  readonly created: BuiltinData["task.created"]
  readonly runs: Array<{ readonly run: string; ended: boolean }>
  readonly ends: Array<"completed" | "dead" | "cancelled">
}

export interface LogIndex {
  size: number
  readonly bySeq: Map<string, LogRecord>
  /** First decisions on gated events. */
  readonly decided: Array<{ readonly event: Event; readonly decision: Decision }>
  readonly holds: Map<string, HoldLife>
  readonly proposals: Map<string, ProposalLife>
  readonly tasks: Map<string, TaskLife>
  /** By the event that they follow from. */
  readonly tasksOf: Map<string, Array<string>>
  /** When each run ended, as log time. */
  readonly endedRuns: Map<string, string>
  /** What follows from an event, by organization and the event's id. */
  readonly following: Map<string, Array<Event>>
  /** Names of members that have left an organization at any time. */
  readonly left: Set<string>
  /** Schedules that came to their time. */
  readonly firings: Array<Event>
  /** Agents that are stopped, by their organization and name. */
  readonly stopped: Set<string>
  /** By organization. */
  readonly delegations: Map<string, Delegations>
  /** Standing approvals that were taken back, by organization and id. */
  readonly takenBack: Set<string>
}

export const place = (org: string, seq: number): string => `${org} ${seq}`

export const indexOf = (records: Iterable<LogRecord>, say: Say): LogIndex => {
  const index: LogIndex = {
    size: 0,
    bySeq: new Map(),
    decided: [],
    holds: new Map(),
    proposals: new Map(),
    tasks: new Map(),
    tasksOf: new Map(),
    endedRuns: new Map(),
    following: new Map(),
    left: new Set(),
    firings: [],
    stopped: new Set(),
    delegations: new Map(),
    takenBack: new Set(),
  }
  const keys = new Set<string>()
  const heads = new Map<
    string,
    { readonly seq: number; readonly time: string; readonly revision: string | undefined }
  >()
  for (const record of records) {
    const { event, decision } = record
    const { org, seq, time } = event
    index.size++
    const head = heads.get(org) ?? { seq: 0, time: "", revision: undefined }
    if (seq !== head.seq + 1) say(1, `${org}: number ${seq} follows number ${head.seq}`)
    if (time < head.time) say(1, `${org} ${seq}: the log's time goes back`)
    if (keys.has(eventKey(event))) say(1, `${org} ${seq}: the event ${event.id} of ${event.source} is there twice`)
    keys.add(eventKey(event))
    const adopted =
      event.type === "contracts.revised" ? (event.data as BuiltinData["contracts.revised"]).revision : head.revision
    const revision = event.type === "contracts.revised" ? head.revision : adopted
    if (decision !== undefined && event.type !== "contracts.revised" && decision.revision !== revision)
      say(1, `${org} ${seq}: decided under ${decision.revision}, while ${revision} was in force`)
    if (classOf(event.type) === "gated" && decision === undefined)
      say(1, `${org} ${seq}: ${event.type} was not decided`)
    heads.set(org, { seq, time, revision: adopted })
    index.bySeq.set(place(org, seq), record)
    if (decision !== undefined && classOf(event.type) === "gated") index.decided.push({ event, decision })
    if (decision?.verdict === "hold" && decision.hold !== undefined)
      index.holds.set(decision.hold, {
        event,
        decision,
        opened: false,
        ends: [],
        continued: false,
        proposals: decision.proposals ?? [],
      })
    let delegations = index.delegations.get(org)
    if (delegations === undefined) index.delegations.set(org, (delegations = new Delegations()))
    delegations.see(event)
    if (event.type === "member.left") index.left.add((event.data as BuiltinData["member.left"]).member)
    if (event.causationid !== undefined) {
      const cause = `${org} ${event.causationid}`
      const following = index.following.get(cause)
      if (following === undefined) index.following.set(cause, [event])
      else following.push(event)
    }
    fold(index, event, say)
  }
  return index
}

const fold = (index: LogIndex, event: Event, say: Say): void => {
  const end = HOLD_ENDS[event.type]
  if (end !== undefined) {
    const { hold, decision } = event.data as BuiltinData["hold.released"]
    const life = index.holds.get(hold)
    if (life === undefined) say(2, `${hold} has ended and never was`)
    else life.ends.push({ type: event.type, seq: event.seq, decision })
    return
  }
  switch (event.type as keyof BuiltinData) {
    case "hold.opened": {
      const { id } = event.data as BuiltinData["hold.opened"]
      const life = index.holds.get(id)
      if (life === undefined) say(2, `${id} was opened for no held event`)
      else life.opened = true
      return
    }
    case "hold.continued": {
      const { hold, proposals } = event.data as BuiltinData["hold.continued"]
      const life = index.holds.get(hold)
      if (life === undefined) return say(2, `${event.id} continues a hold that is not there`)
      life.continued = true
      life.proposals = proposals
      return
    }
    case "proposal.opened": {
      const proposal = event.data as Proposal
      if (index.proposals.has(proposal.id)) say(3, `${proposal.id} was opened twice`)
      index.proposals.set(proposal.id, {
        proposal,
        executed: [],
        enforced: [],
        votes: [],
        ends: [],
        hold: index.holds.get(proposal.hold ?? ""),
      })
      return
    }
    case "vote.cast": {
      const vote = event.data as Vote
      const life = index.proposals.get(vote.proposal)
      if (life === undefined) return say(3, `a vote was cast on ${vote.proposal}, which is not there`)
      if (life.ends.length > 0 && !isVetoInDelay(life, vote))
        say(3, `${vote.by} has voted on ${vote.proposal} after its end`)
      if (index.takenBack.has(`${event.org} ${vote.bystanding}`))
        say(3, `${vote.by} has voted on ${vote.proposal} by ${vote.bystanding}, which was taken back`)
      life.votes.push({ vote, time: event.time, seq: event.seq })
      return
    }
    case "approval.revoked":
      index.takenBack.add(`${event.org} ${(event.data as BuiltinData["approval.revoked"]).id}`)
      return
    case "proposal.succeeded":
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled": {
      const { proposal } = event.data as BuiltinData["proposal.succeeded"]
      const life = index.proposals.get(proposal)
      if (life === undefined) return say(3, `${proposal} has ended and never was`)
      life.ends.push({ type: event.type, time: event.time, seq: event.seq })
      return
    }
    case "proposal.executed": {
      const data = event.data as BuiltinData["proposal.executed"]
      const life = index.proposals.get(data.proposal)
      if (life === undefined) return say(3, `${data.proposal} was executed and never was`)
      life.executed.push({ seq: event.seq, data })
      return
    }
    case "document.owner.changed": {
      const { name, owner, proposal } = event.data as BuiltinData["document.owner.changed"]
      const life = index.proposals.get(proposal)
      if (life === undefined) return say(2, `${name} has got an owner by ${proposal}, which is not there`)
      life.enforced.push(`${name} is ${owner}'s`)
      return
    }
    default:
      foldWork(index, event, say)
  }
}

const foldWork = (index: LogIndex, event: Event, say: Say): void => {
  switch (event.type as keyof BuiltinData) {
    case "task.created": {
      const created = event.data as BuiltinData["task.created"]
      if (index.tasks.has(created.id)) say(2, `${created.id} was created twice`)
      index.tasks.set(created.id, { created, runs: [], ends: [] })
      const cause = place(created.org, created.eventSeq)
      index.tasksOf.set(cause, [...(index.tasksOf.get(cause) ?? []), created.id])
      return
    }
    case "cron":
      index.firings.push(event)
      return
    case "agent.stopped":
      index.stopped.add(`${(event.data as BuiltinData["agent.stopped"]).agent}${event.org}`)
      return
    case "agent.started":
      index.stopped.delete(`${(event.data as BuiltinData["agent.started"]).agent}${event.org}`)
      return
    case "run.started": {
      const { run, task, member } = event.data as BuiltinData["run.started"]
      if (index.stopped.has(`${member}${event.org}`)) say(2, `${run} was started, and ${member} is stopped`)
      const life = index.tasks.get(task)
      if (life === undefined)
        return event.source === "charter" ? say(2, `${run} runs for ${task}, which is not there`) : undefined
      if (life.created.human === true) say(2, `${run} was started for ${task}, which is done by hand`)
      if (life.ends.length > 0) say(2, `${run} was started after the end of ${task}`)
      if (life.runs.some(({ ended }) => !ended)) say(2, `${task} is held by two runs at once`)
      if (life.runs.some((one) => one.run === run)) say(2, `${run} was started twice`)
      life.runs.push({ run, ended: false })
      return
    }
    case "run.ended": {
      const { run, task } = event.data as BuiltinData["run.ended"]
      index.endedRuns.set(run, event.time)
      const life = index.tasks.get(task)?.runs.find((one) => one.run === run)
      if (life?.ended === true) say(2, `${run} has ended twice`)
      if (life !== undefined) life.ended = true
      return
    }
    case "task.completed":
    case "task.cancelled":
    case "task.failed": {
      const { task } = event.data as { readonly task: string }
      if (event.type === "task.failed" && !(event.data as BuiltinData["task.failed"]).dead) return
      const end = event.type === "task.completed" ? "completed" : event.type === "task.cancelled" ? "cancelled" : "dead"
      index.tasks.get(task)?.ends.push(end)
    }
  }
}

export const isVeto = ({ vetoers = [] }: Proposal, { by, choice }: Vote): boolean =>
  choice === "deny" && vetoers.some(({ name }) => name === by)

const isVetoInDelay = ({ proposal, ends }: ProposalLife, vote: Vote): boolean =>
  proposal.delay !== undefined && isVeto(proposal, vote) && ends.every(({ type }) => type === "proposal.succeeded")

/** The decision by which a held event was let through. */
export const releaseOf = (hold: HoldLife | undefined): Decision | undefined => {
  const end = hold?.ends.find(({ type }) => type === "hold.released")
  return end?.decision.verdict === "allow" ? end.decision : undefined
}
