/**
 * The files of a workspace as rules: loads `contracts/` and `organizations/`, watches them, and keeps one set in
 * force. Whatever happens to the files, the set changes only as a whole, and never by accident.
 */
import { Clock, Context, Deferred, Effect, Layer, Option, Queue, Semaphore, Stream } from "effect"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { LoadedSet } from "./loadedSet.ts"
import { type Memory, noMemory } from "./memory.ts"
import { type Moment, reconcile, type State, startingState } from "./reconcile.ts"
import { makeScan, sameScan, type Scan } from "./scan.ts"
import { makeParse, sameSources } from "./source.ts"
import { eventsBetween, type HeldRemoval, type Seen, type Standing, type WorkspaceEvent } from "./standing.ts"
import { watch } from "./watch.ts"

/**
 * A change is taken up when no file has changed for this long, by the times that the file system keeps:
 * one save of many files is one revision.
 */
export const DEBOUNCE_MS = 60
/** A workspace that never comes to rest is looked at after this long all the same. */
export const MAX_DEBOUNCE_MS = 1_000
/** Whatever the watcher misses is seen after this long. */
export const RESCAN_MS = 5_000

export interface WorkspaceOptions {
  /** The folder with `contracts/` and `organizations/`. */
  readonly folder: string
  /** The files of the last revision that was in force, from the log: what the files on disk are measured against. */
  readonly lastGood?: ReadonlyArray<{ readonly file: string; readonly text: string }>
  /**
   * Asked before a set takes effect. What it refuses counts like an invalid file: the files that the diagnostics name
   * stay at their last good version, and where none of those has changed, the running set stays.
   */
  readonly accept?: (candidate: LoadedSet) => Effect.Effect<void, ReadonlyArray<Diagnostic>>
  /** What was made of the files before. */
  readonly memory?: Memory
}

export class Workspace extends Context.Service<
  Workspace,
  {
    /** The set in force. */
    readonly current: Effect.Effect<LoadedSet>
    readonly status: Effect.Effect<Standing>
    /**
     * What changes, from now on; first, always, what is in force, compared with `lastGood`. A slow reader is told the
     * difference to what it was told last, and holds up nobody.
     */
    readonly changes: Stream.Stream<WorkspaceEvent>
    /** Looks at the files at once, and says how things stand with everything that is on disk now. */
    readonly reload: Effect.Effect<Standing>
    /** The same, once no removal waits any more for the file to return. */
    readonly settled: Effect.Effect<Standing>
    /** The operator's word that the held removal of this candidate is meant; it takes effect at once. */
    readonly confirm: (candidate: string) => Effect.Effect<Standing, Refusal>
    /** Waits until this revision is in force. */
    readonly awaitRevision: (revision: string) => Effect.Effect<LoadedSet>
  }
>()("charter/workspace/Workspace") {
  static readonly layer = (options: WorkspaceOptions): Layer.Layer<Workspace> => Layer.effect(this, make(options))
}

const make = Effect.fnUntraced(function* ({
  folder,
  lastGood = [],
  accept = () => Effect.void,
  memory = noMemory,
}: WorkspaceOptions) {
  const scan = makeScan(folder)
  const rules = { parse: makeParse(memory.parsed), accept, memory }
  const turn = yield* Semaphore.make(1)
  const stirred = yield* Queue.sliding<void>(1)
  const start = startingState(rules, lastGood)
  let state: State = start
  /** Completed, and replaced, whenever the state changes. */
  let news = Deferred.makeUnsafe<void>()
  let closed = false
  let unwatched: unknown

  const announce = () => {
    Deferred.doneUnsafe(news, Effect.void)
    news = Deferred.makeUnsafe()
  }
  const decide = Effect.fnUntraced(function* (seen: Scan, now: Moment, confirmed: boolean) {
    state = yield* reconcile(state, rules, seen, now, confirmed)
    announce()
    return state.standing
  })
  const reload = Effect.gen(function* () {
    const now = yield* moment
    return yield* decide(yield* scan(now.wall), now, false)
  })
  const confirm = Effect.fnUntraced(function* (candidate: string) {
    const now = yield* moment
    const seen = yield* scan(now.wall)
    const { held } = yield* decide(seen, now, false)
    if (held === undefined) return yield* Effect.fail(nothingHeld)
    if (held.candidate !== candidate) return yield* Effect.fail(otherCandidate(held))
    const { inForce } = state
    const { rejected } = yield* decide(seen, now, true)
    const standing = yield* decide(seen, now, false)
    return sameSources(inForce, state.inForce) ? yield* Effect.fail(candidateRefused(rejected)) : standing
  })

  /** Scans, and decides where there is something to decide. Returns for how long the files must rest before that. */
  const glance = Effect.fnUntraced(function* (patient: boolean) {
    const now = yield* moment
    const seen = yield* scan(now.wall)
    if (state.scan !== undefined && sameScan(state.scan, seen) && now.ticks < state.due) return 0
    // What changes during the scan is younger than its start; what is younger still tells of a clock of its own.
    const age = now.wall - seen.youngest
    if (patient && Math.abs(age) < DEBOUNCE_MS) return DEBOUNCE_MS - age
    yield* decide(seen, now, false)
    return 0
  })
  const follow = Effect.gen(function* () {
    const wait = Math.min(RESCAN_MS, state.due - (yield* ticks))
    const woken = yield* Effect.as(Queue.take(stirred), true).pipe(
      Effect.raceFirst(Effect.as(Deferred.await(news), false)),
      Effect.timeoutOption(Math.max(0, wait)),
    )
    if (unwatched !== undefined) {
      yield* Effect.logWarning(`changes of files are seen only every ${RESCAN_MS / 1000} s:`, unwatched)
      unwatched = undefined
    }
    const deadline = (yield* ticks) + MAX_DEBOUNCE_MS
    const patient = Effect.map(ticks, (now) => now < deadline)
    if (Option.contains(woken, true)) yield* Effect.sleep(DEBOUNCE_MS)
    for (let rest; (rest = yield* turn.withPermit(glance(yield* patient))) > 0;) yield* Effect.sleep(rest)
  }).pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError("the files could not be loaded; what runs stays:", defect),
        Effect.sleep(RESCAN_MS),
      ),
    ),
  )

  /** What there is to tell somebody who has seen so much; waits for it where there is nothing. */
  const tell = (seen: Seen): Effect.Effect<readonly [ReadonlyArray<WorkspaceEvent>, Option.Option<Seen>]> =>
    Effect.suspend(() => {
      if (closed) return Effect.succeed([[], Option.none<Seen>()] as const)
      const events = eventsBetween(seen, state.standing)
      const told = [events, Option.some<Seen>(state.standing)] as const
      return events.length > 0 ? Effect.succeed(told) : Effect.as(Deferred.await(news), told)
    })

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      closed = true
      announce()
    }),
  )
  yield* watch(
    folder,
    () => Queue.offerUnsafe(stirred, undefined),
    (error) => {
      unwatched = error
      Queue.offerUnsafe(stirred, undefined)
    },
  )
  yield* turn.withPermit(reload)
  const save = Effect.suspend(() => memory.save(state.tests))
  yield* Effect.addFinalizer(() => save)
  yield* Effect.forkScoped(Effect.andThen(save, Effect.forever(follow)))

  return Workspace.of({
    current: Effect.sync(() => state.standing.set),
    status: Effect.sync(() => state.standing),
    changes: Stream.paginate<Seen, WorkspaceEvent>(lastGood.length === 0 ? {} : { set: start.standing.set }, tell),
    reload: turn.withPermit(reload),
    settled: Effect.gen(function* () {
      for (;;) {
        const standing = yield* turn.withPermit(reload)
        if (standing.waiting.length === 0) return standing
        yield* Effect.sleep(Math.max(1, state.due - (yield* ticks)))
      }
    }),
    confirm: (candidate) => turn.withPermit(confirm(candidate)),
    awaitRevision: Effect.fnUntraced(function* (revision) {
      while (state.standing.set.revision !== revision) yield* closed ? Effect.interrupt : Deferred.await(news)
      return state.standing.set
    }),
  })
})

const ticks = Effect.map(Clock.monotonicTimeNanos, (nanoseconds) => Number(nanoseconds / 1_000_000n))

const moment: Effect.Effect<Moment> = Effect.all({ wall: Clock.currentTimeMillis, ticks })

const nothingHeld = refuse("not-found", "nothing-held", "no removal waits for a confirmation.")

const otherCandidate = (held: HeldRemoval): Refusal =>
  refuse(
    "conflict",
    "held-removal-differs",
    `the files have changed since: what waits now leads to revision ${held.candidate}. Look at it, and confirm that.`,
    { held },
  )

const candidateRefused = (diagnostics: ReadonlyArray<Diagnostic>): Refusal =>
  refuse("invalid", "held-removal-refused", "what would be left cannot be in force; see the errors.", { diagnostics })
