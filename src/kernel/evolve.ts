/**
 * Folds one record into the state. What was decided is taken as it is and never decided again, so a later version of
 * the rules cannot rewrite history. This alone changes the state.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import { foldAsked, foldCancelled, foldHeld } from "./changes.ts"
import { adoptAgents, concernedBy, touch } from "./agents.ts"
import { countWaiting } from "./bounds.ts"
import { advance, decodeCounter, type EncodedCounter, pruneCounters } from "./counters.ts"
import type { Definitions } from "./definitions.ts"
import { EventFacts } from "./eventFacts.ts"
import { foldWork, holdRun } from "./evolveWork.ts"
import { markBudget, releaseRun, reserve } from "./budgets.ts"
import { consume, giveBack, markExceeded, pruneLimits, type Reservation, settle } from "./limits.ts"
import { isOwnContract } from "./motions.ts"
import { askedEvent } from "./askedEvent.ts"
import { isAbout, isForElectorate, standingOf } from "./proposals.ts"
import { type Freed, freedOf, waitedFor, wakeWaiting } from "./room.ts"
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
  // By number, so that a fold from the start forgets at the same places.
  if (event.seq % PRUNE_EVERY_RECORDS === 0) prune(state, definitions, now)
  const cell = definitions.cell(state.org, event.type)
  if (cell.eventClass === "gated") {
    if (decision !== undefined && decision.verdict !== "deny") {
      const reservations = takeLimits(state, definitions, event, decision, now)
      if (decision.verdict === "hold") openHold(state, event, decision, reservations)
    }
    if (decision?.verdict === "allow") count(state, definitions, event, now)
    if (event.type === "run.requested") holdRun(state, event, decision)
    foldAsked(state, event, decision)
    return
  }
  if (cell.counters.length > 0) count(state, definitions, event, now)
  const concerned = concernedBy(state, event)
  fold(state, definitions, event, now)
  for (const name of concerned) touch(state, name, now)
}

/** Windows that nothing can ask for any more are forgotten once in so many records. */
const PRUNE_EVERY_RECORDS = 1_000

const prune = (state: OrganizationState, definitions: Definitions, now: number): void => {
  pruneLimits(state.limits, now)
  pruneCounters(state.counters, definitions.counters(state.org), now)
  for (const [id, { until }] of state.standing) if (until <= now) state.standing.delete(id)
}

/** Limits and budgets that were looked at and fitted, or were asked about instead of denying. */
const takeLimits = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  decision: Decision,
  now: number,
): ReadonlyArray<Reservation> => {
  const held = decision.verdict === "hold"
  // What waits for room takes none until it gets it.
  if (held && decision.rule === "limit") return []
  const reservations: Array<Reservation> = []
  for (const { contract, limits } of decision.outcomes) {
    if (limits === undefined) continue
    for (const use of limits) {
      if (use.exceeded && use.instead !== "escalate") continue
      const linked = definitions.contracts.get(contract)
      const rule = linked?.limits.find(({ effect }) => effect === use.effect)
      if (rule !== undefined) reservations.push(consume(state.limits, rule, use, event.seq, held, now))
      const budget = linked?.budgets.find(({ effect }) => effect === use.effect)
      if (budget !== undefined && event.type === "run.requested")
        reserve(state.budgets, budget, use, (event.data as BuiltinData["run.requested"]).run, now)
    }
  }
  return reservations
}

const openHold = (
  state: OrganizationState,
  event: Event,
  decision: Decision,
  reservations: ReadonlyArray<Reservation>,
): void => {
  const until = decision.until === undefined ? undefined : Date.parse(decision.until)
  const id = decision.hold!
  if (!state.holds.has(id)) countWaiting(state, event, 1)
  state.holds.set(id, { id, event, decision, proposals: decision.proposals ?? [], reservations, until })
  if (until !== undefined) state.nextTimer = Math.min(state.nextTimer, until)
}

/** A later vote of the same elector replaces the earlier one; a standing approval begins, or is used once more. */
const castVote = (state: OrganizationState, event: Event): void => {
  const vote = event.data as BuiltinData["vote.cast"]
  const open = state.proposals.get(vote.proposal)
  if (open === undefined) return
  open.votes.set(vote.by, vote)
  const used = vote.bystanding === undefined ? undefined : state.standing.get(vote.bystanding)
  if (used !== undefined && --used.left < 1) state.standing.delete(used.id)
  const asked = askedEvent(state, open.proposal)
  const begun = asked === undefined ? undefined : standingOf(vote, event, open, asked)
  if (begun === undefined) return
  for (const [id, { until }] of state.standing) if (until <= state.time) state.standing.delete(id)
  state.standing.set(begun.id, begun)
}

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
      endStanding(state, proposal)
      state.proposals.set(proposal.id, {
        proposal,
        votes: new Map(),
        released: undefined,
        joined: 0,
        option: undefined,
      })
      const first = proposal.levels?.[0]?.at ?? proposal.deadline
      state.nextTimer = Math.min(state.nextTimer, Date.parse(proposal.deadline), Date.parse(first))
      const hold = state.holds.get(proposal.hold ?? "")
      if (hold !== undefined && proposal.escalates !== undefined)
        hold.proposals = hold.proposals.map((id) => (id === proposal.escalates ? proposal.id : id))
      return
    }
    case "vote.cast": {
      castVote(state, event)
      return
    }
    case "proposal.succeeded": {
      const { option, proposal, release } = event.data as BuiltinData["proposal.succeeded"]
      const open = state.proposals.get(proposal)
      if (open === undefined) return
      open.option = option
      open.released = release === undefined ? now : Date.parse(release)
      state.nextTimer = Math.min(state.nextTimer, open.released)
      return
    }
    case "proposal.escalated": {
      const open = state.proposals.get((event.data as BuiltinData["proposal.escalated"]).proposal)
      if (open === undefined) return
      open.joined++
      const next = open.proposal.levels?.[open.joined]
      if (next !== undefined) state.nextTimer = Math.min(state.nextTimer, Date.parse(next.at))
      return
    }
    case "delegation.created": {
      const delegation = event.data as BuiltinData["delegation.created"]
      state.delegations.set(delegation.id, delegation)
      state.nextTimer = Math.min(state.nextTimer, Date.parse(delegation.expires))
      return
    }
    case "delegation.revoked":
    case "delegation.expired":
      state.delegations.delete((event.data as BuiltinData["delegation.revoked"]).id)
      return
    case "hold.continued": {
      const continued = event.data as BuiltinData["hold.continued"]
      const hold = state.holds.get(continued.hold)
      if (hold === undefined) return
      const waited = waitedFor(hold)
      hold.reservations = takeLimits(state, definitions, hold.event, continued.decision, now)
      openHold(state, hold.event, continued.decision, hold.reservations)
      if (continued.decision.until === undefined) wakeWaiting(state, waited)
      return
    }
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled":
    case "proposal.executed":
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
      const rule = definitions.contracts.get(contract)?.limits.find((one) => one.effect === effect)
      if (rule !== undefined) markExceeded(state.limits, rule, key, now)
      return
    }
    case "budget.exceeded": {
      const { contract, effect, key } = event.data as BuiltinData["budget.exceeded"]
      const rule = definitions.contracts.get(contract)?.budgets.find((one) => one.effect === effect)
      if (rule !== undefined) markBudget(state.budgets, rule, key, now)
      return
    }
    case "document.written": {
      const { name, version } = event.data as BuiltinData["document.written"]
      state.documents.set(name, version)
      return
    }
    case "contract.changed":
    case "contract.change.failed":
      state.changes.delete((event.data as BuiltinData["contract.changed"]).change)
      return
    case "contract.change.cancelled":
      foldCancelled(state, event.data as BuiltinData["contract.change.cancelled"])
      return
    case "document.owner.changed": {
      const { name, owner, instead } = event.data as BuiltinData["document.owner.changed"]
      state.owners.set(name, { owner, instead })
      return
    }
    case "contracts.revised": {
      const { revision, manifest, seeds } = event.data as BuiltinData["contracts.revised"]
      state.revision = revision
      state.manifest = manifest
      for (const [key, seed] of Object.entries(seeds ?? {}))
        state.counters.set(key, decodeCounter(seed as EncodedCounter))
      endWithRevision(state, definitions)
      adoptAgents(state, definitions, now)
      return
    }
    default:
      foldWork(state, event, now)
  }
}

/** What was given for good until the rules change: approvals under another version of a contract, elected owners. */
const endWithRevision = (state: OrganizationState, definitions: Definitions): void => {
  for (const [id, { contract, version }] of state.standing)
    if (!isOwnContract(contract) && definitions.contracts.get(contract)?.contract.version !== version)
      state.standing.delete(id)
  const { documents } = definitions.view(state.org).organization
  for (const [name, { instead }] of state.owners)
    if (documents.find((document) => document.name === name)?.owner !== instead) state.owners.delete(name)
}

/** An approval that stands for this kind of event ends where others are asked than those with whom it was given. */
const endStanding = (state: OrganizationState, proposal: Proposal): void => {
  if (state.standing.size === 0) return
  const asked = askedEvent(state, proposal)
  if (asked === undefined) return
  for (const [id, standing] of state.standing)
    if (!isForElectorate(standing, proposal) && isAbout(standing, proposal, asked)) state.standing.delete(id)
}

const endHold = (state: OrganizationState, definitions: Definitions, event: Event, now: number): void => {
  const closed = event.data as BuiltinData["hold.released"]
  const hold = state.holds.get(closed.hold)
  if (hold === undefined) return
  const released = event.type === "hold.released"
  if (released && hold.until !== undefined) takeLimits(state, definitions, hold.event, closed.decision, now)
  // After one that has waited for room the next in line has its turn: there may be room for more than that one.
  const freed: Array<Freed> = [...waitedFor(hold)]
  for (const reservation of hold.reservations) {
    if (released) settle(state.limits, reservation, hold.event.seq, now)
    else {
      giveBack(state.limits, reservation, hold.event.seq)
      freed.push(freedOf(reservation.rule, reservation.key))
    }
  }
  if (released) count(state, definitions, hold.event, now)
  for (const proposal of hold.proposals) state.proposals.delete(proposal)
  state.holds.delete(closed.hold)
  countWaiting(state, hold.event, -1)
  foldHeld(state, hold.event, released, closed.reason)
  if (hold.event.type === "run.requested") {
    const { task, run } = hold.event.data as BuiltinData["run.requested"]
    const open = state.tasks.get(task)
    if (!released) freed.push(...releaseRun(state.budgets, run))
    else if (open !== undefined) open.state = "queued"
  }
  wakeWaiting(state, freed)
}
