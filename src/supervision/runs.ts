/** One run of a task, from its lease to its recorded end. */
import { join } from "node:path"
import { Context, Effect, Schedule, Stream } from "effect"
import type { TaskCheckpoint } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { Member } from "../domain/organization.ts"
import { isRefusal } from "../domain/refusal.ts"
import { DEFAULT_RETRIES, type Task } from "../domain/task.ts"
import type { Command } from "../kernel/command.ts"
import type { Execution, Executor, Outcome } from "../executors/Executor.ts"
import { TRACE_VARIABLE } from "../executors/taskInput.ts"
import { EventLog } from "../log/EventLog.ts"
import { Tracing } from "../observability/Tracing.ts"
import { memberActor } from "./actors.ts"
import { Faults } from "./Faults.ts"
import { Mailboxes, type Submitted } from "./Mailboxes.ts"
import { untilWritten } from "./patience.ts"
import { bundled, commandOf, LEASE_MS, PROGRESS_CHUNKS, PROGRESS_MS } from "./recording.ts"
import { Revisions } from "./Revisions.ts"
import { makeScratch, removeScratch } from "./scratch.ts"
import { traceRun } from "./runTrace.ts"

/** Before a mailbox that had no room is asked again. */
const BUSY_PAUSE_MS = 1_000

export interface RunOptions {
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

export interface Assignment {
  readonly org: string
  readonly task: Task
  readonly member: Member
  readonly executor: Executor
  /** Number of the record of the last checkpoint of an earlier run. */
  readonly checkpoint: number | undefined
  /** Told the name of the run once it is granted. */
  readonly onGranted: (run: string) => void
}

/** What is known of a run once it is granted. */
interface Granted extends Assignment {
  readonly run: string
  readonly attempt: number
  readonly event: Event | undefined
  readonly traceparent: string | undefined
}

/**
 * Leases the task, so that contracts decide on the run, runs it, and records how it ended. Where the run is not
 * granted, or another has it, nothing is run. When it is interrupted every process of the run is ended before it is done.
 */
export const makeRunner = (options: RunOptions, context: Context.Context<Mailboxes | Revisions | EventLog>) => {
  const mailboxes = Context.get(context, Mailboxes)
  const revisions = Context.get(context, Revisions)
  const log = Context.get(context, EventLog)
  const tracing = Context.get(context, Tracing)
  const faults = Context.get(context, Faults)

  const runTask = Effect.fn("Supervisors.runTask")(function* (assignment: Assignment) {
    const { org, task, member, checkpoint } = assignment
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
        by: actorOf(assignment),
      },
      trace.dispatch,
    )
    if (isRefusal(leased)) return yield* Effect.sleep(leased.code === "busy" ? BUSY_PAUSE_MS : 0)
    if (leased.run?.state !== "started") return
    const { id: run, attempt } = leased.run
    assignment.onGranted(run)
    const granted: Granted = { ...assignment, run, attempt, event, traceparent: trace.begin(run, attempt, kind) }
    const stood = checkpoint === undefined ? undefined : (yield* log.get(org, checkpoint))?.event.data
    const scratch = join(options.scratch, run)
    const outcome = yield* Effect.acquireUseRelease(
      makeScratch(scratch),
      (problem) =>
        problem === undefined
          ? Effect.raceFirst(
              execute(granted, executionOf(granted, stood, scratch)),
              Effect.andThen(Effect.sleep(LEASE_MS / 3), heartOf(granted)),
            )
          : Effect.succeed<Outcome>({ success: false, error: problem, retry: true }),
      () =>
        Effect.andThen(
          Effect.sync(() => options.access.revoke(run)),
          removeScratch(scratch),
        ),
    ).pipe(
      Effect.catchIf(
        (error) => error === "lease-lost",
        () => Effect.succeed(undefined),
      ),
    )
    trace.end(outcome)
    if (outcome === undefined) return
    const retries = member.limits?.retries ?? DEFAULT_RETRIES
    yield* record(org, { kind: "finish", task: task.id, run, outcome, retries })
    faults?.pass("settled", task.id)
  }, Effect.scoped)

  /** What a run has done is done: neither a log that is away nor a mailbox that is full makes it undone. */
  const record = (org: string, command: Command): Effect.Effect<Submitted> =>
    Effect.flatMap(untilWritten("what a run has said", mailboxes.submit(org, command)), (answer) =>
      isRefusal(answer) && answer.type === "mailbox-full"
        ? Effect.andThen(Effect.sleep(BUSY_PAUSE_MS), record(org, command))
        : Effect.succeed(answer),
    )

  /** Renews the lease for as long as it is held. */
  const heartOf = ({ org, task, run }: Granted) =>
    Effect.andThen(
      Effect.repeat(
        Effect.flatMap(record(org, { kind: "progress", task: task.id, run, leaseMs: LEASE_MS }), (answer) =>
          isRefusal(answer) ? Effect.fail("lease-lost" as const) : Effect.void,
        ),
        Schedule.spaced(LEASE_MS / 3),
      ),
      Effect.never,
    )

  /** The message is the goal that the route gives, else the event in short. */
  const executionOf = (
    { task, member, run, attempt, event, traceparent }: Granted,
    stood: unknown,
    scratch: string,
  ): Execution => {
    const traced = traceparent === undefined ? undefined : { traceparent }
    return {
      run: options.mark(run),
      systemPrompt: member.prompt ?? "",
      tools: [],
      message: task.goal ?? `${event?.type ?? "an event"}${event?.subject === undefined ? "" : ` on ${event.subject}`}`,
      task: {
        ...task,
        event,
        attempt,
        ...(stood === undefined ? undefined : { checkpoint: (stood as TaskCheckpoint).data }),
      },
      config: member.executor!,
      limits: member.limits ?? {},
      scratch,
      workspace: options.workspace,
      environment: {
        ...options.access.issue({ name: task.member, org: task.org, run, task: task.id, ...traced }),
        ...(traceparent === undefined ? undefined : { [TRACE_VARIABLE]: traceparent }),
      },
    }
  }

  /** What it says is recorded as it comes, usage before the end that it belongs to. */
  const execute = (granted: Granted, execution: Execution) =>
    Effect.gen(function* () {
      const { org, task, run, executor, traceparent } = granted
      let outcome: Outcome = { success: false, error: "the executor ended without a result", retry: true }
      let events = 0
      const nextEvent = () => ++events
      yield* executor.execute(execution).pipe(
        Stream.groupedWithin(PROGRESS_CHUNKS, PROGRESS_MS),
        Stream.runForEach((chunks) =>
          Effect.forEach(
            bundled(chunks),
            (chunk) => {
              if (chunk.kind === "result") outcome = chunk.outcome
              const command = commandOf(chunk, { task, run, by: actorOf(granted), traceparent, nextEvent })
              return command === undefined ? Effect.void : record(org, command)
            },
            { discard: true },
          ),
        ),
      )
      return outcome
    })

  /** By its task's name for it: what another organization calls so may be somebody else. */
  const actorOf = ({ org, task }: Assignment) => memberActor(revisions.current().definitions, org, task.member, "agent")

  return runTask
}
