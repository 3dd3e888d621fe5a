/**
 * Gives queued tasks to executors. A task is leased through the kernel (so that contracts decide on the start of every
 * run), run in its own process, and acknowledged only by its recorded end; what a crash interrupts is found in the log
 * and given again.
 */
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Clock, Context, Effect, Fiber, Layer, Schedule, Stream } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import { isEventType, isReserved } from "../domain/eventTypes.ts"
import type { Event } from "../domain/event.ts"
import type { Member } from "../domain/organization.ts"
import type { LogRecord } from "../domain/record.ts"
import { isRefusal } from "../domain/refusal.ts"
import { DEFAULT_RETRIES, type Task } from "../domain/task.ts"
import type { Chunk, Execution, Executor, Outcome } from "../executors/Executor.ts"
import { killRuns } from "../executors/processes.ts"
import { executorFor } from "../executors/registry.ts"
import { TRACE_VARIABLE } from "../executors/taskInput.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { EventLog } from "../log/EventLog.ts"
import { Tracing } from "../observability/Tracing.ts"
import { memberActor } from "./actors.ts"
import { Faults } from "./Faults.ts"
import { Mailboxes } from "./Mailboxes.ts"
import { Revisions } from "./Revisions.ts"
import { traceRun } from "./runTrace.ts"

/** Runs at the same time, over all agents; and of one agent. */
export const MAX_RUNS = 8
export const MAX_RUNS_PER_AGENT = 1
/** How long a worker holds a task without a sign of life. */
export const LEASE_MS = 60_000

/** What a run says is recorded in bundles: at most so many chunks, at most so late. */
const PROGRESS_CHUNKS = 100
const PROGRESS_MS = 200

export interface SupervisorOptions {
  /** Names this daemon's life: leases of any other are given back at start. */
  readonly worker: string
  readonly workspace: string
  /** What the processes of a run are marked with; never the same for runs of another daemon on this machine. */
  readonly mark: (run: string) => string
  /** Parent of the runs' own folders. */
  readonly scratch: string
  /** What a run is told of the daemon, and a token that dies with it. */
  readonly access: {
    readonly issue: (run: {
      readonly name: string
      readonly org: string
      readonly run: string
      readonly task: string
      /** The trace that the run is part of. */
      readonly traceparent?: string
    }) => Readonly<Record<string, string>>
    readonly revoke: (run: string) => void
  }
}

export class Supervisors extends Context.Service<
  Supervisors,
  {
    /** Takes up what an earlier daemon left, then whatever is queued, from now on. */
    readonly start: Effect.Effect<void>
    readonly running: () => ReadonlyArray<{ readonly run: string; readonly task: string; readonly member: string }>
    /** Gives out nothing new and waits for what runs, at most `graceMs`; what is left then is stopped and given again later. */
    readonly drain: (graceMs: number) => Effect.Effect<void>
  }
>()("charter/supervision/Supervisors") {
  static readonly layer = (options: SupervisorOptions) => Layer.effect(this, make(options))
}

interface Running {
  readonly task: Task
  readonly agent: string
  run: string | undefined
  fiber: Fiber.Fiber<void> | undefined
}

/**
 * Tasks that these records may have made ready to run; `undefined` where that may be any. Whoever waits for something
 * else is looked at then: the end of a run wakes all, and a retry has its timer.
 */
const readied = (records: ReadonlyArray<LogRecord>): ReadonlyArray<string> | undefined => {
  const tasks: Array<string> = []
  for (const { event } of records) {
    if (event.type === "task.created") tasks.push((event.data as BuiltinData["task.created"]).id)
    if (event.type === "task.failed") tasks.push((event.data as BuiltinData["task.failed"]).task)
    if (event.type === "hold.released" || event.type === "contracts.revised") return undefined
  }
  return tasks
}

const make = Effect.fnUntraced(function* (options: SupervisorOptions) {
  const mailboxes = yield* Mailboxes
  const revisions = yield* Revisions
  const log = yield* EventLog
  const faults = yield* Faults
  const tracing = yield* Tracing
  const scope = yield* Effect.scope
  const context = yield* Effect.context<never>()
  const running = new Map<string, Running>()
  const alarms = new Set<string>()
  let taking = false

  const fork = <A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> =>
    Effect.runSyncWith(context)(Effect.forkIn(effect, scope))

  /** Starts what may start in this organization: of these tasks, or of all. */
  const takeUp = (state: OrganizationState, now: number, only?: ReadonlyArray<string>): void => {
    if (!taking) return
    const tasks = only === undefined ? state.tasks.values() : only.flatMap((id) => state.tasks.get(id) ?? [])
    for (const open of tasks) {
      if (running.size >= MAX_RUNS) return
      if (open.state !== "queued" || running.has(open.task.id)) continue
      if (open.until > now) {
        wakeAt(state.org, open.until, now)
        continue
      }
      const agent = `${open.task.member}${state.org}`
      const busy = [...running.values()].filter((one) => one.agent === agent).length
      if (busy >= MAX_RUNS_PER_AGENT) continue
      const found = findExecutor(state.org, open.task.member)
      if (found === undefined) continue
      const entry: Running = { task: open.task, agent, run: undefined, fiber: undefined }
      running.set(open.task.id, entry)
      entry.fiber = fork(
        runTask(entry, state.org, found).pipe(
          Effect.catchCause((cause) =>
            Effect.logError(`the run of task ${open.task.id} broke off; its lease will run out`, cause),
          ),
          Effect.ensuring(Effect.sync(() => running.delete(open.task.id))),
          Effect.andThen(wakeAll),
        ),
      )
    }
  }

  /** One timer per organization and moment, however often it is looked at. */
  const wakeAt = (org: string, until: number, now: number): void => {
    const name = `${org} ${until}`
    if (alarms.has(name)) return
    alarms.add(name)
    fork(
      Effect.sleep(until - now).pipe(Effect.andThen(Effect.sync(() => alarms.delete(name))), Effect.andThen(wake(org))),
    )
  }

  const wake = (org: string, only?: ReadonlyArray<string>): Effect.Effect<void> =>
    Effect.gen(function* () {
      const state = mailboxes.states().find((one) => one.org === org)
      if (state !== undefined) takeUp(state, yield* Clock.currentTimeMillis, only)
    })

  const wakeAll: Effect.Effect<void> = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const state of mailboxes.states()) takeUp(state, now)
  })

  const findExecutor = (
    org: string,
    name: string,
  ): { readonly member: Member; readonly executor: Executor } | undefined => {
    const [plain, home] = name.split("@") as [string, string?]
    const member = revisions
      .current()
      .definitions.view(home === undefined ? org : `@${home}`)
      .members.get(plain)
    if (member?.kind !== "agent" || member.executor === undefined) return undefined
    const executor = executorFor(member.executor.kind)
    return executor === undefined ? undefined : { member, executor }
  }

  const runTask = Effect.fn("Supervisors.runTask")(function* (
    entry: Running,
    org: string,
    { member, executor }: { readonly member: Member; readonly executor: Executor },
  ) {
    const { task } = entry
    const { kind, model } = member.executor!
    const event = (yield* log.get(org, task.eventSeq))?.event
    const trace = traceRun(tracing, task, event)
    yield* Effect.addFinalizer(() => Effect.sync(() => trace.end()))
    const leased = yield* mailboxes.submit(
      org,
      {
        kind: "lease",
        task: task.id,
        worker: options.worker,
        leaseMs: LEASE_MS,
        executor: kind,
        ...(typeof model === "string" ? { model } : undefined),
        by: memberActor(revisions.current().definitions, org, member.name, "agent"),
      },
      trace.dispatch,
    )
    if (isRefusal(leased) || leased.run?.state !== "started") return
    const run = leased.run.id
    entry.run = run
    const traceparent = trace.begin(run, leased.run.attempt, kind)
    const scratch = join(options.scratch, run)
    const outcome = yield* Effect.acquireUseRelease(
      Effect.promise(() => mkdir(scratch, { recursive: true })),
      () => {
        const execution = executionOf(run, task, member, event, scratch, traceparent)
        const work = execute(executor, execution, org, task, run, member, traceparent)
        const heart = Effect.repeat(
          mailboxes
            .submit(org, { kind: "progress", task: task.id, run, leaseMs: LEASE_MS })
            .pipe(Effect.flatMap((answer) => (isRefusal(answer) ? Effect.fail("lease-lost" as const) : Effect.void))),
          Schedule.spaced(LEASE_MS / 3),
        )
        return Effect.raceFirst(
          work,
          Effect.andThen(Effect.sleep(LEASE_MS / 3), Effect.andThen(heart, Effect.never)),
        ).pipe(
          Effect.catchTag("LogUnavailable", (error) =>
            Effect.succeed<Outcome>({ success: false, error: error.message, retry: true }),
          ),
        )
      },
      () =>
        Effect.andThen(
          Effect.sync(() => options.access.revoke(run)),
          Effect.promise(() => rm(scratch, { recursive: true, force: true })),
        ),
    ).pipe(
      Effect.catchIf(
        (error) => error === "lease-lost",
        () => Effect.succeed(undefined),
      ),
    )
    trace.end(outcome)
    if (outcome === undefined) return
    yield* mailboxes
      .submit(org, { kind: "finish", task: task.id, run, outcome, retries: member.limits?.retries ?? DEFAULT_RETRIES })
      .pipe(Effect.retry({ times: 5, schedule: Schedule.exponential("100 millis") }))
    faults?.pass("settled", task.id)
  }, Effect.scoped)

  /** The message is the goal that the route gives, else the event in short. */
  const executionOf = (
    run: string,
    task: Task,
    member: Member,
    event: Event | undefined,
    scratch: string,
    traceparent: string | undefined,
  ): Execution => ({
    run: options.mark(run),
    systemPrompt: member.prompt ?? "",
    tools: [],
    message: task.goal ?? `${event?.type ?? "an event"}${event?.subject === undefined ? "" : ` on ${event.subject}`}`,
    task: { ...task, event },
    config: member.executor!,
    limits: member.limits ?? {},
    scratch,
    workspace: options.workspace,
    environment: {
      ...options.access.issue({
        name: member.name,
        org: task.org,
        run,
        task: task.id,
        ...(traceparent === undefined ? undefined : { traceparent }),
      }),
      ...(traceparent === undefined ? undefined : { [TRACE_VARIABLE]: traceparent }),
    },
  })

  const execute = (
    executor: Executor,
    execution: Execution,
    org: string,
    task: Task,
    run: string,
    member: Member,
    traceparent: string | undefined,
  ) =>
    Effect.gen(function* () {
      let outcome: Outcome = { success: false, error: "the executor ended without a result", retry: true }
      let events = 0
      yield* executor.execute(execution).pipe(
        Stream.groupedWithin(PROGRESS_CHUNKS, PROGRESS_MS),
        Stream.runForEach((chunks) =>
          Effect.forEach(
            bundled(chunks),
            (chunk) =>
              chunk.kind === "result"
                ? Effect.sync(() => {
                    outcome = chunk.outcome
                  })
                : record(chunk, org, task, run, member, traceparent, () => ++events),
            { discard: true },
          ),
        ),
      )
      return outcome
    })

  const record = (
    chunk: Exclude<Chunk, { kind: "result" }>,
    org: string,
    task: Task,
    run: string,
    member: Member,
    traceparent: string | undefined,
    nextEvent: () => number,
  ) => {
    switch (chunk.kind) {
      case "process":
        return Effect.void
      case "progress":
        return mailboxes.submit(org, {
          kind: "progress",
          task: task.id,
          run,
          leaseMs: LEASE_MS,
          text: chunk.text,
          ...(chunk.data === undefined ? undefined : { data: chunk.data }),
        })
      case "usage":
        return mailboxes.submit(org, {
          kind: "usage",
          run,
          usd: chunk.usd ?? 0,
          tokens: chunk.tokens ?? 0,
          turns: chunk.turns ?? 0,
        })
      case "event": {
        if (!isEventType(chunk.type) || isReserved(chunk.type) || chunk.type === "run.requested")
          return mailboxes.submit(org, {
            kind: "progress",
            task: task.id,
            run,
            leaseMs: LEASE_MS,
            text: `refused to publish "${chunk.type}": a run may publish requests and events of its own, not the daemon's`,
          })
        return mailboxes.submit(org, {
          kind: "publish",
          event: {
            id: `${run}.e${nextEvent()}`,
            source: `run/${run}`,
            type: chunk.type,
            org,
            actor: memberActor(revisions.current().definitions, org, member.name, "agent"),
            correlationid: task.correlationid,
            causationid: task.event,
            hops: task.hops,
            run,
            ...(traceparent === undefined ? undefined : { traceparent }),
            ...(chunk.subject === undefined ? undefined : { subject: chunk.subject }),
            ...(chunk.data === undefined ? undefined : { data: chunk.data }),
          },
        })
      }
    }
  }

  /** What ran under an earlier daemon: its processes are ended, its folders removed, then its tasks are queued again. */
  const recover = Effect.gen(function* () {
    const left = mailboxes
      .states()
      .flatMap((state) => [...state.runs.values()].map((run) => ({ ...run, org: state.org })))
    if (left.length > 0) yield* Effect.promise(() => killRuns(new Set(left.map(({ run }) => options.mark(run)))))
    yield* Effect.promise(() => rm(options.scratch, { recursive: true, force: true }))
    for (const { org, run, task } of left)
      yield* mailboxes.submit(org, {
        kind: "finish",
        task,
        run,
        outcome: { success: false, error: "the daemon stopped while it ran", retry: true, lost: true },
        retries: Number.POSITIVE_INFINITY,
      })
  })

  mailboxes.onCommitted((org, records, state) => {
    for (const { event } of records)
      if (event.type === "task.cancelled") {
        const entry = running.get((event.data as { readonly task: string }).task)
        if (entry?.fiber !== undefined) fork(Fiber.interrupt(entry.fiber))
      }
    const tasks = readied(records)
    if (state.tasks.size > 0 && tasks?.length !== 0) fork(wake(org, tasks))
  })

  return Supervisors.of({
    start: Effect.gen(function* () {
      yield* Effect.catch(recover, (error) =>
        Effect.logError("tasks of an earlier daemon could not be taken up", error),
      )
      taking = true
      yield* wakeAll
    }),
    running: () =>
      [...running.values()].flatMap(({ run, task }) =>
        run === undefined ? [] : [{ run, task: task.id, member: task.member }],
      ),
    drain: (graceMs) =>
      Effect.gen(function* () {
        taking = false
        const fibers = [...running.values()].flatMap(({ fiber }) => (fiber === undefined ? [] : [fiber]))
        yield* Effect.timeoutOption(
          Effect.forEach(fibers, Fiber.await, { discard: true, concurrency: "unbounded" }),
          graceMs,
        )
        yield* Effect.forEach(fibers, Fiber.interrupt, { discard: true, concurrency: "unbounded" })
      }),
  })
})

/** Texts that follow each other are one record; everything else stays as it is, in order. */
const bundled = (chunks: Iterable<Chunk>): ReadonlyArray<Chunk> => {
  const bundles: Array<Chunk> = []
  for (const chunk of chunks) {
    const last = bundles.at(-1)
    if (chunk.kind === "progress" && chunk.data === undefined && last?.kind === "progress" && last.data === undefined)
      bundles[bundles.length - 1] = { kind: "progress", text: `${last.text}\n${chunk.text}` }
    else bundles.push(chunk)
  }
  return bundles
}
