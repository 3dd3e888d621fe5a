/** Edits on disk that wait for an operator: what of the files may take effect, and what the rest would come to. Pure. */
import { sha256 } from "../domain/sha256.ts"
import { describeSetChange } from "../language/describe/describeSetChange.ts"
import { check } from "./judge.ts"
import { assemble, type LoadedSet } from "./loadedSet.ts"
import { concernedBy, errorsOf, isError, isValid, type Source, type Sources } from "./source.ts"
import type { WaitingEdit } from "./standing.ts"

/** File → hash of the one version that may take effect; `null`: the file may go. */
export type Admitted = ReadonlyMap<string, string | null>

type FileEdit = WaitingEdit["files"][number]

export interface Sifted {
  /** What lies in the folders, with every file that waits as it is in force. */
  readonly sources: Sources
  readonly waiting: ReadonlyArray<FileEdit>
  /** What is still of use: a version that is no longer there was not what was accepted. */
  readonly admitted: Admitted
}

export const sift = (inForce: Sources, onDisk: Sources, before: Admitted): Sifted => {
  const sources = new Map<string, Source>()
  const waiting: Array<FileEdit> = []
  const still = new Map<string, string | null>()
  for (const file of new Set([...inForce.keys(), ...onDisk.keys()])) {
    const now = onDisk.get(file)
    const then = inForce.get(file)
    const hash = now?.hash ?? null
    const isEdited = now?.hash !== then?.hash
    const isAdmitted = before.has(file) && before.get(file) === hash
    const taken = isEdited && !isAdmitted ? then : now
    if (taken !== undefined) sources.set(file, taken)
    if (isEdited && isAdmitted) still.set(file, hash)
    if (isEdited && !isAdmitted)
      waiting.push({
        file,
        before: then?.text ?? null,
        text: now?.text ?? null,
      })
  }
  return { sources, waiting, admitted: still }
}

/** Nothing is worked out again while the same edit waits. */
export const editOf = (
  waiting: ReadonlyArray<FileEdit>,
  onDisk: Sources,
  inForce: Sources,
  set: LoadedSet,
  known: WaitingEdit | undefined,
  now: number,
): { readonly edit?: WaitingEdit } => {
  if (waiting.length === 0) return {}
  const files = waiting.toSorted((a, b) => (a.file < b.file ? -1 : 1))
  const edit = sha256(JSON.stringify([set.revision, files])).slice(0, EDIT_CHARACTERS)
  if (edit === known?.edit) return { edit: known }
  // What else on disk is not in force is no part of it.
  const accepted = new Map(inForce)
  for (const { file } of files) {
    const source = onDisk.get(file)
    if (source !== undefined && isValid(source)) accepted.set(file, source)
    else accepted.delete(file)
  }
  const organizations = concernedBy(files.flatMap(({ file }) => [inForce.get(file), onDisk.get(file)]))
  return {
    edit: {
      edit,
      files,
      since: now,
      ...(organizations === undefined ? undefined : { organizations }),
      ...meaningOf(set, accepted),
      diagnostics: [
        ...files.flatMap(({ file }) => {
          const source = onDisk.get(file)
          return source === undefined ? [] : errorsOf(source)
        }),
        ...check(accepted).filter(isError),
      ],
    },
  }
}

/** Enough that nobody hits upon another edit of the same name. */
const EDIT_CHARACTERS = 16

const meaningOf = (inForce: LoadedSet, accepted: Sources) => {
  const { summary, meaning } = describeSetChange(inForce, assemble(accepted, new Map(), []))
  return { summary, meaning }
}
