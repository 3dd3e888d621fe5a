/** Checks a candidate as a whole, and takes out of it what cannot be taken. */
import { Effect } from "effect"
import { type Diagnostic, hasErrors } from "../domain/diagnostic.ts"
import { checkSet } from "../language/load.ts"
import { type Candidate, refuse, unchanged } from "./candidate.ts"
import { sameSources, type Sources } from "./source.ts"

/** So many times files are taken out of a candidate, and the rest is checked again, before nothing of it is taken. */
export const MAX_REFUSALS = 8

export interface Judged {
  readonly candidate: Candidate
  /** Of the set as a whole; `undefined` where what runs stays and was not checked again. */
  readonly warnings: ReadonlyArray<Diagnostic> | undefined
}

/** What is in force already is checked again only where `always` is set. */
export const judge = Effect.fnUntraced(function* (
  first: Candidate,
  accept: (sources: Sources, warnings: ReadonlyArray<Diagnostic>) => Effect.Effect<void, ReadonlyArray<Diagnostic>>,
  always: boolean,
): Effect.fn.Return<Judged> {
  let candidate = first
  for (let refusals = 0; refusals < MAX_REFUSALS; refusals++) {
    const { sources, inForce } = candidate
    if (sameSources(sources, inForce) && !(always && refusals === 0)) return { candidate, warnings: undefined }
    const found = checkSet([...sources.values()].map(({ parsed }) => parsed))
    const refused: ReadonlyArray<Diagnostic> | undefined = hasErrors(found)
      ? found.filter(({ severity }) => severity === "error")
      : yield* Effect.match(accept(sources, found), { onSuccess: () => undefined, onFailure: (diagnostics) => diagnostics })
    if (refused === undefined) return { candidate, warnings: found }
    candidate = refuse(candidate, refused)
  }
  return { candidate: unchanged(candidate, candidate.errors), warnings: undefined }
})
