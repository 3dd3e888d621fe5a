/** Agents: how each stands in its organization, and what people do to them. */
import { Effect } from "effect"
import { formatDuration } from "../../domain/duration.ts"
import type { Member } from "../../domain/organization.ts"
import { busyAgents } from "../../kernel/agents.ts"
import { firingAt } from "../../kernel/schedules.ts"
import { emptyState, type OrganizationState } from "../../kernel/state.ts"
import { MAX_RUNS_PER_AGENT } from "../../supervision/Supervisors.ts"
import { actorOf, checkOrganization, fail, visibleOrganizations } from "../access.ts"
import type { Identity } from "../identity.ts"
import type { Service } from "../Service.ts"
import type { AgentView } from "../views/agents.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<
  typeof Service.Service,
  "agents" | "agent" | "stopAgent" | "startAgent" | "interruptAgent" | "messageAgent"
>

/** Unread messages and mentions are counted up to here. */
export const MAX_COUNTED_UNREAD = 100

export const agentOperations = (
  dependencies: Dependencies,
  { post }: Pick<typeof Service.Service, "post">,
): Operations => {
  const { mailboxes, projections } = dependencies

  const stateOf = (org: string): OrganizationState =>
    mailboxes.states().find((state) => state.org === org) ?? emptyState(org)

  const agentsOf = (org: string): ReadonlyArray<Member> =>
    [...definitionsOf(dependencies).view(org).members.values()].filter(({ kind }) => kind === "agent")

  const view = Effect.fnUntraced(function* (member: Member, org: string, busy: ReadonlySet<string>) {
    const unread = yield* projections.inbox({ org, member: member.name, state: "new", limit: MAX_COUNTED_UNREAD })
    return viewOf(member, stateOf(org), busy.has(member.name), unread.items.length)
  })

  /** `reviewer`, `reviewer@team`, or by the organization beside it. */
  const resolve = Effect.fnUntraced(function* (identity: Identity, given: string, org?: string) {
    const definitions = definitionsOf(dependencies)
    const [name = "", home] = given.replace(/^@/, "").split("@")
    const where = home === undefined ? org : `@${home}`
    if (where !== undefined) yield* checkOrganization(definitions, identity, where)
    const visible = visibleOrganizations(definitions, identity)
    const orgs = where === undefined ? (visible ?? definitions.organizations.keys()) : [where]
    const found = [...orgs].filter((id) => agentsOf(id).some((member) => member.name === name))
    const [only, another] = found
    if (only === undefined)
      return yield* fail("not-found", "agent-unknown", `there is no agent "${given}" that ${identity.name} may see`)
    if (another !== undefined)
      return yield* fail(
        "conflict",
        "agent-ambiguous",
        `${found.length} organizations have an agent "${name}"; write ${name}${only}, or name the organization`,
        { candidates: found.map((id) => `${name}${id}`) },
      )
    return { name, org: only }
  })

  const one = Effect.fnUntraced(function* (identity: Identity, given: string, where?: string) {
    const { name, org } = yield* resolve(identity, given, where)
    return yield* view(
      agentsOf(org).find((member) => member.name === name)!,
      org,
      busyAgents(stateOf(org)),
    )
  })

  /** A stop works whatever the contracts say: like a cancel, it is control. */
  const control = Effect.fnUntraced(function* (identity: Identity, given: string, what: string, where?: string) {
    const { name, org } = yield* resolve(identity, given, where)
    if (identity.kind !== "operator" && identity.kind !== "human")
      return yield* fail("forbidden", "operator-only", `only a human or an operator may ${what} an agent`)
    return { agent: name, org, by: actorOf(definitionsOf(dependencies), identity, org) }
  })

  return {
    agents: Effect.fnUntraced(function* (identity, org) {
      const definitions = definitionsOf(dependencies)
      if (org !== undefined) yield* checkOrganization(definitions, identity, org)
      const visible = visibleOrganizations(definitions, identity) ?? definitions.organizations.keys()
      const found: Array<AgentView> = []
      for (const id of org === undefined ? [...visible] : [org]) {
        const busy = busyAgents(stateOf(id))
        found.push(...(yield* Effect.forEach(agentsOf(id), (member) => view(member, id, busy))))
      }
      return found
    }),
    agent: one,
    stopAgent: Effect.fnUntraced(function* (identity, name, { org: where, reason, interrupt = false }) {
      const { agent, org, by } = yield* control(identity, name, "stop", where)
      const why = reason === undefined ? undefined : { reason }
      yield* submit(dependencies, org, { kind: "stopAgent", agent, by, ...why })
      const runs = [...stateOf(org).tasks.values()].some(
        ({ task, state }) => task.member === agent && state === "running",
      )
      if (interrupt && runs)
        yield* submit(dependencies, org, { kind: "interrupt", agent, by, ...why, again: true }).pipe(
          // It has ended by itself meanwhile.
          Effect.catchIf(
            ({ _tag }) => _tag === "Refused",
            () => Effect.void,
          ),
        )
      return yield* one(identity, agent, org)
    }),
    startAgent: Effect.fnUntraced(function* (identity, name, where) {
      const { agent, org, by } = yield* control(identity, name, "start", where)
      yield* submit(dependencies, org, { kind: "startAgent", agent, by })
      return yield* one(identity, agent, org)
    }),
    interruptAgent: Effect.fnUntraced(function* (identity, name, { org: where, reason, again = false }) {
      const { agent, org, by } = yield* control(identity, name, "interrupt", where)
      const why = reason === undefined ? undefined : { reason }
      yield* submit(dependencies, org, { kind: "interrupt", agent, by, ...why, again })
      return yield* one(identity, agent, org)
    }),
    messageAgent: Effect.fnUntraced(function* (identity, given, { org: where, ...message }) {
      const { name, org } = yield* resolve(identity, given, where)
      return yield* post(identity, { ...message, org, to: name })
    }),
  }
}

const viewOf = (member: Member, state: OrganizationState, busy: boolean, unread: number): AgentView => {
  const { name, roles, executor, limits, schedule } = member
  const agent = state.agents.get(name)
  const tasks = [...state.tasks.values()].filter(({ task }) => task.member === name)
  const running = [...state.runs.values()].filter((run) => run.member === name)
  const next = agent === undefined ? Number.POSITIVE_INFINITY : firingAt(agent, busy)
  const model = executor?.["model"]
  return {
    name,
    org: state.org,
    roles,
    ...(executor === undefined ? undefined : { executor: executor.kind }),
    ...(typeof model === "string" ? { model } : undefined),
    state: agent?.stopped !== undefined ? "stopped" : running.length > 0 ? "executing" : "idle",
    ...(agent?.stopped === undefined
      ? undefined
      : {
          stopped: {
            by: agent.stopped.by,
            at: timeOf(agent.stopped.at),
            ...(agent.stopped.reason === undefined ? undefined : { reason: agent.stopped.reason }),
          },
        }),
    ...(agent === undefined || busy || unread > 0 ? undefined : { idleSince: timeOf(agent.since) }),
    running: running.map(({ run, task, attempt, started, usd, tokens, turns }) => {
      const goal = state.tasks.get(task)?.task.goal
      return {
        run,
        task,
        attempt,
        since: timeOf(started),
        usd,
        tokens,
        turns,
        ...(goal === undefined ? undefined : { goal }),
      }
    }),
    runs: limits?.runs ?? MAX_RUNS_PER_AGENT,
    queued: tasks.filter(({ state: stands }) => stands === "queued").length,
    waiting: tasks.filter(({ state: stands }) => stands === "waiting").length,
    unread,
    limits: {
      ...(limits?.turns === undefined ? undefined : { turns: limits.turns }),
      ...(limits?.usd === undefined ? undefined : { usd: limits.usd }),
      ...(limits?.minutes === undefined ? undefined : { minutes: limits.minutes }),
      ...(limits?.silence === undefined ? undefined : { silence: formatDuration(limits.silence) }),
      ...(limits?.retries === undefined ? undefined : { retries: limits.retries }),
    },
    ...(schedule === undefined
      ? undefined
      : {
          schedule: {
            ...("every" in schedule ? { every: formatDuration(schedule.every) } : { cron: schedule.cron }),
            ...(schedule.goal === undefined ? undefined : { goal: schedule.goal }),
            ...(next === Number.POSITIVE_INFINITY ? undefined : { next: timeOf(next) }),
          },
        }),
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
