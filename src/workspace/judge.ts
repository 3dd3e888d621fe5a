/** Checks a candidate as a whole, and takes out of it what cannot be taken. */
import { Effect, Result } from "effect"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { internalError } from "../language/internalError.ts"
import { checkSet } from "../language/load.ts"
import { type Candidate, refuse, unchanged } from "./candidate.ts"
import type { LoadedSet } from "./loadedSet.ts"
import type { Memory } from "./memory.ts"
import { isError, sameSources, type Sources } from "./source.ts"

/** So many times files are taken out of a candidate, and the rest is checked again, before nothing of it is taken. */
export const MAX_REFUSALS = 8

export interface Judged {
  readonly candidate: Candidate
  /** What was accepted; `undefined` where what runs stays and was not checked again. */
  readonly set: LoadedSet | undefined
}

/** What is wrong with the files together. */
export const check = (sources: Sources): ReadonlyArray<Diagnostic> =>
  checkSet([...sources.values()].map(({ parsed }) => parsed))

/**
 * What is in force already is checked again only where `always` is set. A defect met on the way is an error of the first
 * file that has changed, and nothing is taken.
 */
export const judge = (
  candidate: Candidate,
  build: Build,
  { accept, memory }: Judge,
  always: boolean,
): Effect.Effect<Judged> =>
  judged(candidate, build, { accept, memory }, always).pipe(
    Effect.catchDefect((thrown) =>
      Effect.sync(() => {
        const { inForce, sources, errors } = candidate
        const changed = [...sources.values()].find(({ file, hash }) => hash !== inForce.get(file)?.hash)
        const file = changed?.file ?? [...inForce.keys(), ...sources.keys()][0] ?? "contracts"
        const error = internalError({ file, line: 1, column: 1 }, thrown)
        return { candidate: unchanged(candidate, [...errors, error]), set: undefined }
      }),
    ),
  )

/** Who accepts, and what has been accepted before. */
export interface Judge {
  readonly accept: (set: LoadedSet) => Effect.Effect<void, ReadonlyArray<Diagnostic>>
  readonly memory: Memory
}

type Build = (sources: Sources, warnings: ReadonlyArray<Diagnostic>) => LoadedSet

const judged = Effect.fnUntraced(function* (
  first: Candidate,
  build: Build,
  { accept, memory }: Judge,
  always: boolean,
): Effect.fn.Return<Judged> {
  let candidate = first
  for (let refusals = 0; refusals < MAX_REFUSALS; refusals++) {
    const { sources, inForce } = candidate
    if (sameSources(sources, inForce) && !(always && refusals === 0)) return { candidate, set: undefined }
    const known = memory.accepted(sources)
    if (known !== undefined) {
      memory.accept(sources, known)
      return { candidate, set: build(sources, known) }
    }
    const found = check(sources)
    const errors = found.filter(isError)
    if (errors.length > 0) {
      candidate = refuse(candidate, errors)
      continue
    }
    const set = build(sources, found)
    const accepted = yield* Effect.result(accept(set))
    if (Result.isSuccess(accepted)) {
      memory.accept(sources, found)
      return { candidate, set }
    }
    candidate = refuse(candidate, accepted.failure)
  }
  return { candidate: unchanged(candidate, candidate.errors), set: undefined }
})
