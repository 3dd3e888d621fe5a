/** RE2's syntax as far as V8's own engine is safe with it, in parsed form. */

/** Larger bounded repetitions are left to RE2. */
const MAX_BOUND = 64

/** Code points: sorted ranges that neither touch nor overlap. */
export type CodePoints = ReadonlyArray<readonly [number, number]>
export type Sequence = ReadonlyArray<Part>
export type Part = Repeat | Group | Assertion
export interface Repeat {
  readonly kind: "repeat"
  readonly of: CodePoints
  readonly min: number
  readonly max: number
}
export interface Group {
  readonly kind: "group"
  readonly alternatives: ReadonlyArray<Sequence>
}
export interface Assertion {
  readonly kind: "assertion"
  readonly text: "^" | "$" | "\\b"
}

/** Left to RE2. */
export class Unsupported extends Error {}

const LAST_CODE_POINT = 0x10ffff
export const code = (character: string): number => character.codePointAt(0)!
const range = (from: string, to: string): readonly [number, number] => [code(from), code(to)]

export const union = (...sets: ReadonlyArray<CodePoints>): CodePoints => {
  const merged: Array<[number, number]> = []
  for (const [low, high] of sets.flat().toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else merged.push([low, high])
  }
  return merged
}

const complement = (set: CodePoints): CodePoints => {
  const rest: Array<[number, number]> = []
  let next = 0
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1])
    next = high + 1
  }
  if (next <= LAST_CODE_POINT) rest.push([next, LAST_CODE_POINT])
  return rest
}

export const disjoint = (a: CodePoints, b: CodePoints): boolean =>
  a.every(([low, high]) => b.every(([from, to]) => high < from || to < low))

/** RE2's classes know ASCII only, `\s` without the vertical tab. */
const CLASSES: Readonly<Record<string, CodePoints>> = {
  d: [range("0", "9")],
  w: union([range("0", "9"), range("A", "Z"), range("_", "_"), range("a", "z")]),
  s: union([range("\t", "\n"), range("\f", "\r"), range(" ", " ")]),
}
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f" }
export const ANY_BUT_NEWLINE = complement([range("\n", "\n")])
const PUNCTUATION = /^[!-/:-@[-`{-~]$/

/**
 * The alternatives of a pattern.
 * @throws {@link Unsupported} where it lies outside the safe part, or is no pattern at all
 */
export const parseRegex = (source: string): ReadonlyArray<Sequence> => new Parser(source).parse()

class Parser {
  readonly #characters: ReadonlyArray<string>
  #at = 0

  constructor(source: string) {
    this.#characters = [...source]
    if (this.#characters.some((character) => /^\p{Surrogate}$/u.test(character))) throw new Unsupported()
  }

  parse(): ReadonlyArray<Sequence> {
    const alternatives = this.#alternatives()
    if (this.#at < this.#characters.length) throw new Unsupported()
    return alternatives
  }

  #alternatives(): Array<Sequence> {
    const alternatives = [this.#sequence()]
    while (this.#take("|")) alternatives.push(this.#sequence())
    return alternatives
  }

  #sequence(): Sequence {
    const parts: Array<Part> = []
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek())
      parts.push(this.#quantified(this.#part()))
    return parts
  }

  #part(): Part {
    const character = this.#next()
    switch (character) {
      case "^":
      case "$":
        return { kind: "assertion", text: character }
      case ".":
        return once(ANY_BUT_NEWLINE)
      case "(":
        return this.#group()
      case "[":
        return once(this.#class())
      case "\\": {
        const escaped = this.#next()
        // V8 finds `\B` between the halves of a surrogate pair too.
        if (escaped === "b") return { kind: "assertion", text: "\\b" }
        return once(this.#escape(escaped))
      }
      case "*":
      case "+":
      case "?":
      case "{":
        throw new Unsupported()
      default:
        return once([range(character, character)])
    }
  }

  #group(): Group {
    if (this.#take("?") && !this.#take(":")) throw new Unsupported()
    const alternatives = this.#alternatives()
    if (!this.#take(")")) throw new Unsupported()
    return { kind: "group", alternatives }
  }

  #quantified(part: Part): Part {
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    const [min, max] = bounds
    // A second quantifier is an error, and a lazy one needs no support: it changes what is found, not whether.
    if (["*", "+", "?", "{"].includes(this.#peek() ?? "")) throw new Unsupported()
    if (part.kind === "repeat") return { ...part, min, max }
    if (part.kind === "group" && min === 0 && max === 1)
      return { kind: "group", alternatives: [...part.alternatives, []] }
    throw new Unsupported()
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity]
    if (this.#take("+")) return [1, Infinity]
    if (this.#take("?")) return [0, 1]
    if (!this.#take("{")) return undefined
    const min = this.#number()
    if (min === undefined) throw new Unsupported()
    const max = this.#take(",") ? (this.#number() ?? Infinity) : min
    if (!this.#take("}") || max < min || min > MAX_BOUND || (max > MAX_BOUND && max !== Infinity))
      throw new Unsupported()
    return [min, max]
  }

  #number(): number | undefined {
    let digits = ""
    while (/^[0-9]$/.test(this.#peek() ?? "")) digits += this.#next()
    if (digits.length > 1 && digits.startsWith("0")) throw new Unsupported()
    return digits === "" ? undefined : Number(digits)
  }

  #class(): CodePoints {
    const negated = this.#take("^")
    const sets: Array<CodePoints> = []
    do {
      const low = this.#classItem()
      if (this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
        this.#next()
        const high = this.#classItem()
        const [from, to] = [single(low), single(high)]
        if (from === undefined || to === undefined || from > to) throw new Unsupported()
        sets.push([[from, to]])
      } else sets.push(low)
    } while (!this.#take("]"))
    const set = union(...sets)
    return negated ? complement(set) : set
  }

  #classItem(): CodePoints {
    const character = this.#next()
    // `[:name:]` and a `]` or `-` that is meant literally are left to RE2.
    if (character === "[" || character === "]" || character === "-") throw new Unsupported()
    return character === "\\" ? this.#escape(this.#next()) : [range(character, character)]
  }

  #escape(escaped: string): CodePoints {
    const set = CLASSES[escaped]
    if (set !== undefined) return set
    const inverse = CLASSES[escaped.toLowerCase()]
    if (inverse !== undefined) return complement(inverse)
    const control = CONTROLS[escaped]
    if (control !== undefined) return [range(control, control)]
    if (PUNCTUATION.test(escaped)) return [range(escaped, escaped)]
    throw new Unsupported()
  }

  #peek(): string | undefined {
    return this.#characters[this.#at]
  }

  #next(): string {
    const character = this.#characters[this.#at++]
    if (character === undefined) throw new Unsupported()
    return character
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }
}

const once = (of: CodePoints): Repeat => ({ kind: "repeat", of, min: 1, max: 1 })

export const single = (set: CodePoints): number | undefined =>
  set.length === 1 && set[0]![0] === set[0]![1] ? set[0]![0] : undefined
