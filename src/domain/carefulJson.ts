/**
 * A reader of JSON that is slower than `JSON.parse` and says more: which key stands twice, and where. Keys are right, too,
 * where they are written with escapes: V8 takes some of them for a key with a backslash that it has read before
 * (nodejs/node#63785), so such a key is read here, and one with a backslash is refused.
 */
import { MAX_JSON_DEPTH } from "./json.ts"
import { jsonPointer } from "./jsonPointer.ts"

export interface Json {
  readonly json: unknown
}

/** `detail` of malformed JSON is the cause alone; else it is a sentence. */
export interface JsonProblem {
  readonly kind: "malformed-utf8" | "malformed-json" | "duplicate-key" | "unacceptable-json"
  readonly detail: string
  /** Of a key that stands twice: where. */
  readonly pointer?: string
}

export const readCarefully = (text: string): Json | JsonProblem => {
  const reader = new Reader(text)
  try {
    return { json: reader.document() }
  } catch (error) {
    if (error instanceof Unreadable) return error.problem
    throw error
  }
}

class Unreadable extends Error {
  readonly problem: JsonProblem
  constructor(problem: JsonProblem) {
    super(problem.detail)
    this.problem = problem
  }
}

const SPACE = /[ \t\n\r]*/y
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

class Reader {
  readonly #text: string
  /** Where we are: in the text, and in what it says. */
  #at = 0
  readonly #path: Array<string | number> = []

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    const value = this.#value(MAX_JSON_DEPTH)
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#unexpected()
    return value
  }

  /** `levels` are left below it. */
  #value(levels: number): unknown {
    this.#skipSpace()
    const first = this.#text[this.#at]
    if (first === '"') return this.#string()
    if (first !== "{" && first !== "[") return this.#scalar()
    if (levels === 0)
      this.#refuse("unacceptable-json", `objects and lists stand more than ${MAX_JSON_DEPTH} levels inside each other`)
    return first === "{" ? this.#object(levels - 1) : this.#list(levels - 1)
  }

  #object(levels: number): unknown {
    const members = new Map<string, unknown>()
    this.#items("}", () => {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') this.#unexpected()
      const key = this.#string()
      this.#path.push(key)
      if (members.has(key)) this.#twice(key)
      if (key.includes("\\")) this.#refuse("unacceptable-json", "a key holds a backslash")
      this.#skipSpace()
      if (this.#text[this.#at++] !== ":") this.#unexpected(-1)
      members.set(key, this.#value(levels))
      this.#path.pop()
    })
    return Object.fromEntries(members)
  }

  #list(levels: number): unknown {
    const items: Array<unknown> = []
    this.#items("]", () => {
      this.#path.push(items.length)
      items.push(this.#value(levels))
      this.#path.pop()
    })
    return items
  }

  /** What stands between two brackets, with commas. */
  #items(end: string, item: () => void): void {
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === end) return void this.#at++
    for (;;) {
      item()
      this.#skipSpace()
      const next = this.#text[this.#at++]
      if (next === end) return
      if (next !== ",") this.#unexpected(-1)
    }
  }

  #string(): string {
    const start = this.#at
    let at = start + 1
    for (; at < this.#text.length && this.#text[at] !== '"'; at++) if (this.#text[at] === "\\") at++
    const value = this.#parsed(start, at + 1) as string
    if (!value.isWellFormed())
      this.#refuse("unacceptable-json", "a text holds half a surrogate pair, which is no character")
    return value
  }

  #scalar(): unknown {
    SCALAR.lastIndex = this.#at
    const found = SCALAR.exec(this.#text)
    if (found === null) this.#unexpected()
    const value = this.#parsed(this.#at, SCALAR.lastIndex)
    if (typeof value === "number" && !Number.isFinite(value))
      this.#refuse("unacceptable-json", "a number is too large for a double")
    return value
  }

  #parsed(start: number, end: number): unknown {
    try {
      const value: unknown = JSON.parse(this.#text.slice(start, end))
      this.#at = end
      return value
    } catch {
      return this.#unexpected()
    }
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.#text)
    this.#at = SPACE.lastIndex
  }

  #twice(key: string): never {
    const shown = key.length <= SHOWN_CHARS ? key : `${key.slice(0, SHOWN_CHARS)}…`
    const detail = `the key ${JSON.stringify(shown)} stands twice in one object; which of the two is meant cannot be known`
    throw new Unreadable({ kind: "duplicate-key", detail, pointer: jsonPointer(this.#path) })
  }

  #unexpected(by = 0): never {
    const at = Math.min(this.#at + by, this.#text.length)
    const found = at === this.#text.length ? "end" : `${JSON.stringify(this.#text[at])} at position ${at}`
    return this.#refuse("malformed-json", `unexpected ${found}`)
  }

  #refuse(kind: JsonProblem["kind"], detail: string): never {
    throw new Unreadable({ kind, detail })
  }
}

/** Longest part of a key that a sentence shows, in UTF-16 code units. */
const SHOWN_CHARS = 60
