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
import {
  ANY_BUT_NEWLINE,
  code,
  type CodePoints,
  disjoint,
  parseRegex,
  type Part,
  type Repeat,
  type Sequence,
  single,
  union,
  Unsupported,
} from "./regexParser.ts"

/** Ways through a pattern that are tried at worst from one place in the text. */
export const MAX_CHOICES = 256
/** The native form of a pattern, or `undefined` where it lies outside the safe part (or is no pattern at all). */
export const nativeForm = (source: string): RegExp | undefined => {
  try {
    const alternatives = parseRegex(source).map(trimmed)
    return isLinear(alternatives) ? new RegExp(writeAlternatives(alternatives), "u") : undefined
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** A text that the pattern may match, where one is easy to make: the first alternative, as short as it can be. */
export const sampleOf = (source: string): string | undefined => {
  try {
    const [first] = parseRegex(source)
    return sampleOfSequence(first!)
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** What a sample is made of, where a set has it. */
const READABLE = [..."a1A- "].map(code)

const sampleOfSequence = (sequence: Sequence): string =>
  sequence
    .map((part) => {
      if (part.kind === "assertion") return ""
      if (part.kind === "group") return sampleOfSequence(part.alternatives[0]!)
      const readable = READABLE.find((point) => part.of.some(([low, high]) => low <= point && point <= high))
      return String.fromCodePoint(readable ?? part.of[0]?.[0] ?? 0).repeat(part.min)
    })
    .join("")

// ── judgement ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The same question with less to repeat. Whether `.*x` occurs somewhere is whether `x` does, and a repetition at the
 * end is done once it has its minimum.
 */
const trimmed = (sequence: Sequence): Sequence => {
  const first = sequence[0]
  const parts =
    first?.kind === "repeat" && first.of === ANY_BUT_NEWLINE && first.min === 0 ? sequence.slice(1) : sequence
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
