/** Writes a change that has been allowed, and lets it take effect: all of it, or none. Or takes it back before that. */
import { Effect } from "effect"
import type { FileChange } from "../domain/change.ts"
import { isRefusal, type Refusal } from "../domain/refusal.ts"
import type { Admitted } from "./edits.ts"
import type { LoadedSet } from "./loadedSet.ts"
import type { OwnWrites } from "./ownWrites.ts"
import type { makePreview, Preview } from "./preview.ts"
import type { State } from "./reconcile.ts"
import { isWritten, notPutBack } from "./refusals.ts"
import { isTestFile } from "./scan.ts"
import type { Standing } from "./standing.ts"
import { isOnDisk, type Passed, targetOf, withdrawFiles, withWhatWasBefore, writeFiles } from "./writeFiles.ts"

/** What became of writing a change; `code` and `reason` as `contract.change.failed` has them. */
export type Written = { readonly written: true; readonly set: LoadedSet } | NotWritten
export type NotWritten = { readonly written: false; readonly code: string; readonly reason: string }

/**
 * Says why a change must not be written after all; looked at when nothing else can happen to the files any more.
 * `unmade`: files that do not say on disk yet what they are to say.
 */
export type LastWord = (preview: Preview, unmade: ReadonlyArray<string>) => NotWritten | undefined

/** What writing works with: the workspace, while nobody else has its turn. */
export interface Writing {
  readonly folder: string
  readonly journal: string | undefined
  readonly own: OwnWrites
  readonly state: () => State
  readonly previewOf: ReturnType<typeof makePreview>
  /** Looks at the files. */
  readonly reload: Effect.Effect<Standing>
  /**
   * The same, and these versions may take effect; what `isMeant` names may go at once. Where all of it is not in the state
   * that this leads to, as `isWhole` sees it, nothing is taken, and what was rejected is returned.
   */
  readonly admit: (
    versions: Admitted,
    isMeant: (name: string) => boolean,
    isWhole: (state: State) => boolean,
  ) => Effect.Effect<Standing["rejected"] | undefined>
}

/** @throws where nothing can be written, or half of it cannot be put back, as things are */
export const writeChange = Effect.fnUntraced(function* (writing: Writing, change: string, ...asked: Asked) {
  const written = yield* tryToWrite(writing, change, ...asked)
  const { folder, journal, own, reload } = writing
  if (written.written || journal === undefined) return written
  const left = withdrawFiles(folder, journal, change)
  if (left !== undefined) throw new Error(left)
  own.forget(change)
  yield* reload
  return written
})

type Asked = [files: ReadonlyArray<FileChange>, lastWord: LastWord, passed?: Passed]

const tryToWrite = Effect.fnUntraced(function* (
  { folder, journal, own, state, previewOf, reload, admit }: Writing,
  change: string,
  files: ReadonlyArray<FileChange>,
  lastWord: LastWord,
  passed?: Passed,
): Effect.fn.Return<Written> {
  yield* reload
  const isIn = ({ read, inForce }: State): boolean =>
    files.every((one) => {
      const now = (isTestFile(one.file) ? read : inForce).get(one.file)
      return (now?.hash ?? null) === targetOf(one)
    })
  const isOwn = own.has(change)
  if (isOwn && isIn(state())) return { written: true, set: state().standing.set }
  if (journal === undefined) return failed("not-written", "this daemon writes no files")
  const found = yield* previewOf(state(), Object.fromEntries(files.map(({ file, text }) => [file, text])), isOwn)
  if (isRefusal(found)) return failed("file-changed", found.message)
  const error = found.diagnostics.find(({ severity }) => severity === "error")
  if (error !== undefined)
    return failed(
      "set-invalid",
      `with what has changed since, it would be wrong: ${error.file}:${error.line} ${error.message}`,
    )
  const unmade = isOwn ? [] : files.filter((one) => !isOnDisk(folder, one))
  const refused = lastWord(
    found,
    unmade.map(({ file }) => file),
  )
  if (refused !== undefined) return refused
  const before = (file: string): string | null => found.texts.get(file) ?? null
  // An edit on disk that is let through is its author's: it is not taken from him.
  const made = isOwn ? files : unmade
  const begun = withWhatWasBefore(journal, {
    change,
    files: files.map((one) => ({ ...one, before: made.includes(one) ? before(one.file) : one.text })),
    written: false,
  })
  own.begin(begun)
  const problem = writeFiles(folder, journal, begun, passed)
  if (problem !== undefined) return failed("file-changed", problem)
  own.add(change, files)
  const gone = new Set([...found.meaning.contracts.removed, ...found.meaning.organizations.removed])
  const rejected = yield* admit(own.admitted, (name) => gone.has(name), isIn)
  if (rejected === undefined) return { written: true, set: state().standing.set }
  // Something else has come between. Until it is put back, it counts as what it was.
  own.begin(begun)
  const why = rejected.find(({ file }) => files.some((one) => one.file === file))?.message
  return failed("set-invalid", why ?? "it could not take effect with what has changed since")
})

/** Nothing of a change that is not written is left, nor finished at the next start. */
export const withdrawChange = Effect.fnUntraced(function* (
  { folder, journal, own, reload }: Writing,
  change: string,
): Effect.fn.Return<void, Refusal> {
  if (own.has(change)) return yield* Effect.fail(isWritten(change))
  if (journal === undefined) return
  const problem = withdrawFiles(folder, journal, change)
  if (problem !== undefined) return yield* Effect.fail(notPutBack(problem))
  own.forget(change)
  yield* reload
})

const failed = (code: string, reason: string): NotWritten => ({ written: false, code, reason })
