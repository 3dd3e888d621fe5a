/** Collects what is wrong with one file, and remembers where each part of the normal form came from. */
import type { Diagnostic, Position } from "../domain/diagnostic.ts"
import type { Span } from "./tree.ts"

/** Most mistakes that are told of one file. */
export const MAX_FILE_DIAGNOSTICS = 1_000

/** Longest message or suggestion, in UTF-16 code units: what it says of the file is cut. */
export const MAX_MESSAGE_CHARS = 1_000

const shortened = (text: string): string =>
  text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS).toWellFormed()}…`

/** Where an object of the normal form stands in its file: a contract, effect, selector, condition, member, ... */
export interface Places {
  /** With a key: where that key's value stands. */
  readonly get: (part: object, key?: string) => Position | undefined
}

export class Findings {
  readonly file: string
  readonly diagnostics: Array<Diagnostic> = []
  readonly places: Places = { get: (part, key = "") => this.#placed.get(part)?.get(key) }
  readonly #placed = new WeakMap<object, ReadonlyMap<string, Position>>()
  readonly #lineStarts: ReadonlyArray<number>
  readonly #length: number
  #errors = 0
  readonly #excused = new Set<number>()

  constructor(file: string, text: string) {
    this.file = file
    this.#length = text.length
    const starts = [0]
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
    this.#lineStarts = starts
  }

  /** Line and column of an offset; an offset outside the text is moved to its nearest end. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#length))
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lineStarts[middle]! <= at) low = middle
      else high = middle - 1
    }
    return { file: this.file, line: low + 1, column: at - this.#lineStarts[low]! + 1 }
  }

  error(at: Span, code: string, message: string, suggestion?: string): void {
    this.#add("error", at, code, message, suggestion)
  }

  warning(at: Span, code: string, message: string, suggestion?: string): void {
    this.#add("warning", at, code, message, suggestion)
  }

  /** There is no room for more: what else is wrong is only counted. */
  get full(): boolean {
    return this.diagnostics.length >= MAX_FILE_DIAGNOSTICS
  }

  /** How many errors have been found so far. */
  get errorCount(): number {
    return this.#errors
  }

  /** Remembers where `part` and the values of some of its keys stand, and gives it back. */
  placed<T extends object>(part: T, at: Span, keys: Readonly<Record<string, Span | undefined>> = {}): T {
    const places = new Map([["", this.position(at.start)]])
    for (const [key, span] of Object.entries(keys)) if (span !== undefined) places.set(key, this.position(span.start))
    this.#placed.set(part, places)
    return part
  }

  /** What begins here has been reported and stands for something unknown: that it is of the wrong kind only follows. */
  excuse(at: Span): void {
    this.#excused.add(at.start)
  }

  #add(severity: Diagnostic["severity"], at: Span, code: string, message: string, suggestion?: string): void {
    if ((code === "wrong-kind" || code === "wrong-value") && this.#excused.has(at.start)) return
    if (severity === "error") this.#errors += 1
    if (this.full) return
    const diagnostic = { ...this.position(at.start), severity, code, message: shortened(message) }
    this.diagnostics.push(suggestion === undefined ? diagnostic : { ...diagnostic, suggestion: shortened(suggestion) })
  }
}
