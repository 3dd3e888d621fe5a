/**
 * What the records of a log tell of holds, proposals and tasks, in one pass from outside: nothing of the kernel is used.
 * What cannot be in any order of things is said on the way.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import { type Event, eventKey } from "../domain/event.ts"
import { classOf } from "../domain/eventTypes.ts"
import { type Delegation, HOLD_ENDS, type Proposal, type Vote } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"

export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6
  readonly what: string
}
export type Say = (invariant: Violation["invariant"], what: string) => void

export interface HoldLife {
  readonly event: Event
  readonly decision: Decision
  opened: boolean
  readonly ends: Array<{ readonly type: string; readonly event: Event; readonly decision: Decision }>
  /** It waited for room, was decided afresh, and waited on. */
  readonly continued: Array<Decision>
}
export interface ProposalLife {
  readonly proposal: Proposal
  /** In force when it opened. */
  readonly revision: string | undefined
  readonly votes: Array<{ readonly vote: Vote; readonly event: Event }>
  readonly ends: Array<{ readonly type: string; readonly event: Event }>
  readonly hold: HoldLife | undefined
}
export interface TaskLife {
  readonly created: BuiltinData["task.created"]
  readonly runs: Array<{ readonly run: string; ended: boolean }>
  readonly ends: Array<"completed" | "dead" | "cancelled">
}

export interface History {
  size: number
  /** By {@link place}. */
  readonly bySeq: Map<string, LogRecord>
  /** First decisions on gated events. */
  readonly decided: Array<{ readonly event: Event; readonly decision: Decision }>
  readonly holds: Map<string, HoldLife>
  readonly proposals: Map<string, ProposalLife>
  readonly delegations: Array<{
    readonly org: string
    readonly delegation: Delegation
    readonly seq: number
    until: number
  }>
  /** Names of members that have left an organization at any time. */
  readonly left: Set<string>
  readonly tasks: Map<string, TaskLife>
  /** By the event that they follow from. */
  readonly tasksOf: Map<string, Array<string>>
  /** What follows from an event, by organization and the event's id. */
  readonly following: Map<string, Array<Event>>
  /** When each run ended, as log time. */
  readonly endedRuns: Map<string, string>
}

export const place = (org: string, seq: number): string => `${org} ${seq}`

/** Of all organizations, each organization's in the order of its log. */
export const historyOf = (records: Iterable<LogRecord>, say: Say): History => {
  const history: History = {
    size: 0,
    bySeq: new Map(),
    decided: [],
    holds: new Map(),
    proposals: new Map(),
    delegations: [],
    left: new Set(),
    tasks: new Map(),
    tasksOf: new Map(),
    following: new Map(),
    endedRuns: new Map(),
  }
  const keys = new Set<string>()
  const heads = new Map<
    string,
    { readonly seq: number; readonly time: string; readonly revision: string | undefined }
  >()
  for (const record of records) {
    const { event, decision } = record
    const { org, seq, time } = event
    history.size++
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
    history.bySeq.set(place(org, seq), record)
    if (decision !== undefined && classOf(event.type) === "gated") history.decided.push({ event, decision })
    if (decision?.verdict === "hold" && decision.hold !== undefined)
      history.holds.set(decision.hold, { event, decision, opened: false, ends: [], continued: [] })
    if (event.causationid !== undefined) {
      const cause = `${org} ${event.causationid}`
      const following = history.following.get(cause)
      if (following === undefined) history.following.set(cause, [event])
      else following.push(event)
    }
    fold(history, event, revision, say)
  }
  return history
}

const fold = (history: History, event: Event, revision: string | undefined, say: Say): void => {
  const end = HOLD_ENDS[event.type]
  if (end !== undefined) {
    const { hold, decision } = event.data as BuiltinData["hold.released"]
    const life = history.holds.get(hold)
    if (life === undefined) say(2, `${hold} has ended and never was`)
    else life.ends.push({ type: event.type, event, decision })
    return
  }
  switch (event.type as keyof BuiltinData) {
    case "hold.opened": {
      const { id } = event.data as BuiltinData["hold.opened"]
      const life = history.holds.get(id)
      if (life === undefined) say(2, `${id} was opened for no held event`)
      else life.opened = true
      return
    }
    case "hold.continued": {
      const { hold, decision } = event.data as BuiltinData["hold.continued"]
      const life = history.holds.get(hold)
      if (life === undefined) return say(2, `${event.id} continues a hold that is not there`)
      life.continued.push(decision)
      return
    }
    case "proposal.opened": {
      const proposal = event.data as Proposal
      if (history.proposals.has(proposal.id)) say(3, `${proposal.id} was opened twice`)
      const hold = history.holds.get(proposal.hold)
      history.proposals.set(proposal.id, { proposal, revision, votes: [], ends: [], hold })
      return
    }
    case "vote.cast": {
      const vote = event.data as Vote
      const life = history.proposals.get(vote.proposal)
      if (life === undefined) return say(3, `a vote was cast on ${vote.proposal}, which is not there`)
      life.votes.push({ vote, event })
      return
    }
    case "proposal.succeeded":
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled": {
      const { proposal } = event.data as BuiltinData["proposal.succeeded"]
      const life = history.proposals.get(proposal)
      if (life === undefined) return say(3, `${proposal} has ended and never was`)
      life.ends.push({ type: event.type, event })
      return
    }
    case "delegation.created": {
      const delegation = event.data as Delegation
      history.delegations.push({ org: event.org, delegation, seq: event.seq, until: Number.POSITIVE_INFINITY })
      return
    }
    case "delegation.revoked": {
      const { id } = event.data as BuiltinData["delegation.revoked"]
      const made = history.delegations.find(({ org, delegation }) => org === event.org && delegation.id === id)
      if (made === undefined) return say(3, `${id} was taken back and never given`)
      made.until = event.seq
      return
    }
    case "member.left":
      history.left.add((event.data as BuiltinData["member.left"]).member)
      return
    default:
      foldWork(history, event, say)
  }
}

const foldWork = (history: History, event: Event, say: Say): void => {
  switch (event.type as keyof BuiltinData) {
    case "task.created": {
      const created = event.data as BuiltinData["task.created"]
      if (history.tasks.has(created.id)) say(2, `${created.id} was created twice`)
      history.tasks.set(created.id, { created, runs: [], ends: [] })
      const cause = place(created.org, created.eventSeq)
      history.tasksOf.set(cause, [...(history.tasksOf.get(cause) ?? []), created.id])
      return
    }
    case "run.started": {
      const { run, task } = event.data as BuiltinData["run.started"]
      const life = history.tasks.get(task)
      if (life === undefined)
        return event.source === "charter" ? say(2, `${run} runs for ${task}, which is not there`) : undefined
      if (life.ends.length > 0) say(2, `${run} was started after the end of ${task}`)
      if (life.runs.some(({ ended }) => !ended)) say(2, `${task} is held by two runs at once`)
      if (life.runs.some((one) => one.run === run)) say(2, `${run} was started twice`)
      life.runs.push({ run, ended: false })
      return
    }
    case "run.ended": {
      const { run, task } = event.data as BuiltinData["run.ended"]
      history.endedRuns.set(run, event.time)
      const life = history.tasks.get(task)?.runs.find((one) => one.run === run)
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
      history.tasks.get(task)?.ends.push(end)
    }
  }
}
