/**
 * The part of RE2's syntax on which V8's backtracking engine is linear and means the same.
 *
 * A pattern is parsed, judged, and written anew from its parsed form; nothing of its text reaches `RegExp`. Linear are
 * patterns without repeated groups in which
 *
 * - what is repeated without an upper bound is anchored to the start of the text (or it would be tried from each
 *   character on),
 * - at most the last such repetition can end in several places, the others end where their characters do, because what
 *   follows starts with other characters,
 * - the choices that remain (alternatives, bounded repetitions) multiply to at most {@link MAX_CHOICES}.
 */

/** Ways through a pattern that are tried at worst from one place in the text. */
export const MAX_CHOICES = 256
/** Larger bounded repetitions are left to RE2. */
const MAX_BOUND = 64

/** The native form of a pattern, or `undefined` where it lies outside the safe part (or is no pattern at all). */
export const nativeForm = (source: string): RegExp | undefined => {
  try {
    const alternatives = new Parser(source).parse().map(trimmed)
    return isLinear(alternatives) ? new RegExp(writeAlternatives(alternatives), "u") : undefined
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** A text that the pattern may match, where one is easy to make: the first alternative, as short as it can be. */
export const sampleOf = (source: string): string | undefined => {
  try {
    const [first] = new Parser(source).parse()
    return sampleOfSequence(first!)
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

const sampleOfSequence = (sequence: Sequence): string =>
  sequence
    .map((part) => {
      if (part.kind === "assertion") return ""
      if (part.kind === "group") return sampleOfSequence(part.alternatives[0]!)
      const readable = READABLE.find((point) => part.of.some(([low, high]) => low <= point && point <= high))
      return String.fromCodePoint(readable ?? part.of[0]?.[0] ?? 0).repeat(part.min)
    })
    .join("")

// ── parsed form ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Code points: sorted ranges that neither touch nor overlap. */
type CodePoints = ReadonlyArray<readonly [number, number]>
type Sequence = ReadonlyArray<Part>
type Part = Repeat | Group | Assertion
interface Repeat {
  readonly kind: "repeat"
  readonly of: CodePoints
  readonly min: number
  readonly max: number
}
interface Group {
  readonly kind: "group"
  readonly alternatives: ReadonlyArray<Sequence>
}
interface Assertion {
  readonly kind: "assertion"
  readonly text: "^" | "$" | "\\b"
}

class Unsupported extends Error {}

const LAST_CODE_POINT = 0x10ffff
const code = (character: string): number => character.codePointAt(0)!
const range = (from: string, to: string): readonly [number, number] => [code(from), code(to)]

/** What a sample is made of, where a set has it. */
const READABLE = [..."a1A- "].map(code)

const union = (...sets: ReadonlyArray<CodePoints>): CodePoints => {
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

const disjoint = (a: CodePoints, b: CodePoints): boolean =>
  a.every(([low, high]) => b.every(([from, to]) => high < from || to < low))

/** RE2's classes know ASCII only, `\s` without the vertical tab. */
const CLASSES: Readonly<Record<string, CodePoints>> = {
  d: [range("0", "9")],
  w: union([range("0", "9"), range("A", "Z"), range("_", "_"), range("a", "z")]),
  s: union([range("\t", "\n"), range("\f", "\r"), range(" ", " ")]),
}
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f" }
const ANY_BUT_NEWLINE = complement([range("\n", "\n")])
const PUNCTUATION = /^[!-/:-@[-`{-~]$/

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
    if (part.kind === "group" && min === 0 && max === 1) return { kind: "group", alternatives: [...part.alternatives, []] }
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
    if (!this.#take("}") || max < min || min > MAX_BOUND || (max > MAX_BOUND && max !== Infinity)) throw new Unsupported()
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

const single = (set: CodePoints): number | undefined =>
  set.length === 1 && set[0]![0] === set[0]![1] ? set[0]![0] : undefined

// ── judgement ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The same question with less to repeat. Whether `.*x` occurs somewhere is whether `x` does, and a repetition at the
 * end is done once it has its minimum.
 */
const trimmed = (sequence: Sequence): Sequence => {
  const first = sequence[0]
  const parts = first?.kind === "repeat" && first.of === ANY_BUT_NEWLINE && first.min === 0 ? sequence.slice(1) : sequence
  const last = parts.at(-1)
  return last?.kind === "repeat" && last.max > last.min ? [...parts.slice(0, -1), { ...last, max: last.min }] : parts
}

interface Cost {
  readonly choices: number
  /** Something is repeated without an upper bound. */
  readonly open: boolean
  /** An open repetition that can end in several places. */
  readonly forks: boolean
}

const isLinear = (alternatives: ReadonlyArray<Sequence>): boolean => {
  const cost = costOfAlternatives(alternatives, [])
  return cost !== undefined && cost.choices <= MAX_CHOICES && (!cost.open || alternatives.every(isAnchored))
}

const isAnchored = ([first]: Sequence): boolean =>
  first?.kind === "assertion" ? first.text === "^" : first?.kind === "group" && first.alternatives.every(isAnchored)

/** `follow`: what the text behind can start with, where it is to match. */
const costOfAlternatives = (alternatives: ReadonlyArray<Sequence>, follow: CodePoints): Cost | undefined => {
  let sum: Cost = { choices: 0, open: false, forks: false }
  for (const sequence of alternatives) {
    const cost = costOfSequence(sequence, follow)
    if (cost === undefined) return undefined
    sum = { choices: sum.choices + cost.choices, open: sum.open || cost.open, forks: sum.forks || cost.forks }
  }
  return sum
}

const costOfSequence = (sequence: Sequence, follow: CodePoints): Cost | undefined => {
  let total: Cost = { choices: 1, open: false, forks: false }
  for (const [index, part] of sequence.entries()) {
    if (part.kind === "assertion") continue
    const behind = startOf(sequence.slice(index + 1), follow)
    const cost = part.kind === "group" ? costOfAlternatives(part.alternatives, behind) : costOfRepeat(part, behind)
    if (cost === undefined || (total.forks && cost.open)) return undefined
    total = { choices: total.choices * cost.choices, open: total.open || cost.open, forks: total.forks || cost.forks }
  }
  return total
}

const costOfRepeat = ({ of, min, max }: Repeat, behind: CodePoints): Cost => {
  const open = max === Infinity
  if (min === max || disjoint(of, behind)) return { choices: 1, open, forks: false }
  return open ? { choices: 1, open, forks: true } : { choices: max - min + 1, open, forks: false }
}

/** The characters that a match of the sequence, and then of what follows it, can start with. */
const startOf = (sequence: Sequence, follow: CodePoints): CodePoints => {
  const [part, ...rest] = sequence
  if (part === undefined) return follow
  if (part.kind === "assertion") return part.text === "$" ? [] : startOf(rest, follow)
  if (part.kind === "repeat") return part.min > 0 ? part.of : union(part.of, startOf(rest, follow))
  const behind = startOf(rest, follow)
  return union(...part.alternatives.map((alternative) => startOf(alternative, behind)))
}

// ── native text ─────────────────────────────────────────────────────────────────────────────────────────────────────

const writeAlternatives = (alternatives: ReadonlyArray<Sequence>): string =>
  alternatives.map((sequence) => sequence.map(writePart).join("")).join("|")

const writePart = (part: Part): string => {
  if (part.kind === "assertion") return part.text
  if (part.kind === "group") return `(?:${writeAlternatives(part.alternatives)})`
  const { of, min, max } = part
  if (min === 1 && max === 1) return writeSet(of)
  return `${writeSet(of)}{${min},${max === Infinity ? "" : max}}`
}

const writeSet = (set: CodePoints): string => {
  const only = single(set)
  if (only !== undefined) return writeCode(only)
  return `[${set.map(([low, high]) => (low === high ? writeCode(low) : `${writeCode(low)}-${writeCode(high)}`)).join("")}]`
}

const writeCode = (point: number): string => `\\u{${point.toString(16)}}`
