/**
 * What an organization's log says of its agents: who is stopped, since when each has been idle, and what its schedule
 * is. The state is changed by `evolve` alone, and where a contract test begins.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Actor, type Event, requesterOf } from "../domain/event.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Command } from "./command.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft } from "./draft.ts"
import { firingAt, rearmed, scheduleOf } from "./schedules.ts"
import type { AgentStanding, OpenTask, OrganizationState } from "./state.ts"
import { interruptedDrafts } from "./work.ts"

/** Agents for whom something is open: a task, a vote that is theirs to cast, or an answer that they wait for. */
export const busyAgents = (state: OrganizationState): ReadonlySet<string> => {
  const busy = new Set<string>()
  for (const { task } of state.tasks.values()) busy.add(task.member)
  for (const { event } of state.holds.values()) for (const name of askers(event)) busy.add(name)
  for (const id of state.proposals.keys()) for (const name of missingVoters(state, id)) busy.add(name)
  return busy
}

/** Agents that this event is the end of something for; asked before it is folded in. */
export const concernedBy = (state: OrganizationState, event: Event): ReadonlyArray<string> => {
  switch (event.type as keyof BuiltinData) {
    case "task.completed":
    case "task.cancelled":
    case "task.failed": {
      const open = state.tasks.get((event.data as BuiltinData["task.completed"]).task)
      return open === undefined ? NOBODY : [open.task.member]
    }
    case "message.posted": {
      const { to } = event.data as BuiltinData["message.posted"]
      return to === undefined ? NOBODY : [to]
    }
    case "mention":
    case "inbox.seen":
    case "inbox.acknowledged":
    case "cron":
      return [(event.data as { readonly member: string }).member]
    case "agent.started":
      return [(event.data as BuiltinData["agent.started"]).agent]
    case "vote.cast":
      return [(event.data as BuiltinData["vote.cast"]).by]
    case "proposal.succeeded":
    case "proposal.defeated":
    case "proposal.expired":
    case "proposal.cancelled":
      return missingVoters(state, (event.data as BuiltinData["proposal.succeeded"]).proposal)
    case "hold.released":
    case "hold.denied":
    case "hold.expired":
    case "hold.cancelled": {
      const hold = state.holds.get((event.data as BuiltinData["hold.released"]).hold)
      return hold === undefined ? NOBODY : askers(hold.event)
    }
    default:
      return NOBODY
  }
}

/** Idleness counts anew from here. */
export const touch = (state: OrganizationState, name: string, now: number): void => {
  const agent = state.agents.get(name)
  if (agent === undefined) return
  agent.since = now
  state.nextTimer = Math.min(state.nextTimer, firingAt(agent, false))
}

/** The agents of a revision and their schedules. One that is stopped stays so, also while it is in no file. */
export const adoptAgents = (state: OrganizationState, definitions: Definitions, now: number): void => {
  const { members, organization } = definitions.view(state.org)
  for (const [name, agent] of state.agents)
    if (members.get(name)?.kind !== "agent") {
      agent.schedule = undefined
      if (agent.stopped === undefined) state.agents.delete(name)
    }
  for (const { name, kind, schedule } of members.values()) {
    if (kind !== "agent") continue
    const agent = standing(state, name, now)
    agent.schedule = scheduleOf(schedule, organization.timezone, agent.schedule, now)
    state.nextTimer = Math.min(state.nextTimer, firingAt(agent, false))
  }
}

export const foldAgents = (state: OrganizationState, event: Event, now: number): void => {
  switch (event.type as keyof BuiltinData) {
    case "agent.stopped": {
      const { agent, by, reason } = event.data as BuiltinData["agent.stopped"]
      standing(state, agent, now).stopped = { by, at: now, reason }
      return
    }
    case "agent.started": {
      const agent = state.agents.get((event.data as BuiltinData["agent.started"]).agent)
      if (agent === undefined) return
      agent.stopped = undefined
      agent.schedule = rearmed(agent.schedule, now)
      return
    }
    case "cron": {
      const agent = state.agents.get((event.data as BuiltinData["cron"]).member)
      if (agent !== undefined) agent.schedule = rearmed(agent.schedule, now)
    }
  }
}

type CommandOf<K extends Command["kind"]> = Extract<Command, { readonly kind: K }>

export const stopDrafts = (
  state: OrganizationState,
  definitions: Definitions,
  command: CommandOf<"stopAgent">,
): ReadonlyArray<Draft> | Refusal => {
  const { agent, by, reason } = command
  const stopped = state.agents.get(agent)?.stopped
  if (stopped !== undefined)
    return refuse("conflict", "agent-stopped", `${agent} has been stopped already, by ${stopped.by}`)
  if (!state.agents.has(agent) && definitions.view(state.org).members.get(agent)?.kind !== "agent")
    return unknownAgent(state, agent)
  return [told(by, "agent.stopped", { agent, by: by.name, ...(reason === undefined ? undefined : { reason }) })]
}

export const startDrafts = (
  state: OrganizationState,
  { agent, by }: CommandOf<"startAgent">,
): ReadonlyArray<Draft> | Refusal =>
  state.agents.get(agent)?.stopped === undefined
    ? refuse("conflict", "agent-not-stopped", `${agent} is not stopped`)
    : [told(by, "agent.started", { agent, by: by.name })]

/** What runs now ends at once; its tasks end with it, or are given again from their checkpoints. */
export const interruptDrafts = (
  state: OrganizationState,
  { agent, by, reason, again }: CommandOf<"interrupt">,
  now: number,
): ReadonlyArray<Draft> | Refusal => {
  const running = [...state.tasks.values()].filter(
    (open): open is OpenTask & { readonly run: string } =>
      open.task.member === agent && open.state === "running" && open.run !== undefined,
  )
  if (running.length === 0) return refuse("conflict", "nothing-runs", `nothing of ${agent} runs now`)
  const why = reason === undefined ? undefined : { reason }
  return [
    told(by, "agent.interrupted", { agent, by: by.name, runs: running.map(({ run }) => run), again, ...why }),
    ...running.flatMap((open) => interruptedDrafts(open, open.run, by.name, reason, again, now)),
  ]
}

const NOBODY: ReadonlyArray<string> = []

const standing = (state: OrganizationState, name: string, now: number): AgentStanding => {
  let agent = state.agents.get(name)
  if (agent === undefined) state.agents.set(name, (agent = { since: now, stopped: undefined, schedule: undefined }))
  return agent
}

/** The agent that waits for an answer, if it is one. */
const askers = ({ actor }: Event): ReadonlyArray<string> => {
  const { name, kind } = requesterOf(actor)
  return kind === "agent" ? [name] : NOBODY
}

/** Agents that may vote on it now, and have not. */
const missingVoters = (state: OrganizationState, id: string): ReadonlyArray<string> => {
  const open = state.proposals.get(id)
  if (open === undefined || open.released !== undefined) return NOBODY
  return open.proposal.electorate.flatMap(({ name, kind, joins }) =>
    kind === "agent" && !open.votes.has(name) && (joins === undefined || Date.parse(joins) <= state.time) ? [name] : [],
  )
}

const told = <T extends "agent.stopped" | "agent.started" | "agent.interrupted">(
  by: Actor,
  type: T,
  data: BuiltinData[T],
): Draft => ({ type, data, actor: daemonActor(requesterOf(by)) })

const unknownAgent = ({ org }: OrganizationState, agent: string): Refusal =>
  refuse("not-found", "agent-unknown", `${org} has no agent "${agent}"`)
