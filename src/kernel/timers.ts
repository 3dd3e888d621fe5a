/** What the writer's clock makes happen: deadlines, delays, levels that join, room, escalated tasks. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import { busyAgents } from "./agents.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, follow, traceOf } from "./draft.ts"
import { escalateTask } from "./effects.ts"
import { type Bound, boundExceeded } from "./bounds.ts"
import { asOf, askedEvent, closed } from "./askedEvent.ts"
import { closeProposal } from "./proposals.ts"
import { continueHold, releaseWhenMet } from "./react.ts"
import { executeWhenDue } from "./reactMotions.ts"
import { firing, firingAt } from "./schedules.ts"
import type { OrganizationState } from "./state.ts"

/** One thing that is due; it is looked at again when its turn comes, since an earlier one may have ended it. */
export type Due = (
  state: OrganizationState,
  definitions: Definitions,
  now: number,
  /** No more fits the commit than what must follow. */
  crowded?: Bound,
) => ReadonlyArray<Draft>

/** Everything that is due at `now`, in the order of what opened first. Leases are the mailbox's own affair. */
export const dueAt = (state: OrganizationState, now: number): ReadonlyArray<Due> => {
  const due: Array<Due> = []
  for (const { id, expires } of state.delegations.values()) if (Date.parse(expires) <= now) due.push(delegationOver(id))
  for (const [id, { proposal, released, joined }] of state.proposals) {
    const levels = proposal.levels ?? []
    for (let level = joined; level < levels.length && Date.parse(levels[level]!.at) <= now; level++)
      due.push(levelJoins(id, level))
    if (released !== undefined && released <= now) due.push(delayOver(id))
    if (released === undefined && Date.parse(proposal.deadline) <= now) due.push(timeUp(id))
  }
  for (const { id, until } of state.holds.values()) if (until !== undefined && until <= now) due.push(roomAgain(id))
  for (const [id, { task, escalated }] of state.tasks) {
    const levels = task.escalations ?? []
    for (let level = escalated; level < levels.length && Date.parse(levels[level]!.at) <= now; level++)
      due.push(taskLate(id, level))
  }
  if (state.agents.size > 0) {
    const busy = busyAgents(state)
    for (const [name, agent] of state.agents) if (firingAt(agent, busy.has(name)) <= now) due.push(fires(name))
  }
  return due
}

/** Log time in ms at which the next thing is due; infinity where nothing is. All until `now` has been looked at. */
export const nextTimer = (state: OrganizationState, now: number = state.time): number => {
  let earliest = Number.POSITIVE_INFINITY
  const at = (time: number): void => {
    if (time < earliest) earliest = time
  }
  for (const { proposal, released, joined } of state.proposals.values()) {
    if (released !== undefined) {
      // What has succeeded and has no delay left waits for the others, not for a time.
      if (released > now) at(released)
      continue
    }
    at(Date.parse(proposal.deadline))
    const level = proposal.levels?.[joined]
    if (level !== undefined) at(Date.parse(level.at))
  }
  for (const { expires } of state.delegations.values()) at(Date.parse(expires))
  for (const { until } of state.holds.values()) if (until !== undefined) at(until)
  for (const { task, state: stands, until, escalated } of state.tasks.values()) {
    if (stands === "running") at(until)
    const level = task.escalations?.[escalated]
    if (level !== undefined) at(Date.parse(level.at))
  }
  if (state.agents.size > 0) {
    const busy = busyAgents(state)
    for (const [name, agent] of state.agents) at(firingAt(agent, busy.has(name)))
  }
  return earliest
}

const NONE: ReadonlyArray<Draft> = []

const timeUp =
  (id: string): Due =>
  (state, definitions, now) => {
    const open = state.proposals.get(id)
    const asked = open === undefined ? undefined : askedEvent(state, open.proposal)
    return open === undefined || asked === undefined ? NONE : closeProposal(state, definitions, open, asked, now)
  }

const delayOver =
  (id: string): Due =>
  (state, definitions, now, crowded) => {
    const open = state.proposals.get(id)
    if (open === undefined) return NONE
    if (open.proposal.motion !== undefined) return executeWhenDue(state, open, undefined, now)
    const hold = state.holds.get(open.proposal.hold ?? "")
    return hold === undefined ? NONE : releaseWhenMet(state, definitions, hold, hold.event, now, crowded)
  }

/** From now on its elector's vote may come to something else, so that what was given is not given any more is said. */
const delegationOver =
  (id: string): Due =>
  (state) => {
    const delegation = state.delegations.get(id)
    if (delegation === undefined) return NONE
    const data: BuiltinData["delegation.expired"] = { id, from: delegation.from }
    return [{ type: "delegation.expired", actor: daemonActor(), data }]
  }

const roomAgain =
  (holdId: string): Due =>
  (state, definitions, now, crowded) => {
    const hold = state.holds.get(holdId)
    return hold === undefined ? NONE : continueHold(state, definitions, hold, hold.event, now, crowded)
  }

const levelJoins =
  (id: string, level: number): Due =>
  (state) => {
    const open = state.proposals.get(id)
    const event = open === undefined ? undefined : askedEvent(state, open.proposal)
    if (open === undefined || event === undefined || open.released !== undefined) return NONE
    const { at, message } = open.proposal.levels![level]!
    const electors = open.proposal.electorate.filter(({ joins }) => joins === at).map(({ name }) => name)
    const told = message ?? `${open.proposal.question}, and it is not decided yet`
    return [
      follow(event, "proposal.escalated", {
        ...closed(open.proposal),
        electors,
        ...(message === undefined ? undefined : { message }),
      }),
      ...electors.map((to) => follow(event, "message.posted", { to, text: `${told}. ${id}` })),
    ].map((draft) => asOf(event, event, draft))
  }

/** What has come up at the same moment may have given the agent something to do. */
const fires =
  (name: string): Due =>
  (state, _, now) =>
    firing(state, name, busyAgents(state).has(name), now)

const taskLate =
  (id: string, level: number): Due =>
  (state, definitions, now, crowded) => {
    const open = state.tasks.get(id)
    if (open === undefined) return NONE
    const { task } = open
    const cause: Event = {
      id: task.event,
      source: "charter",
      type: "task.created",
      time: task.created,
      org: task.org,
      actor: daemonActor(),
      correlationid: task.correlationid,
      ...traceOf(task),
      seq: task.eventSeq,
      hops: task.hops,
    }
    return [
      { ...follow(cause, "task.escalated", { task: id, level }), subject: id },
      ...(crowded === undefined ? escalateTask(task, level, definitions, cause, now) : [boundExceeded(cause, crowded)]),
    ]
  }
