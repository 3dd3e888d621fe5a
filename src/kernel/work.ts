/** Tasks and runs: what a worker says, and what is recorded of it. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import { requesterOf } from "../domain/event.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Task } from "../domain/task.ts"
import { timeText } from "../domain/timeText.ts"
import type { Command } from "./command.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft, traceOf } from "./draft.ts"
import { memberOf, worksByHand } from "./members.ts"
import { backoffMs } from "./retry.ts"
import type { OpenTask, OrganizationState } from "./state.ts"

type CommandOf<K extends Command["kind"]> = Extract<Command, { readonly kind: K }>

/** What a lease comes to: the run that has to be asked for first, if any, and what is recorded once it is granted. */
export interface Lease {
  readonly run: string
  readonly attempt: number
  /** Absent where the run was granted before. */
  readonly request: Draft | undefined
  readonly granted: ReadonlyArray<Draft>
  readonly refused: (reason: string) => Draft
}

export const leaseOf = (state: OrganizationState, command: CommandOf<"lease">, now: number): Lease | Refusal => {
  const open = state.tasks.get(command.task)
  if (open === undefined) return taskEnded(command.task)
  const { task } = open
  if (open.state !== "queued" || open.until > now)
    return refuse(
      "conflict",
      "task-not-queued",
      `task ${task.id} is ${open.state === "queued" ? "waiting for its retry" : open.state}`,
    )
  const stopped = state.agents.get(task.member)?.stopped
  if (stopped !== undefined)
    return refuse("conflict", "agent-stopped", `${task.member} takes nothing: ${stopped.by} has stopped it`)
  const attempt = open.attempt + 1
  const run = open.run ?? `r-${task.id.slice(2)}.r${attempt}`
  const { executor, model, worker } = command
  const request: BuiltinData["run.requested"] = {
    run,
    task: task.id,
    member: task.member,
    cause: task.event,
    executor,
    attempt,
    ...(model === undefined ? undefined : { model }),
  }
  const lease = timeText(now + command.leaseMs)
  return {
    run,
    attempt,
    request:
      open.run === undefined
        ? { ...lineage(task), type: "run.requested", actor: command.by, data: request, run }
        : undefined,
    granted: [
      told(task, "task.started", { task: task.id, run, attempt, worker, lease }),
      told(task, "run.started", { run, task: task.id, member: task.member, executor, attempt }),
    ],
    refused: (reason) =>
      told(task, "task.failed", {
        task: task.id,
        attempt: open.attempt,
        error: `the run was refused (run.requested): ${reason}`,
        dead: true,
      }),
  }
}

export const progressDrafts = (
  state: OrganizationState,
  { task: id, run, text, data, leaseMs }: CommandOf<"progress">,
  now: number,
): ReadonlyArray<Draft> | Refusal => {
  const open = running(state, id, run)
  if (open === undefined) return leaseLost(id, run)
  const progress: BuiltinData["task.progress"] = {
    task: id,
    run,
    lease: timeText(now + leaseMs),
    ...(text === undefined ? undefined : { text }),
    ...(data === undefined ? undefined : { data }),
  }
  return [told(open.task, "task.progress", progress)]
}

export const checkpointDrafts = (
  state: OrganizationState,
  { task: id, run, data, leaseMs }: CommandOf<"checkpoint">,
  now: number,
): ReadonlyArray<Draft> | Refusal => {
  const open = running(state, id, run)
  if (open === undefined) return leaseLost(id, run)
  return [told(open.task, "task.checkpoint", { task: id, run, data, lease: timeText(now + leaseMs) })]
}

/** Also the correction of a run that has ended: `minutes` says that it is one. */
export const usageDrafts = (
  state: OrganizationState,
  { run, usd, tokens, turns, minutes }: CommandOf<"usage">,
): ReadonlyArray<Draft> | Refusal => {
  const known = state.runs.get(run)
  if (known === undefined && minutes === undefined)
    return refuse("not-found", "run-not-running", `run ${run} is not running`)
  const open = known === undefined ? undefined : state.tasks.get(known.task)
  const usage: BuiltinData["run.usage"] = {
    run,
    usd,
    tokens,
    turns,
    ...(minutes === undefined ? undefined : { minutes }),
  }
  const draft: Draft =
    open === undefined ? { type: "run.usage", data: usage, actor: daemonActor() } : told(open.task, "run.usage", usage)
  return [{ ...draft, run }]
}

export const finishDrafts = (
  state: OrganizationState,
  { task: id, run, outcome, retries }: CommandOf<"finish">,
  now: number,
): ReadonlyArray<Draft> | Refusal => {
  if (!state.tasks.has(id)) return taskEnded(id)
  const open = running(state, id, run)
  if (open === undefined) return leaseLost(id, run)
  const { task, attempt } = open
  const failures = open.failures + 1
  if (outcome.success)
    return [
      told(task, "run.ended", { run, task: id, outcome: "success" }),
      told(task, "task.completed", { task: id, run, result: outcome.result }),
    ]
  const { error, retry, lost, limit } = outcome
  const dead = !retry || failures > retries
  const over = limit === undefined ? undefined : { limit }
  const again = dead ? undefined : { retry: timeText(now + (lost === true ? 0 : backoffMs(failures))) }
  return [
    told(task, "run.ended", { run, task: id, outcome: lost === true ? "lost" : "failure", error, ...over }),
    told(task, "task.failed", {
      task: id,
      run,
      attempt,
      error,
      dead,
      ...(lost === true ? { lost } : undefined),
      ...over,
      ...again,
    }),
  ]
}

/** Somebody ends a run; the task ends with it, or is given again, which is no failure of its own. */
export const interruptedDrafts = (
  { task, attempt }: OpenTask,
  run: string,
  by: string,
  reason: string | undefined,
  again: boolean,
  now: number,
): ReadonlyArray<Draft> => {
  const error = `interrupted by ${by}${reason === undefined ? "" : `: ${reason}`}`
  return [
    told(task, "run.ended", { run, task: task.id, outcome: "interrupted", error }),
    told(task, "task.failed", {
      task: task.id,
      run,
      attempt,
      error,
      dead: !again,
      by,
      ...(again ? { lost: true, retry: timeText(now) } : undefined),
    }),
  ]
}

/** What a member says of a task that he does himself. Nobody else may: his word is the result. */
export const byHandDrafts = (
  state: OrganizationState,
  definitions: Definitions,
  { task: id, by, says }: CommandOf<"byHand">,
  now: number,
): ReadonlyArray<Draft> | Refusal => {
  const open = state.tasks.get(id)
  if (open === undefined) return taskEnded(id)
  const { task, attempt } = open
  if (by.name !== task.member || by.kind !== (memberOf(definitions, state.org, task.member)?.kind ?? "human"))
    return refuse("forbidden", "task-of-another", `${id} is a task of ${task.member}, who alone says how it went`)
  if (open.state === "running" || !(task.human === true || worksByHand(definitions, state.org, task.member)))
    return refuse("conflict", "task-of-executor", `${id} is run by an executor, which says how it went`)
  const actor = daemonActor(requesterOf(by))
  switch (says.kind) {
    case "completed":
      return [{ ...told(task, "task.completed", { task: id, result: says.result, by: by.name }), actor }]
    case "failed": {
      const retry = says.again ? { retry: timeText(now) } : undefined
      const { error, again } = says
      return [
        { ...told(task, "task.failed", { task: id, attempt, error, dead: !again, by: by.name, ...retry }), actor },
      ]
    }
    case "progress": {
      const { text, data } = says
      const progress = {
        ...(text === undefined ? undefined : { text }),
        ...(data === undefined ? undefined : { data }),
      }
      return [{ ...told(task, "task.progress", { task: id, ...progress }), actor }]
    }
  }
}

export const cancelTaskDrafts = (
  state: OrganizationState,
  { task: id, by, reason: why }: CommandOf<"cancelTask">,
): ReadonlyArray<Draft> | Refusal => {
  const open = state.tasks.get(id)
  if (open === undefined) return taskEnded(id)
  const { task, run } = open
  const reason = `cancelled by ${by.name}: ${why}`
  const ended = open.state === "running" && run !== undefined
  return [
    ...(ended ? [told(task, "run.ended", { run, task: id, outcome: "cancelled", error: reason })] : []),
    told(task, "task.cancelled", { task: id, reason, by: by.name }),
  ]
}

/** Tasks whose worker has given no sign of life for as long as its lease. */
export const lostTasks = (state: OrganizationState, now: number): ReadonlyArray<CommandOf<"finish">> =>
  [...state.tasks.values()].flatMap(({ task, state: stands, until, run }) =>
    stands === "running" && until <= now && run !== undefined
      ? [
          {
            kind: "finish",
            task: task.id,
            run,
            outcome: { success: false, error: "the worker's lease ran out", retry: true, lost: true },
            retries: Number.POSITIVE_INFINITY,
          },
        ]
      : [],
  )

const running = (state: OrganizationState, task: string, run: string): OpenTask | undefined => {
  const open = state.tasks.get(task)
  return open?.run === run && open.state === "running" ? open : undefined
}

const lineage = (task: Task) => ({
  correlationid: task.correlationid,
  causationid: task.event,
  hops: task.hops,
  subject: task.id,
  ...traceOf(task),
})

const told = <T extends keyof BuiltinData>(task: Task, type: T, data: BuiltinData[T]): Draft => ({
  ...lineage(task),
  type,
  data,
  actor: daemonActor(),
})

const taskEnded = (task: string): Refusal =>
  refuse("conflict", "task-ended", `task ${task} has ended, or there is no such task`)

const leaseLost = (task: string, run: string): Refusal =>
  refuse("conflict", "lease-lost", `run ${run} does not hold task ${task} any more`)
