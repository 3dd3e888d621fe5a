/** Checks a candidate as a whole, and takes out of it what cannot be taken. */
import { Effect, Result } from "effect"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { checkSet } from "../language/load.ts"
import { type Candidate, refuse, unchanged } from "./candidate.ts"
import type { LoadedSet } from "./loadedSet.ts"
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

/** What is in force already is checked again only where `always` is set. */
export const judge = Effect.fnUntraced(function* (
  first: Candidate,
  build: (sources: Sources, warnings: ReadonlyArray<Diagnostic>) => LoadedSet,
  accept: (set: LoadedSet) => Effect.Effect<void, ReadonlyArray<Diagnostic>>,
  always: boolean,
): Effect.fn.Return<Judged> {
  let candidate = first
  for (let refusals = 0; refusals < MAX_REFUSALS; refusals++) {
    const { sources, inForce } = candidate
    if (sameSources(sources, inForce) && !(always && refusals === 0)) return { candidate, set: undefined }
    const found = check(sources)
    const errors = found.filter(isError)
    if (errors.length > 0) {
      candidate = refuse(candidate, errors)
      continue
    }
    const set = build(sources, found)
    const accepted = yield* Effect.result(accept(set))
    if (Result.isSuccess(accepted)) return { candidate, set }
    candidate = refuse(candidate, accepted.failure)
  }
  return { candidate: unchanged(candidate, candidate.errors), set: undefined }
})
