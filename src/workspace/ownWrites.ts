/** What the daemon has written itself, so that it is not taken for an edit of somebody else's. */
import type { FileChange, Origin } from "../domain/change.ts"
import type { Admitted } from "./edits.ts"
import { filesChanged, type LoadedSet } from "./loadedSet.ts"
import { type Journal, targetOf } from "./writeFiles.ts"

export class OwnWrites {
  readonly #files = new Map<string, ReadonlyArray<FileChange>>()

  /** `journals`: of changes that an earlier daemon has written and not recorded. */
  constructor(journals: ReadonlyArray<Journal>) {
    for (const { change, files } of journals) this.add(change, files)
  }

  add(change: string, files: ReadonlyArray<FileChange>): void {
    this.#files.set(change, files)
  }

  has(change: string): boolean {
    return this.#files.has(change)
  }

  forget(change: string): void {
    this.#files.delete(change)
  }

  get changes(): ReadonlyArray<string> {
    return [...this.#files.keys()]
  }

  /** Whatever waits for a word, these versions need none. */
  get admitted(): Admitted {
    return new Map([...this.#files.values()].flatMap((files) => files.map((one) => [one.file, targetOf(one)] as const)))
  }

  /** `undefined` where no file differs. */
  originOf(set: LoadedSet, previous: LoadedSet | undefined): Origin | undefined {
    const changed = filesChanged(set, previous)
    if (changed.length === 0) return undefined
    const changes = new Set<string>()
    let disk = false
    for (const file of changed) {
      const change = this.#changeOf(file, set.files[file]?.hash ?? null)
      if (change === undefined) disk = true
      else changes.add(change)
    }
    return { changes: [...changes], disk }
  }

  #changeOf(file: string, hash: string | null): string | undefined {
    for (const [change, files] of this.#files)
      if (files.some((one) => one.file === file && targetOf(one) === hash)) return change
    return undefined
  }
}
