/**
 * Gives queued tasks to executors. A task is leased through the kernel (so that contracts decide on the start of every
 * run), run in its own process, and acknowledged only by its recorded end; what a crash interrupts is found in the log
 * and given again.
 */
import { Clock, Context, Effect, Fiber, Layer } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import type { Member } from "../domain/organization.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Executor } from "../executors/Executor.ts"
import { executorFor } from "../executors/registry.ts"
import { memberOf } from "../kernel/members.ts"
import type { OpenTask, OrganizationState } from "../kernel/state.ts"
import type { EventLog } from "../log/EventLog.ts"
import { makeLoad, nextInTurn, type Waiting } from "./dispatch.ts"
import { Mailboxes } from "./Mailboxes.ts"
import { recover } from "./recovery.ts"
import { Revisions } from "./Revisions.ts"
import { makeRunner, type RunOptions } from "./runs.ts"

/** Runs at the same time over all agents, and of one agent, where neither the daemon nor the member's file says. */
export const MAX_RUNS = 8
export const MAX_RUNS_PER_AGENT = 1

/** Before the task of a run that could not be asked for is looked at again. */
export const BROKEN_OFF_PAUSE_MS = 1_000

export interface SupervisorOptions extends RunOptions {
  /** Runs at the same time, over all agents. */
  readonly maxRuns: number
}

export class Supervisors extends Context.Service<
  Supervisors,
  {
    /** Takes up what an earlier daemon left, then whatever is queued, from now on. */
    readonly start: Effect.Effect<void>
    /**
     * Gives out nothing new and waits for what runs, at most `graceMs` and not beyond `hurry`; what is left then is
     * stopped, and given again at the next start.
     */
    readonly drain: (graceMs: number, hurry: Effect.Effect<void>) => Effect.Effect<void>
  }
>()("charter/supervision/Supervisors") {
  static readonly layer = (options: SupervisorOptions) => Layer.effect(this, make(options))
}

/** A task that could be started, and what runs it. */
interface Startable extends Waiting {
  readonly open: OpenTask
  readonly member: Member
  readonly executor: Executor
}

interface Running {
  run: string | undefined
  fiber: Fiber.Fiber<void> | undefined
}

const make = Effect.fnUntraced(function* (options: SupervisorOptions) {
  const mailboxes = yield* Mailboxes
  const revisions = yield* Revisions
  const scope = yield* Effect.scope
  const context = yield* Effect.context<Mailboxes | Revisions | EventLog>()
  const runTask = makeRunner(options, context)
  const load = makeLoad()
  const running = new Map<string, Running>()
  const alarms = new Set<string>()
  let taking = false
  /** Something could run and had no place: whatever is ready next, it is looked at with all that waits. */
  let crowded = false

  const fork = <A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> =>
    Effect.runSyncWith(context)(Effect.forkIn(effect, scope))

  /** Starts what may start: of these tasks, or of all. */
  const takeUp = (states: Iterable<OrganizationState>, now: number, only?: ReadonlyArray<string>): void => {
    if (!taking) return
    if (running.size >= options.maxRuns) {
      crowded = true
      return
    }
    const waiting = new Set<Startable>()
    for (const state of crowded ? mailboxes.states() : states) {
      const tasks =
        only === undefined || crowded ? state.tasks.values() : only.flatMap((id) => state.tasks.get(id) ?? [])
      for (const open of tasks) {
        const startable = startableOf(state, open, now)
        if (startable !== undefined) waiting.add(startable)
      }
    }
    while (running.size < options.maxRuns) {
      const next = nextInTurn(waiting, load)
      if (next === undefined) {
        crowded = false
        return
      }
      waiting.delete(next)
      begin(next)
    }
    crowded = waiting.size > 0
  }

  const startableOf = (state: OrganizationState, open: OpenTask, now: number): Startable | undefined => {
    const { org } = state
    const { task } = open
    if (open.state !== "queued" || running.has(task.id) || isStopped(state, task.member)) return undefined
    if (open.until > now) {
      wakeAt(org, open.until, now)
      return undefined
    }
    const member = memberOf(revisions.current().definitions, org, task.member)
    if (member?.kind !== "agent" || member.executor === undefined) return undefined
    const executor = executorFor(member.executor.kind)
    if (executor === undefined) return undefined
    const most = member.limits?.runs ?? MAX_RUNS_PER_AGENT
    return { org, agent: `${task.member}${org}`, most, open, member, executor }
  }

  /** An agent of another organization may have been stopped there, too; while that cannot be seen, it is. */
  const isStopped = (state: OrganizationState, name: string): boolean => {
    if (state.agents.get(name)?.stopped !== undefined) return true
    const [plain = "", home] = name.split("@")
    if (home === undefined) return false
    const there = mailboxes.states().find(({ org }) => org === `@${home}`)
    return there === undefined || there.agents.get(plain)?.stopped !== undefined
  }

  const begin = (startable: Startable): void => {
    const { org, open, member, executor } = startable
    const { id } = open.task
    const entry: Running = { run: undefined, fiber: undefined }
    load.begin(startable)
    running.set(id, entry)
    const ended = Effect.sync(() => {
      running.delete(id)
      load.end(startable)
      fork(wakeAll)
    })
    const onGranted = (run: string): void => void (entry.run = run)
    entry.fiber = fork(
      runTask({ org, task: open.task, member, executor, checkpoint: open.checkpoint, onGranted }).pipe(
        Effect.catch((error) => brokeOff(id, error)),
        Effect.catchDefect((error) => brokeOff(id, error)),
        Effect.ensuring(ended),
      ),
    )
  }

  /** One timer per organization and moment, however often it is looked at. */
  const wakeAt = (org: string, until: number, now: number): void => {
    const name = `${org} ${until}`
    if (alarms.has(name)) return
    alarms.add(name)
    fork(
      Effect.sleep(until - now).pipe(Effect.andThen(Effect.sync(() => alarms.delete(name))), Effect.andThen(wakeAll)),
    )
  }

  const wake = (state: OrganizationState, only: ReadonlyArray<string> | undefined): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => takeUp([state], now, only))

  const wakeAll: Effect.Effect<void> = Effect.map(Clock.currentTimeMillis, (now) => takeUp(mailboxes.states(), now))

  mailboxes.onCommitted((_, records, state) => {
    for (const { event } of records) {
      if (event.type !== "run.ended") continue
      const { task, run, outcome } = event.data as BuiltinData["run.ended"]
      // Its processes may have some seconds more, and use none of its rights in them.
      options.access.revoke(run)
      const entry = ENDED_BY_OTHERS.has(outcome) ? running.get(task) : undefined
      // A later run of the same task may have begun by now.
      if (entry?.run === run && entry.fiber !== undefined) fork(Fiber.interrupt(entry.fiber))
    }
    // An agent's stop counts in every organization that it works for, and so does what is known of it at all.
    if (records.length === 0 || records.some(({ event }) => event.type === "agent.started")) fork(wakeAll)
    const tasks = readied(records)
    if (state.tasks.size > 0 && tasks?.length !== 0) fork(wake(state, tasks))
  })

  return Supervisors.of({
    start: Effect.gen(function* () {
      yield* Effect.provide(recover(options), context).pipe(
        Effect.catch((error) => Effect.logError("tasks of an earlier daemon could not be taken up", error)),
      )
      taking = true
      yield* wakeAll
    }),
    drain: (graceMs, hurry) =>
      Effect.gen(function* () {
        taking = false
        const fibers = [...running.values()].flatMap(({ fiber }) => (fiber === undefined ? [] : [fiber]))
        yield* Effect.forEach(fibers, Fiber.await, { discard: true, concurrency: "unbounded" }).pipe(
          Effect.timeoutOption(graceMs),
          Effect.raceFirst(hurry),
        )
        yield* Effect.forEach(fibers, Fiber.interrupt, { discard: true, concurrency: "unbounded" })
      }),
  })
})

/** It keeps its place for a moment, so that a log that is away is not asked without end. */
const brokeOff = (task: string, error: unknown): Effect.Effect<void> =>
  Effect.andThen(
    Effect.logError(`the run of task ${task} broke off; where it was leased, its lease will run out`, error),
    Effect.sleep(BROKEN_OFF_PAUSE_MS),
  )

/** The run itself has not said so: what it still does is ended. */
const ENDED_BY_OTHERS: ReadonlySet<string> = new Set(["cancelled", "interrupted", "lost"])

/** Tasks that these records may have made ready to run; `undefined` where that may be any. The end of a run wakes all. */
const readied = (records: ReadonlyArray<LogRecord>): ReadonlyArray<string> | undefined => {
  const tasks: Array<string> = []
  for (const { event } of records) {
    if (event.type === "task.created") tasks.push((event.data as BuiltinData["task.created"]).id)
    if (event.type === "task.failed") tasks.push((event.data as BuiltinData["task.failed"]).task)
    if (READIES_ANY.has(event.type)) return undefined
  }
  return tasks
}

const READIES_ANY: ReadonlySet<string> = new Set(["hold.released", "contracts.revised"])
