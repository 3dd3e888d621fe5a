/**
 * Folds one record into the state. What was decided is taken as it is and never decided again, so a later version of
 * the rules cannot rewrite history. This alone changes the state.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import type { LogRecord } from "../domain/record.ts"
import { advance, decodeCounter, type EncodedCounter } from "./counters.ts"
import type { Definitions } from "./definitions.ts"
import { EventFacts } from "./eventFacts.ts"
import { consume, giveBack, type LimitRule, markExceeded, type Reservation, settle } from "./limits.ts"
import type { OrganizationState } from "./state.ts"

/** `definitions` are those of the revision that the organization has adopted at this record; `now` is its log time. */
export const evolve = (
  state: OrganizationState,
  definitions: Definitions,
  record: LogRecord,
  now: number = Date.parse(record.event.time),
): void => {
  const { event, decision } = record
  state.position = event.seq
  state.time = now
  const cell = definitions.cell(state.org, event.type)
  if (cell.eventClass === "gated") {
    if (decision !== undefined && decision.verdict !== "deny") takeLimits(state, definitions, event, decision, now)
    if (decision?.verdict === "allow") count(state, definitions, event, now)
    if (event.type === "run.requested") holdRun(state, event, decision)
    return
  }
  if (cell.counters.length > 0) count(state, definitions, event, now)
  fold(state, definitions, event, now)
}

const takeLimits = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  decision: Decision,
  now: number,
): void => {
  const held = decision.verdict === "hold"
  const reservations: Array<Reservation> = []
  for (const outcome of decision.outcomes) {
    if (outcome.limits === undefined) continue
    for (const use of outcome.limits) {
      const rule = ruleOf(definitions, outcome.contract, use.effect)
      if (rule === undefined || use.exceeded) continue
      const reservation = consume(state.limits, rule, use, event.seq, held, now)
      if (held) reservations.push(reservation)
    }
  }
  if (held && decision.hold !== undefined)
    state.holds.set(decision.hold, {
      id: decision.hold,
      event,
      decision,
      proposals: decision.proposals ?? [],
      reservations,
    })
}

const ruleOf = (definitions: Definitions, contract: string, effect: number): LimitRule | undefined =>
  definitions.contracts.get(contract)?.limits.find((rule) => rule.effect === effect)

const count = (state: OrganizationState, definitions: Definitions, event: Event, now: number): void => {
  const { counters } = definitions.cell(state.org, event.type)
  if (counters.length === 0) return
  const facts = new EventFacts(event, now, state, definitions)
  for (const counter of counters) advance(state.counters, counter, facts)
}

const fold = (state: OrganizationState, definitions: Definitions, event: Event, now: number): void => {
  switch (event.type as keyof BuiltinData) {
    case "proposal.opened": {
      const proposal = event.data as BuiltinData["proposal.opened"]
      state.proposals.set(proposal.id, { proposal, votes: new Map(), succeeded: false })
      state.nextTimer = Math.min(state.nextTimer, Date.parse(proposal.deadline))
      return
    }
    case "vote.cast": {
      const vote = event.data as BuiltinData["vote.cast"]
      state.proposals.get(vote.proposal)?.votes.set(vote.by, vote)
      return
    }
    case "proposal.succeeded": {
      const open = state.proposals.get((event.data as BuiltinData["proposal.succeeded"]).proposal)
      if (open !== undefined) open.succeeded = true
      return
    }
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled":
      state.proposals.delete((event.data as BuiltinData["proposal.defeated"]).proposal)
      return
    case "hold.released":
    case "hold.denied":
    case "hold.expired":
    case "hold.cancelled":
      endHold(state, definitions, event, now)
      return
    case "limit.exceeded": {
      const { contract, effect, key } = event.data as BuiltinData["limit.exceeded"]
      const rule = ruleOf(definitions, contract, effect)
      if (rule !== undefined) markExceeded(state.limits, rule, key, now)
      return
    }
    case "contracts.revised": {
      const { revision, manifest, seeds } = event.data as BuiltinData["contracts.revised"]
      state.revision = revision
      state.manifest = manifest
      for (const [key, seed] of Object.entries(seeds ?? {}))
        state.counters.set(key, decodeCounter(seed as EncodedCounter))
      return
    }
    default:
      foldWork(state, event, now)
  }
}

const endHold = (state: OrganizationState, definitions: Definitions, event: Event, now: number): void => {
  const closed = event.data as BuiltinData["hold.released"]
  const hold = state.holds.get(closed.hold)
  if (hold === undefined) return
  const released = event.type === "hold.released"
  for (const reservation of hold.reservations) {
    if (released) settle(state.limits, reservation, hold.event.seq, now)
    else giveBack(state.limits, reservation, hold.event.seq)
  }
  if (released) count(state, definitions, hold.event, now)
  for (const proposal of hold.proposals) state.proposals.delete(proposal)
  state.holds.delete(closed.hold)
  if (released && hold.event.type === "run.requested") {
    const { task } = hold.event.data as BuiltinData["run.requested"]
    const open = state.tasks.get(task)
    if (open !== undefined) open.state = "queued"
  }
}

/** A run that waits for an approval keeps its name, so that it is not asked for again once it is granted. */
const holdRun = (state: OrganizationState, event: Event, decision: Decision | undefined): void => {
  if (decision?.verdict !== "hold") return
  const { task, run } = event.data as BuiltinData["run.requested"]
  const open = state.tasks.get(task)
  if (open === undefined) return
  open.state = "waiting"
  open.run = run
}

const foldWork = (state: OrganizationState, event: Event, now: number): void => {
  switch (event.type as keyof BuiltinData) {
    case "task.created": {
      const task = event.data as BuiltinData["task.created"]
      state.tasks.set(task.id, { task, state: "queued", attempt: 0, run: undefined, worker: undefined, until: 0 })
      return
    }
    case "task.started": {
      const started = event.data as BuiltinData["task.started"]
      const open = state.tasks.get(started.task)
      if (open === undefined) return
      open.state = "running"
      open.attempt = started.attempt
      open.run = started.run
      open.worker = started.worker
      open.until = Date.parse(started.lease)
      state.nextTimer = Math.min(state.nextTimer, open.until)
      return
    }
    case "task.progress": {
      const progress = event.data as BuiltinData["task.progress"]
      const open = state.tasks.get(progress.task)
      if (open !== undefined && progress.lease !== undefined) open.until = Date.parse(progress.lease)
      return
    }
    case "task.failed": {
      const failed = event.data as BuiltinData["task.failed"]
      const open = state.tasks.get(failed.task)
      if (open === undefined) return
      if (failed.dead) {
        state.tasks.delete(failed.task)
        return
      }
      open.state = "queued"
      open.run = undefined
      open.worker = undefined
      open.until = failed.retry === undefined ? 0 : Date.parse(failed.retry)
      return
    }
    case "task.completed":
    case "task.cancelled":
      state.tasks.delete((event.data as BuiltinData["task.completed"]).task)
      return
    case "run.started": {
      const { run, task, member, attempt } = event.data as BuiltinData["run.started"]
      const hops = state.tasks.get(task)?.task.hops ?? 0
      state.runs.set(run, { run, task, member, attempt, hops, started: now, usd: 0, tokens: 0, turns: 0 })
      return
    }
    case "run.usage": {
      const usage = event.data as BuiltinData["run.usage"]
      const run = state.runs.get(usage.run)
      if (run === undefined) return
      run.usd += usage.usd
      run.tokens += usage.tokens
      run.turns += usage.turns
      return
    }
    case "run.ended":
      state.runs.delete((event.data as BuiltinData["run.ended"]).run)
      return
    default:
      return
  }
}
