/** Schedules of agents: when each is due, and what is written then. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Schedule } from "../domain/organization.ts"
import { SCHEDULE, type Task } from "../domain/task.ts"
import type { Event } from "../domain/event.ts"
import { timeText } from "../domain/timeText.ts"
import { nextCron } from "../language/schedule.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, placeName } from "./draft.ts"
import { taskDraft } from "./effects.ts"
import { worksByHand } from "./members.ts"
import type { AgentSchedule, AgentStanding, OrganizationState } from "./state.ts"

/** Times that passed unseen, beside the one that is due, are counted up to here. */
export const MAX_COUNTED_MISSED = 100

/** What a member's schedule comes to from `now` on; one that has not changed goes on as it is. */
export const scheduleOf = (
  schedule: Schedule | undefined,
  timezone: string,
  before: AgentSchedule | undefined,
  now: number,
): AgentSchedule | undefined => {
  if (schedule === undefined) return undefined
  const { goal } = schedule
  if ("every" in schedule) return { every: schedule.every, goal }
  const { cron } = schedule
  const same = before !== undefined && "cron" in before && before.cron === cron && before.timezone === timezone
  const next = same ? before.next : nextCron(cron, timezone, now)
  return next === undefined ? undefined : { cron, timezone, goal, next }
}

/** It has fired, or its agent was stopped: what comes next comes after `now`. */
export const rearmed = (schedule: AgentSchedule | undefined, now: number): AgentSchedule | undefined => {
  if (schedule === undefined || "every" in schedule) return schedule
  const next = nextCron(schedule.cron, schedule.timezone, now)
  return next === undefined ? undefined : { ...schedule, next }
}

/** Log time in ms at which an agent's schedule is due; infinity where it is not, as long as nothing changes. */
export const firingAt = ({ stopped, schedule, since }: AgentStanding, busy: boolean): number => {
  if (stopped !== undefined || schedule === undefined) return Number.POSITIVE_INFINITY
  if ("cron" in schedule) return schedule.next
  return busy ? Number.POSITIVE_INFINITY : since + schedule.every
}

/** One firing, however many times have passed since it was due. */
export const firing = (state: OrganizationState, member: string, busy: boolean, now: number): ReadonlyArray<Draft> => {
  const agent = state.agents.get(member)
  const due = agent === undefined ? Number.POSITIVE_INFINITY : firingAt(agent, busy)
  if (agent?.schedule === undefined || due > now) return []
  const { schedule } = agent
  const { goal } = schedule
  const missed = "cron" in schedule ? missedOf(schedule, now) : Math.floor((now - due) / schedule.every)
  const data: BuiltinData["cron"] = {
    member,
    ...("cron" in schedule ? { cron: schedule.cron } : { every: schedule.every }),
    due: timeText(due),
    ...(missed === 0 ? undefined : { missed: Math.min(missed, MAX_COUNTED_MISSED) }),
    ...(goal === undefined ? undefined : { goal }),
  }
  return [{ type: "cron", actor: daemonActor(), data }]
}

/** With the task that follows, by the name of its place in the log; none while that of an earlier firing is open. */
export const writtenFiring = (draft: Draft, state: OrganizationState): Draft => {
  const data = draft.data as BuiltinData["cron"]
  for (const { task } of state.tasks.values())
    if (task.contract === SCHEDULE && task.member === data.member)
      return { ...draft, data: { ...data, open: task.id } satisfies BuiltinData["cron"] }
  const task = `t-${placeName(state.org, state.position + 1)}.c`
  return { ...draft, data: { ...data, task } satisfies BuiltinData["cron"] }
}

/** What an agent's schedule gives it to do. */
export const scheduledTask = (event: Event, definitions: Definitions): ReadonlyArray<Draft> => {
  if (event.type !== "cron") return []
  const { member, task: id, goal } = event.data as BuiltinData["cron"]
  if (id === undefined) return []
  const task: Task = {
    id,
    org: event.org,
    event: event.id,
    eventSeq: event.seq,
    member,
    contract: SCHEDULE,
    effect: 0,
    place: 0,
    as: "sequence",
    ...(goal === undefined ? undefined : { goal }),
    ...(worksByHand(definitions, event.org, member) ? { human: true } : undefined),
    correlationid: event.correlationid,
    hops: 1,
    created: event.time,
  }
  return [taskDraft(event, task)]
}

const missedOf = ({ cron, timezone, next }: Extract<AgentSchedule, { readonly cron: string }>, now: number): number => {
  let missed = 0
  for (let at: number | undefined = next; missed < MAX_COUNTED_MISSED; missed++) {
    at = nextCron(cron, timezone, at)
    if (at === undefined || at > now) break
  }
  return missed
}
