/** The one writer of one organization. See `Mailboxes`. */
import { Clock, Context, Effect, Exit, Fiber, Scope } from "effect"
import type { LogRecord } from "../domain/record.ts"
import { MAX_COMMIT_BYTES } from "../domain/record.ts"
import { isRefusal, refuse } from "../domain/refusal.ts"
import { isRefusable, ROOMS, TOO_LARGE } from "../kernel/bounds.ts"
import type { Command } from "../kernel/command.ts"
import { daemonActor } from "../kernel/draft.ts"
import { encodeState, SNAPSHOT_VERSION } from "../kernel/snapshot.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { Turn } from "../kernel/turn.ts"
import { commitBytes } from "../log/commit.ts"
import { AppendConflict, EventLog, LogUnavailable } from "../log/EventLog.ts"
import { commitDuration, commitFailures, commitRecords } from "../observability/metrics.ts"
import { Faults } from "./Faults.ts"
import type { Submitted } from "./Mailboxes.ts"
import { type Spans, type TraceSpan, Tracing } from "../observability/Tracing.ts"
import { type Traced, traceTurn } from "./turnTrace.ts"
import { loadState } from "./organizationState.ts"
import { adopter, describeAdoption } from "./adoption.ts"
import { adoptionEvents } from "./adoptionEvents.ts"
import { type Revision, Revisions } from "./Revisions.ts"
import { seedsFor } from "./seeds.ts"
import { Alarm } from "./alarm.ts"
import { makeClockWatch } from "./clockJump.ts"
import { executeOnce } from "./idempotency.ts"

/** Commands that may wait in one mailbox; more are answered `busy`. */
export const MAX_WAITING_COMMANDS = 10_000
/** Commands decided in one turn, and the bytes of what they publish: keeps a commit well under its bound. */
const MAX_TURN_COMMANDS = 256
const MAX_TURN_BYTES = 160 * 1024
const USUAL_COMMAND_BYTES = 512
/** Records after which the state is kept, so that a start reads at most so many. */
const SNAPSHOT_EVERY_RECORDS = 5_000
/** Times that a turn is decided anew after somebody else's commit, before its commands fail. */
const MAX_CONFLICTS = 3
/** Before a state that a failure took away is made again from the log, where nobody asks for it earlier; it doubles. */
const RELOAD_PAUSE_MS = 1_000
const LONGEST_RELOAD_PAUSE_MS = 15_000

interface Pending extends Traced {
  readonly command: Command
  readonly reply: (answer: Exit.Exit<Submitted, LogUnavailable>) => void
}

export interface MailboxFigures {
  readonly org: string
  /** Commands that wait. */
  readonly waiting: number
  /** Records since the last snapshot, and when that was kept: where it was not by this process, when it began. */
  readonly unsaved: number
  readonly savedAt: number
  /** Why nothing can be decided now; absent where it can. */
  readonly failure?: string
}

export class Mailbox {
  readonly #org: string
  readonly #context: Context.Context<EventLog | Revisions>
  readonly #log: typeof EventLog.Service
  readonly #revisions: typeof Revisions.Service
  readonly #tracing: Spans | undefined
  readonly #scope: Scope.Scope
  readonly #committed: (records: ReadonlyArray<LogRecord>, state: OrganizationState) => void
  readonly #wrote: (failure?: LogUnavailable) => void
  #queue: Array<Pending> = []
  /** Ends the idle wait; absent while nobody waits. */
  #resume: ((effect: Effect.Effect<void>) => void) | undefined
  #fiber: Fiber.Fiber<void> | undefined
  #state: OrganizationState | undefined
  #failure: string | undefined
  /** Turns that have failed one after the other. */
  #failures = 0
  #epoch: number | undefined
  #snapshotAt = 0
  #savedAt = Date.now()
  /** Open proposals have not all been looked at under the revision in force: it is new, or may have been when this began. */
  #unreviewed = true
  /** They have not, since so many opened in one turn. */
  #unsettled = false
  readonly #clockJump = makeClockWatch()
  readonly #alarm: Alarm
  #closed = false
  #busy = false
  readonly #settling: Array<() => void> = []

  /** `wrote` hears of each write how it went. */
  constructor(
    org: string,
    context: Context.Context<EventLog | Revisions>,
    scope: Scope.Scope,
    committed: (records: ReadonlyArray<LogRecord>, state: OrganizationState) => void,
    wrote: (failure?: LogUnavailable) => void,
  ) {
    this.#org = org
    this.#context = context
    this.#log = Context.get(context, EventLog)
    this.#revisions = Context.get(context, Revisions)
    this.#tracing = Context.get(context, Tracing)
    this.#scope = scope
    this.#committed = committed
    this.#wrote = wrote
    this.#alarm = new Alarm(context, () => {
      this.#tick()
      this.#wake()
    })
  }

  get figures(): MailboxFigures {
    const unsaved = this.#state === undefined ? 0 : this.#state.position - this.#snapshotAt
    return {
      org: this.#org,
      waiting: this.#queue.length,
      unsaved,
      savedAt: this.#savedAt,
      ...(this.#failure === undefined ? undefined : { failure: this.#failure }),
    }
  }

  get loaded(): ReadonlyArray<OrganizationState> {
    return this.#state === undefined ? [] : [this.#state]
  }

  /** The state after everything that has been answered. */
  get state(): Effect.Effect<OrganizationState, LogUnavailable> {
    return Effect.suspend(() =>
      this.#state === undefined
        ? Effect.flatMap(this.submit({ kind: "tick" }), (answer) =>
            isRefusal(answer)
              ? Effect.fail(new LogUnavailable({ operation: "read", reason: answer.message }))
              : Effect.succeed(this.#state!),
          )
        : Effect.succeed(this.#state),
    )
  }

  submit(command: Command, span?: TraceSpan): Effect.Effect<Submitted, LogUnavailable> {
    return Effect.callback<Submitted, LogUnavailable>((resume) => {
      if (this.#closed)
        return resume(
          Effect.succeed(refuse("busy", "shutting-down", "the daemon is shutting down; try again when it is back")),
        )
      if (this.#queue.length >= MAX_WAITING_COMMANDS)
        return resume(
          Effect.succeed(
            refuse(
              "busy",
              "mailbox-full",
              `${MAX_WAITING_COMMANDS} commands wait in ${this.#org}; try again in a moment`,
            ),
          ),
        )
      this.#queue.push({ command, reply: resume, trace: span && { span, since: performance.now() } })
      this.#start()
      this.#wake()
    })
  }

  refuseNew(): void {
    this.#closed = true
  }

  /** Finishes what waits, then keeps a snapshot. */
  get drain(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.#closed = true
      yield* this.#settled
      yield* Effect.ignore(this.#snapshot())
    })
  }

  /** Nothing waits, and no turn is under way. */
  get #settled(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.#busy || this.#queue.length > 0) this.#settling.push(() => resume(Effect.void))
      else resume(Effect.void)
    })
  }

  #start(): void {
    if (this.#fiber !== undefined) return
    const next = Effect.suspend(() => (this.#queue.length > 0 ? this.#turn() : this.#idle()))
    // A turn waits for its commit and an idle mailbox for a command, so others have their turn without a pause.
    const loop = Effect.forever(next, { disableYield: true })
    this.#fiber = Effect.runForkWith(this.#context)(loop)
    const end = Effect.andThen(
      Fiber.interrupt(this.#fiber),
      Effect.sync(() => this.#alarm.stop()),
    )
    Effect.runSync(Scope.addFinalizer(this.#scope, end))
  }

  /** Until somebody asks for something, a timer is due, or the log is asked again after a failure. */
  #idle(): Effect.Effect<void> {
    const woken = Effect.callback<void>((resume) => {
      if (this.#queue.length > 0) return resume(Effect.void)
      this.#resume = resume
      return Effect.sync(() => {
        this.#resume = undefined
      })
    })
    if (this.#failure !== undefined && !this.#closed) {
      const pause = Math.min(RELOAD_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_RELOAD_PAUSE_MS)
      return Effect.flatMap(Clock.currentTimeMillis, (now) => {
        this.#alarm.set(now + pause)
        return woken
      })
    }
    if (this.#state !== undefined) this.#alarm.set(this.#state.nextTimer)
    return woken
  }

  /** What is asked for in one go is decided in one turn. */
  #wake(): void {
    const resume = this.#resume
    if (resume === undefined) return
    this.#resume = undefined
    queueMicrotask(() => resume(Effect.void))
  }

  #tick(): void {
    this.#queue.push({ command: { kind: "tick" }, reply: () => undefined, trace: undefined })
  }

  #fail(taken: ReadonlyArray<Pending>, error: LogUnavailable): void {
    this.#state = undefined
    this.#failures++
    this.#failure = error.message
    for (const { reply } of taken) reply(Exit.fail(error))
  }

  #turn(): Effect.Effect<void, never, EventLog | Revisions> {
    const taken = this.#take()
    this.#busy = true
    return this.#decide(taken, 0).pipe(
      Effect.andThen(Effect.sync(() => (this.#failures = 0))),
      Effect.catch((error) =>
        Effect.sync(() => {
          this.#wrote(error)
          this.#fail(taken, error)
        }),
      ),
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`a turn of ${this.#org} failed; its state is made again from the log`, defect),
          Effect.sync(() =>
            this.#fail(
              taken,
              new LogUnavailable({ operation: "decide", reason: "an internal error; see the daemon's log" }),
            ),
          ),
        ),
      ),
      Effect.ensuring(
        Effect.sync(() => {
          this.#busy = false
          if (this.#queue.length === 0) for (const resume of this.#settling.splice(0)) resume()
        }),
      ),
    )
  }

  #take(): ReadonlyArray<Pending> {
    let bytes = 0
    let count = 0
    for (const { command } of this.#queue) {
      bytes += command.kind === "publish" ? (command.bytes ?? USUAL_COMMAND_BYTES) : USUAL_COMMAND_BYTES
      if (count > 0 && (count >= MAX_TURN_COMMANDS || bytes > MAX_TURN_BYTES)) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  /** `room`: which of {@link ROOMS} there is for what follows; without it all does, however much. */
  #decide(
    taken: ReadonlyArray<Pending>,
    conflicts: number,
    room?: number,
  ): Effect.Effect<void, LogUnavailable, EventLog | Revisions> {
    return Effect.gen({ self: this }, function* () {
      const state = this.#state ?? (yield* this.#load())
      const clock = yield* Clock.Clock
      const now = clock.currentTimeMillisUnsafe()
      const revision = this.#revisions.current()
      const adopts = revision.manifest !== "" && state.revision !== revision.definitions.revision
      const adoption = adopts ? yield* this.#prepareAdoption(state, revision, now) : undefined
      const definitions =
        adopts || state.revision === undefined || state.revision === revision.definitions.revision
          ? revision.definitions
          : (yield* this.#revisions.load(state.manifest ?? "")).definitions

      const expected = state.position
      const turn = new Turn(state, definitions, now, room === undefined ? undefined : ROOMS[room])
      const more = turn.catchUp(this.#unreviewed, this.#unsettled)
      // Where there is little room, one thing after the other.
      const behind = more || (room !== undefined && turn.records.length > 0)
      this.#unreviewed = behind && this.#unreviewed
      this.#unsettled = this.#unreviewed && this.#unsettled
      if (!behind) {
        const jump = this.#clockJump(now, clock.monotonicTimeNanosUnsafe())
        if (jump !== undefined)
          turn.execute({ kind: "report", type: "clock.jumped", data: { by: jump }, actor: daemonActor() })
        if (adoption !== undefined) {
          const events = adoption.events.map((event) => ({ ...event, actor: daemonActor() }))
          turn.adopt(revision.definitions, adoption.revised, adopter(revision.origin), events)
          this.#unreviewed = true
        }
      }
      // After an adoption, too: what it has decided is not voted on any more.
      const answered = behind || adoption !== undefined ? [] : taken
      const trace = this.#tracing === undefined ? undefined : traceTurn(this.#tracing, answered)
      const answers = answered.map(({ command }, index) => {
        trace?.deciding(index)
        return room !== undefined && isRefusable(command) ? TOO_LARGE : executeOnce(this.#log, turn, this.#org, command)
      })
      trace?.decided(answers)
      if (turn.unsettled) {
        this.#unreviewed = true
        this.#unsettled = true
        this.#tick()
      }

      if (turn.records.length > 0) {
        const hook = yield* Faults
        const detail = turn.records[0]!.event.type
        hook?.pass("decided", detail)
        if (turn.texts.length > 0) yield* this.#log.archive(turn.texts)
        const handedOver = performance.now()
        const written = yield* Effect.result(this.#log.append(this.#org, expected, this.#epoch!, turn.records))
        if (written._tag === "Failure") {
          // What the turn has begun to change is of no use where its records are not in the log.
          this.#state = undefined
          commitFailures.add(written.failure instanceof AppendConflict ? "conflict" : "unavailable")
          if (!(written.failure instanceof AppendConflict)) {
            if (commitBytes(turn.records) <= MAX_COMMIT_BYTES) return yield* Effect.fail(written.failure)
            return yield* this.#tooLarge(taken, room)
          }
          if (written.failure.fenced || conflicts >= MAX_CONFLICTS)
            return yield* Effect.fail(new LogUnavailable({ operation: "append", reason: written.failure.message }))
          return yield* this.#decide(taken, conflicts + 1)
        }
        this.#wrote()
        trace?.appended(this.#org, turn.records.length)
        commitDuration.observe((performance.now() - handedOver) / 1_000)
        commitRecords.observe(turn.records.length)
        hook?.pass("appended", detail)
        answered.forEach(({ reply }, index) => reply(Exit.succeed(answers[index]!)))
        hook?.pass("replied", detail)
        this.#committed(turn.records, state)
        hook?.pass("dispatched", detail)
        if (state.position - this.#snapshotAt >= SNAPSHOT_EVERY_RECORDS) yield* Effect.ignore(this.#snapshot())
        return answered === taken ? undefined : yield* this.#decide(taken, 0)
      }
      taken.forEach(({ reply }, index) => reply(Exit.succeed(answers[index]!)))
    })
  }

  /**
   * What does not fit one commit together is tried one by one. What does not fit alone is refused; what cannot be, since it
   * has happened, has less follow from it.
   */
  #tooLarge(taken: ReadonlyArray<Pending>, room = -1): Effect.Effect<void, LogUnavailable, EventLog | Revisions> {
    if (taken.length > 1) return Effect.forEach(taken, (one) => this.#decide([one], 0), { discard: true })
    if (room + 1 < ROOMS.length) return this.#decide(taken, 0, room + 1)
    return Effect.fail(
      new LogUnavailable({
        operation: "append",
        reason: `what must follow takes more than ${MAX_COMMIT_BYTES} bytes, the most that one commit holds`,
      }),
    )
  }

  #load() {
    return Effect.gen({ self: this }, function* () {
      const opened = yield* this.#log.open(this.#org)
      this.#wrote()
      this.#epoch = opened.epoch
      this.#snapshotAt = opened.snapshot?.position ?? 0
      this.#state = yield* loadState(this.#org, opened)
      this.#unreviewed = true
      this.#failure = undefined
      this.#committed([], this.#state)
      return this.#state
    })
  }

  #prepareAdoption(state: OrganizationState, revision: Revision, now: number) {
    return Effect.gen({ self: this }, function* () {
      const seeds = yield* seedsFor(state, revision.definitions, now)
      const previous = state.manifest === undefined ? undefined : yield* this.#revisions.load(state.manifest)
      const organizationIn = (set: Revision | undefined) => set?.definitions.organizations.get(this.#org)
      return {
        revised: describeAdoption(this.#org, previous, revision, seeds),
        events: adoptionEvents(this.#org, organizationIn(previous), organizationIn(revision)),
      }
    })
  }

  #snapshot() {
    return Effect.suspend(() => {
      const state = this.#state
      if (state === undefined || state.position === this.#snapshotAt) return Effect.void
      this.#snapshotAt = state.position
      this.#savedAt = Date.now()
      return this.#log.saveSnapshot(this.#org, {
        position: state.position,
        version: SNAPSHOT_VERSION,
        body: encodeState(state),
      })
    })
  }
}
