/** What may speak to the events of one type in one organization. */
import type { EventClass } from "../domain/eventTypes.ts"
import { FactUnavailable, type FactSource, type Test } from "../language/facts.ts"
import type { Counter } from "./counters.ts"
import { conditionOf, type LinkedContract } from "./linkedContract.ts"

export interface Cell {
  readonly eventClass: EventClass
  /** In order of priority, then full name. */
  readonly candidates: ReadonlyArray<LinkedContract>
  /** Counters that an admitted event of this type moves. */
  readonly counters: ReadonlyArray<Counter>
  /** Candidates that must be tried for every event. */
  readonly tried: ReadonlyArray<LinkedContract>
  /** Candidates that can only match where one fact has one value, by that value. */
  readonly hashed:
    | { readonly read: (facts: FactSource) => unknown; readonly byValue: ReadonlyMap<unknown, ReadonlyArray<Trial>> }
    | undefined
}

interface Trial {
  readonly linked: LinkedContract
  /** Its condition without what the hash has shown; `undefined` where nothing is left. */
  readonly test: Test | undefined
}

export interface Matches {
  /** In order of priority, then full name; shadow ones too. */
  readonly matched: ReadonlyArray<LinkedContract>
  /** Restricting contracts whose facts could not be computed; they deny. */
  readonly unavailable: ReadonlyArray<{ readonly linked: LinkedContract; readonly reason: string }>
}

/** Hashing pays from this many candidates that share a fact. */
const HASH_FROM_CANDIDATES = 16

const NOTHING: Matches = { matched: [], unavailable: [] }

export const makeCell = (
  eventClass: EventClass,
  candidates: ReadonlyArray<LinkedContract>,
  counters: ReadonlyArray<Counter>,
): Cell => {
  const ordered = candidates.toSorted((a, b) => a.order - b.order)
  for (const linked of ordered) conditionOf(linked)
  const key = mostSharedKey(ordered)
  if (key === undefined) return { eventClass, candidates: ordered, counters, tried: ordered, hashed: undefined }
  const tried: Array<LinkedContract> = []
  const byValue = new Map<unknown, Array<Trial>>()
  let read: ((facts: FactSource) => unknown) | undefined
  for (const linked of ordered) {
    const required = conditionOf(linked).required.find((leaf) => leaf.key === key)
    if (required === undefined || Number.isNaN(required.value)) {
      tried.push(linked)
      continue
    }
    read ??= required.read
    const list = byValue.get(required.value)
    const trial = { linked, test: required.rest }
    if (list === undefined) byValue.set(required.value, [trial])
    else list.push(trial)
  }
  return {
    eventClass,
    candidates: ordered,
    counters,
    tried,
    hashed: read === undefined ? undefined : { read, byValue },
  }
}

export const match = (cell: Cell, facts: FactSource): Matches => {
  if (cell.candidates.length === 0) return NOTHING
  try {
    const matched: Array<LinkedContract> = []
    for (const linked of cell.tried)
      if (linked.condition!.test(facts) && inPeriod(linked, facts.now)) matched.push(linked)
    if (cell.hashed !== undefined) {
      const before = matched.length
      const trials = cell.hashed.byValue.get(cell.hashed.read(facts))
      if (trials !== undefined)
        for (const trial of trials)
          if ((trial.test === undefined || trial.test(facts)) && inPeriod(trial.linked, facts.now))
            matched.push(trial.linked)
      if (before > 0 && matched.length > before) matched.sort((a, b) => a.order - b.order)
    }
    return matched.length === 0 ? NOTHING : { matched, unavailable: [] }
  } catch (error) {
    if (error instanceof FactUnavailable) return matchOneByOne(cell, facts)
    throw error
  }
}

/** The slow way, when a fact cannot be computed: only the contracts that need it are affected. */
const matchOneByOne = (cell: Cell, facts: FactSource): Matches => {
  const matched: Array<LinkedContract> = []
  const unavailable: Array<{ linked: LinkedContract; reason: string }> = []
  for (const linked of cell.candidates) {
    if (!inPeriod(linked, facts.now)) continue
    try {
      if (linked.condition!.test(facts)) matched.push(linked)
    } catch (error) {
      if (!(error instanceof FactUnavailable)) throw error
      if (linked.restricts) unavailable.push({ linked, reason: error.message })
    }
  }
  return { matched, unavailable }
}

const inPeriod = ({ contract }: LinkedContract, now: number): boolean =>
  (contract.from === undefined || now >= contract.from) && (contract.until === undefined || now < contract.until)

const mostSharedKey = (candidates: ReadonlyArray<LinkedContract>): string | undefined => {
  if (candidates.length < HASH_FROM_CANDIDATES) return undefined
  const votes = new Map<string, number>()
  for (const linked of candidates)
    for (const key of new Set(conditionOf(linked).required.map((leaf) => leaf.key)))
      votes.set(key, (votes.get(key) ?? 0) + 1)
  let best: string | undefined
  let most = HASH_FROM_CANDIDATES - 1
  for (const [key, count] of votes)
    if (count > most) {
      best = key
      most = count
    }
  return best
}
