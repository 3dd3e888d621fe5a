/** One step of the workspace: from what was in force and what the folders hold now to what is in force next. */
import { Effect } from "effect"
import { type Admitted, editOf, sift } from "./edits.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { check, type Judge, judge } from "./judge.ts"
import { assemble, withTests } from "./loadedSet.ts"
import type { Halves } from "./ownWrites.ts"
import { type MassRemoval, protect, REMOVAL_GRACE_MS } from "./protect.ts"
import { isTestFile, type Scan } from "./scan.ts"
import {
  concernedBy,
  errorsOf,
  isError,
  isValid,
  type Parse,
  sameSources,
  type Source,
  type Sources,
  textOf,
} from "./source.ts"
import type { HeldRemoval, Standing } from "./standing.ts"

/** A removal that waits for an operator is said again after this long. */
export const HELD_REMINDER_MS = 600_000
/** Files that are parsed before other work gets its turn. */
const PARSE_BATCH_FILES = 8

/** Waiting is measured by a clock that no adjustment of the time of day moves. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wall: number
  /** Milliseconds since some moment in the past. */
  readonly ticks: number
}

export interface Rules extends Judge {
  readonly parse: Parse
  /** Edits on disk wait for an operator. */
  readonly confirmsEdits: boolean
}

export interface State {
  readonly standing: Standing
  readonly inForce: Sources
  /** Valid contract tests. */
  readonly tests: Sources
  /** Names in force that no file defines any more, and since when (ticks). */
  readonly missing: ReadonlyMap<string, number>
  /** Since when (ticks) the removal in `standing` is held. */
  readonly heldSince: number
  /** What the last step saw; absent before the first one. */
  readonly scan?: Scan
  /** Everything on disk at the last step; before the first one, what the log handed in. */
  readonly read: Sources
  /** Versions of files that may take effect though edits wait. */
  readonly admitted: Admitted
  /** What a change that is not whole may have left counts as what is in force. */
  readonly halves: Halves
  /** When the next step is due though nothing stirs (ticks); may be infinite. */
  readonly due: number
}

export const startingState = (
  { parse }: Rules,
  lastGood: ReadonlyArray<{ readonly file: string; readonly text: string }>,
): State => {
  const read = byFile(lastGood.map(({ file, text }) => parse(textOf(file, text))))
  const inForce = filter(read, isValid)
  const standing = { set: assemble(inForce, new Map(), []), rejected: [], concerns: new Map(), waiting: [] }
  return {
    standing,
    inForce,
    tests: new Map(),
    missing: new Map(),
    heldSince: 0,
    read,
    admitted: new Map(),
    halves: new Map(),
    due: Infinity,
  }
}

export const reconcile = Effect.fnUntraced(function* (
  state: State,
  { parse, confirmsEdits, ...rules }: Rules,
  scan: Scan,
  { wall, ticks }: Moment,
  isMeant: (name: string) => boolean,
): Effect.fn.Return<State> {
  const starting = state.scan === undefined
  const read = yield* parseAll(state.read, parse, scan)
  const onDisk = withoutHalves(
    filter(read, ({ file }) => !isTestFile(file)),
    state,
  )
  // What is in force at the very first start was never anything else.
  const edits = confirmsEdits && !(starting && state.read.size === 0)
  const wanted = edits ? sift(state.inForce, onDisk, state.admitted) : { sources: onDisk, waiting: [], admitted: NONE }
  const tests = filter(read, (source) => isTestFile(source.file) && isValid(source))
  const { candidate, missing, mass } = protect(
    state.inForce,
    { ...scan, sources: wanted.sources },
    state.missing,
    ticks,
    isMeant,
  )
  const judged = yield* judge(candidate, (sources, warnings) => assemble(sources, tests, warnings), rules, starting)
  const inForce = judged.candidate.sources
  const unchanged = sameSources(tests, state.tests) ? state.standing.set : withTests(state.standing.set, tests)
  const waiting = [...missing]
    .map(([name, since]) => ({ name, ms: since + REMOVAL_GRACE_MS - ticks }))
    .filter(({ ms }) => ms > 0)
  const held = mass && hold(mass, state, waiting.length > 0, { wall, ticks })
  const heldSince = held !== undefined && held.candidate === state.standing.held?.candidate ? state.heldSince : ticks
  const rejected = [
    ...judged.candidate.errors,
    // What a confirmation would run into.
    ...(mass === undefined || held === undefined ? [] : check(mass.sources).filter(isError)),
    ...[...read.values()].filter(({ file }) => isTestFile(file)).flatMap(errorsOf),
    ...(starting ? atStart(state, missing) : []),
  ]
  const standing: Standing = {
    set: judged.set ?? unchanged,
    rejected,
    concerns: concernsOf(rejected, [state.read, state.inForce, inForce, read]),
    waiting: waiting.map(({ name, ms }) => ({ name, due: wall + ms })),
    ...(held === undefined ? {} : { held }),
    ...editOf(wanted.waiting, onDisk, inForce, judged.set ?? unchanged, state.standing.edit, wall),
  }
  const reminder = held === undefined ? Infinity : heldSince + (held.reminders + 1) * HELD_REMINDER_MS
  const due = Math.min(reminder, ...waiting.map(({ ms }) => ticks + ms))
  const { halves } = state
  return { standing, inForce, tests, missing, heldSince, scan, read, admitted: wanted.admitted, halves, due }
})

const withoutHalves = (onDisk: Sources, { halves, inForce }: State): Sources => {
  const sources = new Map(onDisk)
  for (const [file, hashes] of halves) {
    if (!hashes.has(onDisk.get(file)?.hash ?? null)) continue
    const then = inForce.get(file)
    if (then === undefined) sources.delete(file)
    else sources.set(file, then)
  }
  return sources
}

const NONE: Admitted = new Map()

const parseAll = Effect.fnUntraced(function* (before: Sources, parse: Parse, { texts }: Scan) {
  const sources = new Map<string, Source>()
  let parsed = 0
  for (const [file, text] of texts) {
    const known = before.get(file)
    if (known?.hash === text.hash) sources.set(file, known)
    else {
      sources.set(file, parse(text))
      if (++parsed % PARSE_BATCH_FILES === 0) yield* Effect.yieldNow
    }
  }
  return sources
})

/** Nothing is said while the first files may still return; what has been said is brought up to date. */
const hold = (
  { sources, removed, folders }: MassRemoval,
  { standing: { held }, heldSince }: State,
  waiting: boolean,
  { wall, ticks }: Moment,
): HeldRemoval | undefined => {
  if (waiting && held === undefined) return undefined
  const candidate = assemble(sources, new Map(), []).revision
  if (candidate !== held?.candidate) return { candidate, removed, folders, since: wall, reminders: 0 }
  return { ...held, removed, folders, reminders: Math.floor((ticks - heldSince) / HELD_REMINDER_MS) }
}

/** What nobody could be told while the daemon did not run. */
const atStart = (before: State, missing: ReadonlyMap<string, number>): ReadonlyArray<Diagnostic> => [
  ...[...before.read.values()].flatMap(errorsOf),
  ...[...before.inForce.values()].flatMap((source): Array<Diagnostic> => {
    const gone = [...source.parsed.contracts, ...source.parsed.organizations].filter((definition) =>
      missing.has("fullName" in definition ? definition.fullName : definition.id),
    )
    return gone.map(({ position }) => ({
      ...position,
      severity: "warning",
      code: "missing-at-start",
      message: "what stood here when the daemon last ran is gone; it stays in force for now.",
      suggestion: "Put it back if it is not meant to go.",
    }))
  }),
]

const concernsOf = (
  rejected: ReadonlyArray<Diagnostic>,
  versions: ReadonlyArray<Sources>,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const concerns = new Map<string, ReadonlyArray<string>>()
  for (const file of new Set(rejected.map((one) => one.file))) {
    const organizations = concernedBy(versions.map((sources) => sources.get(file)))
    if (organizations !== undefined) concerns.set(file, organizations)
  }
  return concerns
}

const byFile = (sources: Iterable<Source>): Sources => new Map([...sources].map((source) => [source.file, source]))

const filter = (sources: Sources, keep: (source: Source) => boolean): Sources =>
  byFile([...sources.values()].filter(keep))
