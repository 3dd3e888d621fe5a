/**
 * The invariants of the daemon, checked from outside: over the records of a log, what the read models show, and what
 * the log says of its own chain. Nothing of the kernel is used, so a mistake there does not hide itself.
 *
 * 1. Every event that was acknowledged is in the log once, with one decision under one revision.
 * 2. Nothing that was denied, held or expired had an effect; nothing that was allowed lacks it.
 * 3. A proposal is decided once, by its frozen electorate, under the revision it was opened under; a vote counts once;
 *    expiry never means yes.
 * 4. Live state = fold of the log = state after a rebuild.
 * 5. The hash chain verifies.
 * 6. No process of a run outlives it by more than its grace; no token outlives its run.
 */
import { Delegations, isMet } from "./countedVotes.ts"
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import { type Event, eventKey } from "../domain/event.ts"
import { classOf } from "../domain/eventTypes.ts"
import { HOLD_ENDS, type Proposal, type Vote } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import { SCHEDULE } from "../domain/task.ts"
import type { VerifyReport } from "../log/EventLog.ts"
import type { HoldView, ProposalView, TaskView } from "../log/Projections.ts"
import { table } from "../domain/table.ts"

export interface Evidence {
  /** Of all organizations, each organization's in the order of its log. */
  readonly records: Iterable<LogRecord>
  readonly holds: ReadonlyArray<HoldView>
  readonly proposals: ReadonlyArray<ProposalView>
  readonly tasks: ReadonlyArray<TaskView>
  readonly verify: VerifyReport
  /** What publishers were told: organization, number and verdict. */
  readonly acknowledged?: ReadonlyArray<{
    readonly org: string
    readonly id: string
    readonly seq: number
    readonly verdict: string
  }>
  /** Pairs that must be equal: digests of read models before and after a rebuild, states live and folded. */
  readonly same?: ReadonlyArray<{ readonly what: string; readonly one: string; readonly other: string }>
  /** Runs that have a living process. */
  readonly processes?: ReadonlyArray<string>
  /** Runs whose token still opens a door. */
  readonly tokens?: ReadonlyArray<string>
  /** When that was looked at, ms since 1970, by the log's clock. Absent: long after all of it. */
  readonly looked?: number
  /** Have executors had the time for all that they were given? Then no task may be open. */
  readonly settled?: boolean
}

export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6
  readonly what: string
}

/** What a run's processes have from its end until they are gone: to be ended, and to let go of what they hold. */
export const RUN_GRACE_MS = 10_000

export const checkInvariants = (evidence: Evidence): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const say: Say = (invariant, what) => void found.push({ invariant, what })
  const log = indexOf(evidence.records, say)
  checkAcknowledged(evidence, log, say)
  for (const one of log.decided) checkEffects(one, log, say)
  for (const firing of log.firings) checkFiring(firing, log, say)
  for (const hold of log.holds.values()) checkHold(hold, log, say)
  for (const proposal of log.proposals.values()) checkProposal(proposal, log, say)
  for (const task of log.tasks.values()) checkTask(task, evidence.settled === true, say)
  checkViews(evidence, log, say)
  for (const { what, one, other } of evidence.same ?? [])
    if (one !== other) say(4, `${what} differ: ${firstDifference(one, other)}`)
  for (const { org, seq, what } of evidence.verify.broken) say(5, `${org} ${seq}: ${what}`)
  if (evidence.verify.records !== log.size) say(5, `${evidence.verify.records} records were verified of ${log.size}`)
  checkRemains(evidence, log, say)
  return found
}

type Say = (invariant: Violation["invariant"], what: string) => void

// ── one pass over the records ───────────────────────────────────────────────────────────────────────────────────────

interface HoldLife {
  readonly event: Event
  readonly decision: Decision
  opened: boolean
  readonly ends: Array<{ readonly type: string; readonly seq: number; readonly decision: Decision }>
  /** It waited for room, was decided afresh, and waited on. */
  continued: boolean
  /** Those that it waits for in the end. */
  proposals: ReadonlyArray<string>
}
interface ProposalLife {
  readonly proposal: Proposal
  /** Of what a member opened: where its outcome is said to hold, and the records that enforce it. */
  readonly executed: Array<{ readonly seq: number; readonly data: BuiltinData["proposal.executed"] }>
  readonly enforced: Array<string>
  readonly votes: Array<{ readonly vote: Vote; readonly time: string; readonly seq: number }>
  readonly ends: Array<{ readonly type: string; readonly time: string; readonly seq: number }>
  hold: HoldLife | undefined
}
interface TaskLife {
  readonly created: BuiltinData["task.created"]
  readonly runs: Array<{ readonly run: string; ended: boolean }>
  readonly ends: Array<"completed" | "dead" | "cancelled">
}

interface Index {
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
}

const place = (org: string, seq: number): string => `${org} ${seq}`

const indexOf = (records: Iterable<LogRecord>, say: Say): Index => {
  const index: Index = {
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

const fold = (index: Index, event: Event, say: Say): void => {
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
      life.votes.push({ vote, time: event.time, seq: event.seq })
      return
    }
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

const foldWork = (index: Index, event: Event, say: Say): void => {
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

// ── 1 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkAcknowledged = ({ acknowledged = [] }: Evidence, { bySeq }: Index, say: Say): void => {
  for (const { org, id, seq, verdict } of acknowledged) {
    const record = bySeq.get(place(org, seq))
    if (record?.event.id !== id)
      say(1, `${org} ${seq}: ${id} was acknowledged, and the log has ${record?.event.id ?? "nothing"} there`)
    else if ((record.decision?.verdict ?? "allow") !== verdict)
      say(1, `${org} ${seq}: ${verdict} was answered, and ${record.decision?.verdict} is recorded`)
  }
}

// ── 2 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkEffects = ({ event, decision }: { event: Event; decision: Decision }, log: Index, say: Say): void => {
  const promised = decision.verdict === "allow" ? decision.tasks : releaseOf(log.holds.get(decision.hold ?? ""))?.tasks
  const made = log.tasksOf.get(place(event.org, event.seq)) ?? []
  for (const task of promised ?? [])
    if (!made.includes(task)) say(2, `${event.id}: ${task} was promised and never made`)
  for (const task of made) {
    const { previous, escalates } = log.tasks.get(task)!.created
    if (escalates !== undefined) {
      if (!made.includes(escalates)) say(2, `${task} was made for ${escalates}, which is not there`)
      continue
    }
    if (previous === undefined && !(promised ?? []).includes(task))
      say(2, `${event.id}: ${task} was made, though the event was not allowed to`)
    if (previous !== undefined && log.tasks.get(previous)?.ends[0] !== "completed")
      say(2, `${task} follows on ${previous}, which has not completed`)
  }
  checkOwnEffects(event, decision, log, say)
}

const checkOwnEffects = (event: Event, decision: Decision, log: Index, say: Say): void => {
  const following = log.following.get(`${event.org} ${event.id}`) ?? []
  for (const type of decision.emits ?? [])
    if (!following.some((one) => one.type === type)) say(2, `${event.id}: ${type} was announced and never emitted`)
  const own = OWN_EFFECTS[event.type]
  if (own === undefined) return
  const allowed = decision.verdict === "allow" || releaseOf(log.holds.get(decision.hold ?? "")) !== undefined
  const had = following.some(({ type, actor }) => type === own && actor.kind !== "system")
  if (had && !allowed) say(2, `${event.id}: ${own} follows from it, though it was not allowed`)
  // What could no longer be done when it was let through is refused then.
  const refused = following.some(({ type }) => type === "request.denied")
  if (!had && !refused && allowed && hasText(event)) say(2, `${event.id} was allowed, and no ${own} follows from it`)
}

/** What the daemon's own requests do once they are allowed. Contracts post messages, too, in their own name. */
const OWN_EFFECTS: Readonly<Record<string, keyof BuiltinData | undefined>> = table({
  "message.send.requested": "message.posted",
  "document.write.requested": "document.written",
})

const hasText = ({ data }: Event): boolean =>
  typeof (data as { readonly text?: unknown } | undefined)?.text === "string"

/** A schedule gives its agent the one task that it names, or none. */
const checkFiring = ({ id, org, seq, data }: Event, log: Index, say: Say): void => {
  const { task: promised, member } = data as BuiltinData["cron"]
  const own = (log.tasksOf.get(place(org, seq)) ?? []).filter(
    (task) => log.tasks.get(task)!.created.contract === SCHEDULE,
  )
  if (own.join() !== (promised ?? ""))
    say(2, `${id}: ${promised ?? "no task"} was promised, and ${own.join() || "none"} made`)
  for (const task of own)
    if (log.tasks.get(task)!.created.member !== member) say(2, `${task} follows from a schedule of ${member}`)
}

const releaseOf = (hold: HoldLife | undefined): Decision | undefined => {
  const end = hold?.ends.find(({ type }) => type === "hold.released")
  return end?.decision.verdict === "allow" ? end.decision : undefined
}

const VERDICTS: Readonly<Record<string, string>> = {
  "hold.released": "allow",
  "hold.denied": "deny",
  "hold.cancelled": "deny",
  "hold.expired": "expired",
}

const checkHold = ({ event, decision, opened, ends, proposals: announced }: HoldLife, log: Index, say: Say): void => {
  const id = decision.hold!
  if (!opened) say(2, `${id} was never opened`)
  if (ends.length > 1) say(2, `${id} has ended ${ends.length} times`)
  for (const proposal of announced)
    if (!log.proposals.has(proposal)) say(3, `${proposal} was announced and never opened`)
  const [end] = ends
  const proposals = announced.map((proposal) => outcomeOf(log, proposal))
  if (end === undefined) return
  if (end.decision.verdict !== VERDICTS[end.type]) say(2, `${id}: ${end.type} says ${end.decision.verdict}`)
  if (end.decision.first?.seq !== event.seq || end.decision.first.revision !== decision.revision)
    say(1, `${id}: its second decision does not name the first`)
  if (end.type === "hold.released" && proposals.some((type) => type !== "proposal.succeeded"))
    say(3, `${id} was released while not all of its proposals had succeeded`)
  if (end.type === "hold.expired" && !proposals.includes("proposal.expired"))
    say(3, `${id} has expired, and none of its proposals`)
}

const checkTask = ({ created, runs, ends }: TaskLife, settled: boolean, say: Say): void => {
  if (ends.length > 1) say(2, `${created.id} has ended ${ends.length} times`)
  if (settled && ends.length === 0) say(2, `${created.id} of ${created.member} was never brought to its end`)
  if (ends.length > 0 && runs.some(({ ended }) => !ended)) say(6, `${created.id} has ended, and a run of it has not`)
}

// ── 3 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkProposal = (life: ProposalLife, log: Index, say: Say): void => {
  const { proposal, votes, ends, hold } = life
  const { id, electorate, deadline } = proposal
  if (proposal.motion !== undefined) checkMotion(life, log, say)
  else if (hold === undefined) say(3, `${id} belongs to no held event`)
  else if (hold.decision.revision !== proposal.revision && !hold.continued && proposal.escalates === undefined)
    say(3, `${id} was opened under another revision than its event was held under`)
  const types = ends.map(({ type }) => type).join()
  const revoked = proposal.delay !== undefined && types === "proposal.succeeded,proposal.cancelled"
  if (ends.length > 1 && !revoked) say(3, `${id} was decided ${ends.length} times`)
  for (const { vote, time } of votes) {
    const veto = isVeto(proposal, vote)
    const elector = electorate.find(({ name }) => name === vote.by)
    if (elector === undefined && !veto) say(3, `${vote.by} has voted on ${id} and is no elector`)
    if (!veto && elector?.joins !== undefined && time < elector.joins)
      say(3, `${vote.by} has voted on ${id} before he joined`)
    if (time >= deadline && !(veto && proposal.delay !== undefined))
      say(3, `${vote.by} has voted on ${id} after its deadline`)
  }
  const [end] = ends
  if (end === undefined) return
  const before = votes.filter(({ seq }) => seq < end.seq)
  const last = new Map(before.map(({ vote }) => [vote.by, vote.choice]))
  const type = proposal.motion === undefined ? (hold?.event.type ?? "") : "proposal.open.requested"
  const delegations = log.delegations.get(proposal.org)
  const readings = delegations?.readings(proposal, type, last, end.seq, end.time, log.left) ?? [last]
  const counted = proposal.of === "cast" || proposal.resolution.kind === "plurality"
  const vetoed = before.some(({ vote }) => isVeto(proposal, vote) && last.get(vote.by) === "deny")
  const met = new Set(readings.map((counting) => !vetoed && isMet(proposal, counting)))
  const told = JSON.stringify([...readings[0]!])
  if (end.type === "proposal.succeeded" && (!met.has(true) || (end.time >= deadline && !counted)))
    say(3, `${id} has succeeded with ${told} at ${end.time}`)
  if (
    end.type === "proposal.expired" &&
    end.time < deadline &&
    electorate.some(({ name }) => !readings[0]!.has(name) && !log.left.has(name))
  )
    say(3, `${id} has expired before its deadline`)
  if (end.type === "proposal.defeated" && !met.has(false)) say(3, `${id} was defeated with ${told}`)
}

/** Opened by a request that was let through, by nobody else's leave; what it enforces is what has won. */
const checkMotion = ({ proposal, ends, executed, enforced }: ProposalLife, log: Index, say: Say): void => {
  const { id, motion, org } = proposal
  const { decision } = log.bySeq.get(place(org, motion!.seq)) ?? {}
  const allowed = decision?.verdict === "allow" || releaseOf(log.holds.get(decision?.hold ?? "")) !== undefined
  if (!allowed) say(2, `${id} was opened, though it was not let through`)
  if (executed.length > 1) say(3, `${id} was executed ${executed.length} times`)
  if (executed.length > 0 && ends.map(({ type }) => type).join() !== "proposal.succeeded")
    say(3, `${id} was executed, and had not succeeded`)
  for (const { seq, data } of executed)
    for (const task of log.tasksOf.get(place(org, seq)) ?? [])
      if (log.tasks.get(task)?.created.contract === proposal.contract)
        enforced.push(`${data.goal} is ${log.tasks.get(task)!.created.member}'s`)
  const [outcome] = executed
  const won = outcome?.data.option
  const { binding, document, goal } = motion!
  const due =
    binding && won !== undefined ? [document ?? goal ?? ""].filter(Boolean).map((what) => `${what} is ${won}'s`) : []
  // Who has left since then gets nothing.
  if (enforced.length > due.length || enforced.some((what) => !due.includes(what)))
    say(2, `${id} has led to ${JSON.stringify(enforced)}, and to ${JSON.stringify(due)} at most it may`)
}

const isVeto = ({ vetoers = [] }: Proposal, { by, choice }: Vote): boolean =>
  choice === "deny" && vetoers.some(({ name }) => name === by)

const isVetoInDelay = ({ proposal, ends }: ProposalLife, vote: Vote): boolean =>
  proposal.delay !== undefined && isVeto(proposal, vote) && ends.every(({ type }) => type === "proposal.succeeded")

/** How a requirement ended: a further proposal stands for one that ran out of time. */
const outcomeOf = (log: Index, id: string): string | undefined => {
  const further = [...log.proposals.values()].find(({ proposal }) => proposal.escalates === id)
  return further === undefined ? log.proposals.get(id)?.ends[0]?.type : outcomeOf(log, further.proposal.id)
}

// ── 4 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkViews = ({ holds, proposals, tasks }: Evidence, log: Index, say: Say): void => {
  const states = (what: string, shown: ReadonlyMap<string, string>, recorded: ReadonlyMap<string, string>): void => {
    for (const [id, state] of recorded)
      if (shown.get(id) !== state) say(4, `${what} ${id} is shown as ${shown.get(id) ?? "nothing"}, and is ${state}`)
    for (const id of shown.keys()) if (!recorded.has(id)) say(4, `${what} ${id} is shown, and is not in the log`)
  }
  states(
    "hold",
    new Map(holds.map(({ id, state }) => [id, state])),
    new Map([...log.holds].map(([id, { ends }]) => [id, HOLD_ENDS[ends[0]?.type ?? ""] ?? "held"])),
  )
  states(
    "proposal",
    new Map(proposals.map(({ id, state, votes }) => [id, `${state} with ${votes.length} votes`])),
    new Map(
      [...log.proposals].map(([id, { ends, votes }]) => [
        id,
        `${ends.at(-1)?.type.slice("proposal.".length) ?? "active"} with ${new Set(votes.map(({ vote }) => vote.by)).size} votes`,
      ]),
    ),
  )
  states(
    "task",
    new Map(tasks.map(({ id, state }) => [id, TASK_ENDS.has(state) ? state : "open"])),
    new Map([...log.tasks].map(([id, { ends }]) => [id, ends[0] ?? "open"])),
  )
}

const TASK_ENDS: ReadonlySet<string> = new Set(["completed", "dead", "cancelled"])

const firstDifference = (one: string, other: string): string => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return `"${one.slice(at, at + 80)}" against "${other.slice(at, at + 80)}"`
}

// ── 6 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkRemains = (
  { processes = [], tokens = [], looked = Number.POSITIVE_INFINITY }: Evidence,
  { endedRuns }: Index,
  say: Say,
): void => {
  for (const run of processes) {
    const ended = endedRuns.get(run)
    if (ended !== undefined && looked - Date.parse(ended) > RUN_GRACE_MS)
      say(6, `a process of ${run}, which ended at ${ended}, lives on`)
  }
  for (const run of tokens) if (endedRuns.has(run)) say(6, `the token of ${run}, which has ended, still opens a door`)
}
