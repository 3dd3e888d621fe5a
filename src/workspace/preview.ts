/** What would become of the set in force with other texts in some files, before anything is written. */
import { Effect, Result } from "effect"
import type { ChangeMeaning, FileChange } from "../domain/change.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import { describeSetChange } from "../language/describe/describeSetChange.ts"
import { organizationsIn } from "../language/load.ts"
import { wrongPath } from "./changePath.ts"
import { check } from "./judge.ts"
import { assemble, type LoadedSet } from "./loadedSet.ts"
import type { Rules, State } from "./reconcile.ts"
import { isTestFile, MAX_FILES } from "./scan.ts"
import { isError, isValid, type Source, type Sources, textOf } from "./source.ts"
import { hashOnDisk } from "./writeFiles.ts"

/** Files of one change. */
export const MAX_CHANGED_FILES = 100

export interface Preview {
  readonly previous: LoadedSet
  /** Made of what is valid; it could take effect only where the diagnostics have no error. */
  readonly next: LoadedSet
  /** Errors wherever they are, and warnings in the files of the change. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly meaning: ChangeMeaning
  /** Each bound to what it replaces. */
  readonly files: ReadonlyArray<FileChange>
  /** What they replace; a new file is not among them. */
  readonly texts: ReadonlyMap<string, string>
  /** Ids of organizations that the definitions and tests in the files, before and after, belong to. */
  readonly touched: ReadonlySet<string>
}

/** `again`: the files may be as they are to be already. */
export const makePreview =
  (workspace: string, { parse, accept }: Rules) =>
  (state: State, asked: Readonly<Record<string, string | null>>, again = false): Effect.Effect<Preview | Refusal> =>
    Effect.gen(function* () {
      const names = Object.keys(asked).toSorted()
      if (names.length === 0 || names.length > MAX_CHANGED_FILES)
        return refuse("invalid", "files-malformed", `a change is about 1 to ${MAX_CHANGED_FILES} files`)
      const sources = new Map(state.inForce)
      const tests = new Map(state.tests)
      const files: Array<FileChange> = []
      const texts = new Map<string, string>()
      const replaced: Array<Source> = []
      const made: Array<Source> = []
      for (const file of names) {
        const known = isTestFile(file) ? state.read.get(file) : state.inForce.get(file)
        const text = asked[file]!
        const fault = placeFault(workspace, file, known, text, again)
        if (fault !== undefined) return fault
        const into = isTestFile(file) ? tests : sources
        if (known !== undefined) {
          texts.set(file, known.text)
          replaced.push(known)
        }
        if (text === null) into.delete(file)
        else {
          const source = parse(textOf(file, text))
          made.push(source)
          into.set(file, source)
        }
        files.push({ file, text, base: known?.hash ?? null })
      }
      if (sources.size + tests.size > MAX_FILES)
        return refuse("too-large", "workspace-too-large", `a workspace has at most ${MAX_FILES} files`)
      const found = check(sources)
      const valid: Sources = new Map([...sources].filter(([, source]) => isValid(source)))
      const next = assemble(valid, tests, found)
      const previous = state.standing.set
      const diagnostics = [...made.flatMap(({ parsed }) => parsed.diagnostics), ...found].filter(
        (one) => isError(one) || names.includes(one.file),
      )
      if (!diagnostics.some(isError)) {
        const accepted = yield* Effect.result(accept(next))
        if (Result.isFailure(accepted)) diagnostics.push(...accepted.failure)
      }
      return {
        previous,
        next,
        diagnostics,
        meaning: describeSetChange(previous, next),
        files,
        texts,
        touched: new Set([...replaced, ...made].flatMap(({ parsed }) => organizationsIn(parsed))),
      }
    })

const placeFault = (
  workspace: string,
  file: string,
  known: Source | undefined,
  text: string | null,
  again: boolean,
): Refusal | undefined => {
  const wrong = wrongPath(file)
  if (wrong !== undefined) return refuse("invalid", "path-refused", `"${file}" cannot be changed: ${wrong}`, { file })
  const found = hashOnDisk(workspace, file)
  if ("problem" in found)
    return refuse("invalid", "path-refused", `"${file}" cannot be changed: ${found.problem}`, { file })
  const base = known?.hash ?? null
  if (again) return undefined
  const target = text === null ? null : textOf(file, text).hash
  // Somebody has edited it already, and asks that exactly this take effect.
  if (found.hash !== base && found.hash !== target)
    return refuse(
      "conflict",
      "file-not-in-force",
      `what is in ${file} on disk is not what is in force; settle that first (charter status says what is wrong, or waits)`,
      { file },
    )
  return target === base
    ? refuse(
        "invalid",
        "nothing-changes",
        text === null ? `there is no ${file}` : `${file} says exactly this already`,
        { file },
      )
    : undefined
}
