/** Tasks and runs: what a worker says, and what is recorded of it. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Task } from "../domain/task.ts"
import type { Command } from "./command.ts"
import { daemonActor, type Draft } from "./draft.ts"
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
  const lease = new Date(now + command.leaseMs).toISOString()
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
    lease: new Date(now + leaseMs).toISOString(),
    ...(text === undefined ? undefined : { text }),
    ...(data === undefined ? undefined : { data }),
  }
  return [told(open.task, "task.progress", progress)]
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
  const { error, retry, lost } = outcome
  const dead = !retry || failures > retries
  const again = dead ? undefined : { retry: new Date(now + (lost === true ? 0 : backoffMs(failures))).toISOString() }
  return [
    told(task, "run.ended", { run, task: id, outcome: lost === true ? "lost" : "failure", error }),
    told(task, "task.failed", {
      task: id,
      run,
      attempt,
      error,
      dead,
      ...(lost === true ? { lost } : undefined),
      ...again,
    }),
  ]
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

const lineage = ({ correlationid, event, hops, id }: Task) => ({ correlationid, causationid: event, hops, subject: id })

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
