/** What the daemon has written itself, so that it is not taken for an edit of somebody else's. */
import type { FileChange, Origin } from "../domain/change.ts"
import type { Admitted } from "./edits.ts"
import { filesChanged, type LoadedSet } from "./loadedSet.ts"
import { type Journal, targetOf } from "./writeFiles.ts"

/** File → hashes of what half of a change may have left there; `null`: no file. */
export type Halves = ReadonlyMap<string, ReadonlySet<string | null>>

export class OwnWrites {
  readonly #files = new Map<string, ReadonlyArray<FileChange>>()
  /** Of changes that are being written, or broke off: only some of the files may be as they are to be. */
  readonly #begun = new Map<string, Journal["files"]>()

  /** `journals`: of changes that an earlier daemon has not recorded as done. */
  constructor(journals: ReadonlyArray<Journal>) {
    for (const journal of journals)
      if (journal.written) this.add(journal.change, journal.files)
      else this.begin(journal)
  }

  /** From now on until it is added or forgotten, what is found of it counts as what was there before. */
  begin({ change, files }: Journal): void {
    this.#files.delete(change)
    this.#begun.set(change, files)
  }

  add(change: string, files: ReadonlyArray<FileChange>): void {
    this.#begun.delete(change)
    this.#files.set(change, files)
  }

  /** All of it is written. */
  has(change: string): boolean {
    return this.#files.has(change)
  }

  forget(change: string): void {
    this.#files.delete(change)
    this.#begun.delete(change)
  }

  get changes(): ReadonlyArray<string> {
    return [...this.#files.keys()]
  }

  /** Whatever waits for a word, these versions need none. */
  get admitted(): Admitted {
    return new Map([...this.#files.values()].flatMap((files) => files.map((one) => [one.file, targetOf(one)] as const)))
  }

  get halves(): Halves {
    const halves = new Map<string, Set<string | null>>()
    for (const files of this.#begun.values())
      for (const one of files) {
        // What somebody else has made so is his edit.
        if (one.before === one.text) continue
        const hashes = halves.get(one.file) ?? new Set()
        halves.set(one.file, hashes.add(one.base).add(targetOf(one)))
      }
    return halves
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
