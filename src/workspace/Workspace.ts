/**
 * The files of a workspace as rules: loads `contracts/` and `organizations/`, watches them, and keeps one set in
 * force. Whatever happens to the files, the set changes only as a whole, and never by accident.
 */
import { Clock, Context, Deferred, Effect, Layer, Option, Queue, Semaphore, Stream } from "effect"
import type { FileChange, Origin } from "../domain/change.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { isRefusal, type Refusal } from "../domain/refusal.ts"
import type { Admitted } from "./edits.ts"
import type { LoadedSet } from "./loadedSet.ts"
import { type Memory, noMemory } from "./memory.ts"
import { OwnWrites } from "./ownWrites.ts"
import { makePreview, type Preview } from "./preview.ts"
import { type Moment, reconcile, type State, startingState } from "./reconcile.ts"
import { candidateRefused, nothingEdited, nothingHeld, otherCandidate, otherEdit } from "./refusals.ts"
import { makeScan, sameScan, type Scan } from "./scan.ts"
import { makeParse, sameSources } from "./source.ts"
import { eventsBetween, type Seen, type Standing, type WorkspaceEvent } from "./standing.ts"
import { watch } from "./watch.ts"
import { type LastWord, withdrawChange, writeChange, type Writing, type Written } from "./writeChange.ts"
import { JournalUnreadable, type Passed, redoFiles, removeJournal, targetOf } from "./writeFiles.ts"

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
  /** Edits on disk wait until an operator accepts them. */
  readonly confirmsEdits?: boolean
  /** Where a change that is being written is kept until it is done; outside of the workspace. Without it nothing is written. */
  readonly journal?: string
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
    /** What would be in force with these texts (`null`: without that file), and what stands in the way; writes nothing. */
    readonly preview: (files: Readonly<Record<string, string | null>>) => Effect.Effect<Preview, Refusal>
    /** Writes a change that has been allowed, and lets it take effect: all of it, or none. Once it has, this says so again. */
    readonly write: (
      change: string,
      files: ReadonlyArray<FileChange>,
      lastWord: LastWord,
      passed?: Passed,
    ) => Effect.Effect<Written>
    /**
     * The change is not wanted any more: what a try that broke off has left of it is taken away, and nothing of it is
     * finished at the next start. Refused where all of it is written, for then it is in force.
     */
    readonly withdraw: (change: string) => Effect.Effect<void, Refusal>
    /** The change is recorded as done: nothing has to be finished after a crash any more. */
    readonly forget: (change: string) => Effect.Effect<void>
    /** Changes that have been written and not been forgotten. */
    readonly unforgotten: Effect.Effect<ReadonlyArray<string>>
    /** How what is in force came about, as seen from an earlier set. */
    readonly originOf: (set: LoadedSet, previous: LoadedSet | undefined) => Origin | undefined
    /** What was in force when the daemon last ran; absent at the very first start. */
    readonly lastGood: LoadedSet | undefined
    /** The operator's word that exactly this edit may take effect. */
    readonly acceptEdit: (edit: string) => Effect.Effect<Standing, Refusal>
    /** Waits until this revision is in force. */
    readonly awaitRevision: (revision: string) => Effect.Effect<LoadedSet>
  }
>()("charter/workspace/Workspace") {
  /** Fails where nobody can tell which files have half of a change. */
  static readonly layer = (options: WorkspaceOptions): Layer.Layer<Workspace, JournalUnreadable> =>
    Layer.effect(this, make(options))
}

const make = Effect.fnUntraced(function* ({
  folder,
  lastGood = [],
  accept = () => Effect.void,
  memory = noMemory,
  confirmsEdits = false,
  journal,
}: WorkspaceOptions) {
  const scan = makeScan(folder)
  const rules = { parse: makeParse(memory.parsed), accept, memory, confirmsEdits }
  const own = new OwnWrites(journal === undefined ? [] : yield* redo(folder, journal))
  const turn = yield* Semaphore.make(1)
  const stirred = yield* Queue.sliding<void>(1)
  const start = startingState(rules, lastGood)
  let state: State = { ...start, admitted: own.admitted }
  /** Completed, and replaced, whenever the state changes. */
  let news = Deferred.makeUnsafe<void>()
  let closed = false
  let unwatched: unknown

  const announce = () => {
    Deferred.doneUnsafe(news, Effect.void)
    news = Deferred.makeUnsafe()
  }
  const take = (next: State): Standing => {
    state = next
    announce()
    return state.standing
  }
  const decide = (seen: Scan, now: Moment, isMeant: (name: string) => boolean = nothing) =>
    Effect.map(reconcile({ ...state, halves: own.halves }, rules, seen, now, isMeant), take)
  const look = Effect.fnUntraced(function* (isMeant?: (name: string) => boolean) {
    const now = yield* moment
    return yield* decide(yield* scan(now.wall), now, isMeant)
  })
  const reload = look()
  const admit = (versions: Admitted) => {
    state = { ...state, admitted: new Map([...state.admitted, ...versions]) }
  }
  const confirm = Effect.fnUntraced(function* (candidate: string) {
    const now = yield* moment
    const seen = yield* scan(now.wall)
    const { held } = yield* decide(seen, now)
    if (held === undefined) return yield* Effect.fail(nothingHeld)
    if (held.candidate !== candidate) return yield* Effect.fail(otherCandidate(held))
    const { inForce } = state
    const { rejected } = yield* decide(seen, now, everything)
    const standing = yield* decide(seen, now)
    return sameSources(inForce, state.inForce) ? yield* Effect.fail(candidateRefused(rejected)) : standing
  })
  const acceptEdit = Effect.fnUntraced(function* (wanted: string) {
    const now = yield* moment
    const seen = yield* scan(now.wall)
    const { edit } = yield* decide(seen, now)
    if (edit === undefined) return yield* Effect.fail(nothingEdited)
    if (edit.edit !== wanted) return yield* Effect.fail(otherEdit(edit.edit))
    admit(new Map(edit.files.map((one) => [one.file, targetOf(one)])))
    return yield* decide(seen, now, everything)
  })

  const previewOf = makePreview(folder, rules)
  const preview = Effect.fnUntraced(function* (files: Readonly<Record<string, string | null>>) {
    yield* reload
    const found = yield* previewOf(state, files)
    return isRefusal(found) ? yield* Effect.fail(found) : found
  })
  const writing: Writing = {
    folder,
    journal,
    own,
    state: () => state,
    previewOf,
    reload,
    admit: Effect.fnUntraced(function* (versions, isMeant, isWhole) {
      const now = yield* moment
      const wanted = { ...state, admitted: new Map([...state.admitted, ...versions]), halves: own.halves }
      const next = yield* reconcile(wanted, rules, yield* scan(now.wall), now, isMeant)
      if (!isWhole(next)) return next.standing.rejected
      take(next)
      return undefined
    }),
  }

  /** Scans, and decides where there is something to decide. Returns for how long the files must rest before that. */
  const glance = Effect.fnUntraced(function* (patient: boolean) {
    const now = yield* moment
    const seen = yield* scan(now.wall)
    if (state.scan !== undefined && sameScan(state.scan, seen) && now.ticks < state.due) return 0
    // What changes during the scan is younger than its start; what is younger still tells of a clock of its own.
    const age = now.wall - seen.youngest
    if (patient && Math.abs(age) < DEBOUNCE_MS) return DEBOUNCE_MS - age
    yield* decide(seen, now)
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
    acceptEdit: (edit) => turn.withPermit(acceptEdit(edit)),
    preview: (files) => turn.withPermit(preview(files)),
    write: (...asked) => turn.withPermit(writeChange(writing, ...asked)),
    withdraw: (change) => turn.withPermit(withdrawChange(writing, change)),
    forget: (change) =>
      Effect.sync(() => {
        own.forget(change)
        if (journal !== undefined) removeJournal(journal, change)
      }),
    unforgotten: Effect.sync(() => own.changes),
    originOf: (set, previous) => own.originOf(set, previous),
    lastGood: lastGood.length === 0 ? undefined : start.standing.set,
    awaitRevision: Effect.fnUntraced(function* (revision) {
      while (state.standing.set.revision !== revision) yield* closed ? Effect.interrupt : Deferred.await(news)
      return state.standing.set
    }),
  })
})

const redo = (folder: string, journal: string) =>
  Effect.try({
    try: () => redoFiles(folder, journal),
    catch: (error) => {
      if (error instanceof JournalUnreadable) return error
      throw error
    },
  })

const ticks = Effect.map(Clock.monotonicTimeNanos, (nanoseconds) => Number(nanoseconds / 1_000_000n))

const moment: Effect.Effect<Moment> = Effect.all({ wall: Clock.currentTimeMillis, ticks })

const nothing = () => false
const everything = () => true
