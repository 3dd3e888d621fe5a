/** Why somebody's word about the files is not followed: something else waits by now, or nothing does. */
import type { Diagnostic } from "../domain/diagnostic.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { HeldRemoval } from "./standing.ts"

export const nothingEdited = refuse("not-found", "nothing-edited", "no edit on disk waits to be accepted.")

export const otherEdit = (edit: string): Refusal =>
  refuse(
    "conflict",
    "edit-differs",
    `the files have changed since: what waits now is ${edit}. Look at it, and accept that.`,
    { edit },
  )

export const nothingHeld = refuse("not-found", "nothing-held", "no removal waits for a confirmation.")

export const otherCandidate = (held: HeldRemoval): Refusal =>
  refuse(
    "conflict",
    "held-removal-differs",
    `the files have changed since: what waits now leads to revision ${held.candidate}. Look at it, and confirm that.`,
    { held },
  )

export const candidateRefused = (diagnostics: ReadonlyArray<Diagnostic>): Refusal =>
  refuse("invalid", "held-removal-refused", "what would be left cannot be in force; see the errors.", { diagnostics })

export const isWritten = (change: string): Refusal =>
  refuse(
    "conflict",
    "change-written",
    `${change} is written and in force; what is missing is the word of it in the log. To undo it, propose the files as they were.`,
  )

export const notPutBack = (problem: string): Refusal =>
  refuse("unavailable", "files-not-put-back", `${problem}. The change stays as it is; mend that, and try again.`)
