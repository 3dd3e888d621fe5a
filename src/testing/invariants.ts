/**
 * The invariants of the daemon, checked from outside: over the records of a log, what the read models show, what the
 * log says of its own chain, and what is left of runs. Nothing of the kernel is used, so a mistake there does not hide
 * itself.
 *
 * 1. Every event that was acknowledged is in the log once, with one decision under one revision.
 * 2. Nothing that was denied, held or expired had an effect; nothing that was allowed lacks it.
 * 3. A proposal is decided once, by its frozen electorate, under the revision it was opened under; a vote counts once;
 *    expiry never means yes.
 * 4. Live state = fold of the log = state after a rebuild.
 * 5. The hash chain verifies.
 * 6. No process of a run outlives it by more than its grace; no token outlives its run.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { HOLD_ENDS } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import type { VerifyReport } from "../log/EventLog.ts"
import type { HoldView, ProposalView, TaskView } from "../log/Projections.ts"
import { type History, historyOf, type HoldLife, place, type Say, type TaskLife, type Violation } from "./history.ts"
import { checkProposal, releasedEarly } from "./votes.ts"

export type { Violation }

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

/** What a run's processes have from its end until they are gone: to be ended, and to let go of what they hold. */
export const RUN_GRACE_MS = 10_000

export const checkInvariants = (evidence: Evidence): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const say: Say = (invariant, what) => void found.push({ invariant, what })
  const log = historyOf(evidence.records, say)
  checkAcknowledged(evidence, log, say)
  for (const one of log.decided) checkEffects(one, log, say)
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

// ── 1 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkAcknowledged = ({ acknowledged = [] }: Evidence, { bySeq }: History, say: Say): void => {
  for (const { org, id, seq, verdict } of acknowledged) {
    const record = bySeq.get(place(org, seq))
    if (record?.event.id !== id)
      say(1, `${org} ${seq}: ${id} was acknowledged, and the log has ${record?.event.id ?? "nothing"} there`)
    else if ((record.decision?.verdict ?? "allow") !== verdict)
      say(1, `${org} ${seq}: ${verdict} was answered, and ${record.decision?.verdict} is recorded`)
  }
}

// ── 2 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkEffects = ({ event, decision }: { event: Event; decision: Decision }, log: History, say: Say): void => {
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
  const following = log.following.get(`${event.org} ${event.id}`) ?? []
  for (const type of decision.emits ?? [])
    if (!following.some((one) => one.type === type)) say(2, `${event.id}: ${type} was announced and never emitted`)
  const own = OWN_EFFECTS[event.type]
  if (own === undefined) return
  const allowed = decision.verdict === "allow" || releaseOf(log.holds.get(decision.hold ?? "")) !== undefined
  const had = following.some(({ type, actor }) => type === own && actor.kind !== "system")
  if (had && !allowed) say(2, `${event.id}: ${own} follows from it, though it was not allowed`)
  if (!had && allowed && hasText(event)) say(2, `${event.id} was allowed, and no ${own} follows from it`)
}

/** What the daemon's own requests do once they are allowed. Contracts post messages, too, in their own name. */
const OWN_EFFECTS: Readonly<Record<string, keyof BuiltinData | undefined>> = {
  "message.send.requested": "message.posted",
  "document.write.requested": "document.written",
}

const hasText = ({ data }: Event): boolean =>
  typeof (data as { readonly text?: unknown } | undefined)?.text === "string"

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

const checkHold = ({ event, decision, opened, ends, continued }: HoldLife, log: History, say: Say): void => {
  const id = decision.hold!
  /** For room at first, and then perhaps for somebody's word. */
  const announced = continued.at(-1)?.proposals ?? decision.proposals ?? []
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
  for (const proposal of announced)
    if (end.type === "hold.released" && releasedEarly(log.proposals.get(proposal)!, end.event))
      say(3, `${id} was released before the delay of ${proposal} was over`)
  if (end.type === "hold.expired" && !proposals.includes("proposal.expired"))
    say(3, `${id} has expired, and none of its proposals`)
}

const checkTask = ({ created, runs, ends }: TaskLife, settled: boolean, say: Say): void => {
  if (ends.length > 1) say(2, `${created.id} has ended ${ends.length} times`)
  if (settled && ends.length === 0) say(2, `${created.id} of ${created.member} was never brought to its end`)
  if (ends.length > 0 && runs.some(({ ended }) => !ended)) say(6, `${created.id} has ended, and a run of it has not`)
}

/** How a requirement ended: a further proposal stands for one that ran out of time. */
const outcomeOf = (log: History, id: string): string | undefined => {
  const further = [...log.proposals.values()].find(({ proposal }) => proposal.escalates === id)
  return further === undefined ? log.proposals.get(id)?.ends[0]?.type : outcomeOf(log, further.proposal.id)
}

// ── 4 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const checkViews = ({ holds, proposals, tasks }: Evidence, log: History, say: Say): void => {
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
  { endedRuns }: History,
  say: Say,
): void => {
  for (const run of processes) {
    const ended = endedRuns.get(run)
    if (ended !== undefined && looked - Date.parse(ended) > RUN_GRACE_MS)
      say(6, `a process of ${run}, which ended at ${ended}, lives on`)
  }
  for (const run of tokens) if (endedRuns.has(run)) say(6, `the token of ${run}, which has ended, still opens a door`)
}
