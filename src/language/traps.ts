/**
 * YAML's traps: texts that a reader of the file understands and YAML does not, or takes for something else without a
 * word (`to: @dana`, `on: *.requested`, `deny: no: x`, `[limit(10, 1h)]`, `deny("see #5")`, `{ goal: ${{ data.x }} }`).
 * Each is named with its quoted form; then the text is read as if it had been quoted, so that one trap is one
 * diagnostic and hides none of the others.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml"
import type { Span } from "./tree.ts"

interface Trap {
  readonly at: Span
  readonly code: string
  readonly message: string
  readonly suggestion: string
}

export interface Repaired {
  /** The text as it came. */
  readonly source: string
  readonly documents: ReadonlyArray<Document.Parsed>
  readonly traps: ReadonlyArray<Trap>
  /** From an offset in the text that was parsed to the offset in the text as it came. */
  readonly original: (offset: number) => number
}

type Parse = (text: string) => ReadonlyArray<Document.Parsed>

/** How often a file is read again after quoting what was found; each reading finds all that it can see. */
const MAX_REPAIR_ROUNDS = 8

/** With more traps than this in a file, the text is taken as it is. */
const MAX_TRAPS = 1_000

export const repair = (source: string, parse: Parse): Repaired => {
  let text = source
  let original = (offset: number): number => offset
  const traps: Array<Trap> = []
  let documents = parse(text)
  for (let round = 0; round < MAX_REPAIR_ROUNDS; round++) {
    const edits = findTraps(text, documents)
    if (edits.length === 0 || traps.length + edits.length > MAX_TRAPS) break
    for (const edit of edits) if (edit.report !== undefined) traps.push({ ...edit.report, at: moved(edit, original) })
    const shift = applied(text, edits)
    const before = original
    original = (offset) => before(shift.original(offset))
    text = shift.text
    documents = parse(text)
  }
  return { source, documents, traps, original }
}

const moved = (at: Span, original: (offset: number) => number): Span => ({
  start: original(at.start),
  end: original(at.end),
})

interface Edit extends Span {
  readonly replacement: string
  readonly report: Omit<Trap, "at"> | undefined
}

const applied = (text: string, edits: ReadonlyArray<Edit>) => {
  let result = ""
  let from = 0
  const pieces: Array<{ readonly at: number; readonly from: number; readonly edited: boolean }> = []
  for (const edit of edits) {
    pieces.push({ at: result.length, from, edited: false })
    result += text.slice(from, edit.start)
    pieces.push({ at: result.length, from: edit.start, edited: true })
    result += edit.replacement
    from = edit.end
  }
  pieces.push({ at: result.length, from, edited: false })
  result += text.slice(from)
  return {
    text: result,
    original: (offset: number): number => {
      const index = lastAtOrBefore(pieces, offset)
      const piece = pieces[index]!
      // Behind the quotes that were put in, characters stand where they stood, so far as they needed no escape.
      if (!piece.edited) return piece.from + offset - piece.at
      const inside = Math.max(0, offset - piece.at - 1)
      return Math.min(piece.from + inside, pieces[index + 1]?.from ?? piece.from)
    },
  }
}

/** The pieces are in order and the first begins at 0. */
const lastAtOrBefore = (pieces: ReadonlyArray<{ readonly at: number }>, offset: number): number => {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pieces[middle]!.at <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Sorted, without overlaps. */
const findTraps = (text: string, documents: ReadonlyArray<Document.Parsed>): ReadonlyArray<Edit> => {
  const tabs = leadingTabs(text, documents)
  if (tabs.length > 0) return tabs
  const edits: Array<Edit> = []
  for (const document of documents) {
    const errorsAt = new Map(document.errors.map((error) => [error.pos[0], error.code]))
    const anchors = new Set<string>()
    visit(document.contents, false, (node, inFlow) => {
      const range = node.range
      if (range === null || range === undefined) return
      if (isAlias(node)) {
        const end = plainEnd(text, range[0], inFlow)
        // A pattern has a dot or a further star; a word alone is told as the alias that it is.
        if (!anchors.has(node.source) && /^\*.*[.*]/.test(text.slice(range[0], end)))
          edits.push(quoteTo(text, range[0], end, "alias"))
        return
      }
      if (node.anchor !== undefined) anchors.add(node.anchor)
      if (isScalar(node) && node.type === "PLAIN") {
        const edit = plainTrap(text, range[0], range[1], inFlow)
        if (edit !== undefined) edits.push(edit)
      }
    })
    for (const [at, code] of errorsAt) {
      const edit = code === "BLOCK_AS_IMPLICIT_KEY" || code === "BLOCK_IN_FLOW" ? colonTrap(text, at, code) : undefined
      if (edit !== undefined) edits.push(edit)
    }
  }
  edits.sort((a, b) => a.start - b.start || b.end - a.end)
  let end = -1
  return edits.filter((edit) => edit.start >= end && ((end = edit.end), true))
}

const visit = (node: ParsedNode | null, inFlow: boolean, see: (node: ParsedNode, inFlow: boolean) => void): void => {
  if (node === null || node === undefined) return
  see(node, inFlow)
  if (isMap(node))
    for (const pair of node.items) {
      visit(pair.key as ParsedNode | null, inFlow || node.flow === true, see)
      visit(pair.value as ParsedNode | null, inFlow || node.flow === true, see)
    }
  else if (isSeq(node))
    for (const item of node.items) visit(item as ParsedNode | null, inFlow || node.flow === true, see)
}

// ── kinds of traps ──────────────────────────────────────────────────────────────────────────────────────────────────

const REASONS = {
  alias: "An unquoted text cannot begin with `*`: YAML takes it for an alias.",
  start: "An unquoted text cannot begin with this character.",
  at: "An unquoted text cannot begin with `@`.",
  call: "YAML cuts this call into pieces at a comma, a ` #` or a `: `.",
  comment: "YAML takes this for a comment, because of the `#`.",
  colon: "YAML takes this text for a map, because of the `: ` in it.",
  braces: "YAML takes the braces of `${{ .. }}` for maps here.",
} as const

const CALL_HEAD = /^[a-z_]+\(/

const plainTrap = (text: string, start: number, end: number, inFlow: boolean): Edit | undefined => {
  const written = text.slice(start, end)
  if (CALL_HEAD.test(written)) {
    const close = closingParenthesis(text, start)
    if (close !== undefined && close > end) return quoteTo(text, start, close, "call")
  }
  if (written.startsWith("@")) return quoteTo(text, start, end, "at")
  if (/^[`%]/.test(written)) return quoteTo(text, start, end, "start")
  if (inFlow && written.endsWith("$") && text.startsWith("{{", end)) {
    const close = text.indexOf("}}", end)
    if (close >= 0) return quoteTo(text, start, plainEnd(text, close + 2, true), "braces")
  }
  if (written === "" && /^[ \t]*#[A-Za-z]/.test(text.slice(end, lineEnd(text, end)))) {
    const hash = text.indexOf("#", end)
    const rest = text.slice(hash, lineEnd(text, hash))
    const channel = (inFlow ? /^#[a-z0-9-]+(?=[ \t]*[,\]}])/ : /^#[a-z0-9-]+(?=[ \t\r]*$)/).exec(rest)
    return channel === null ? undefined : quoteTo(text, hash, hash + channel[0].length, "comment")
  }
  return undefined
}

const colonTrap = (text: string, start: number, code: "BLOCK_AS_IMPLICIT_KEY" | "BLOCK_IN_FLOW"): Edit | undefined => {
  const end = plainEnd(text, start, code === "BLOCK_IN_FLOW")
  const written = text.slice(start, end)
  if (!/:[ \t]/.test(written) && !written.endsWith(":")) return undefined
  const effect = /^[a-z_]+(?=:[ \t]+\{.*\}$)/.exec(written)
  if (effect !== null)
    return {
      start,
      end,
      replacement: `{${written}}`,
      report: {
        code: "yaml-trap",
        message: "A map does not begin on the line of its key.",
        suggestion: `Write a list: on a line of its own, indented, - ${effect[0]}: ..`,
      },
    }
  return quoteTo(text, start, end, "colon")
}

/** One report for all tabs of a file: they are one habit. */
const leadingTabs = (text: string, documents: ReadonlyArray<Document.Parsed>): ReadonlyArray<Edit> => {
  const wrong = documents.flatMap(({ errors }) => errors.filter(({ code }) => code === "TAB_AS_INDENT"))
  if (wrong.length === 0) return []
  const report = {
    code: "tab",
    message: "A tab cannot indent YAML.",
    suggestion: "Use spaces for all indentation of this file.",
  }
  return [...text.matchAll(/^[ \t]*\t[ \t]*/gm)].map((match, index) => ({
    start: match.index,
    end: match.index + match[0].length,
    replacement: match[0].replaceAll("\t", " ".repeat(TAB_COLUMNS)),
    report: index === 0 ? report : undefined,
  }))
}

/** Wide enough that a tab stands deeper than what follows a dash of the line above. */
const TAB_COLUMNS = 8

const quoteTo = (text: string, start: number, end: number, reason: keyof typeof REASONS): Edit => {
  const written = text.slice(start, end)
  const quoted = written.includes('"') && !/['\n]/.test(written) ? `'${written}'` : JSON.stringify(written)
  return {
    start,
    end,
    replacement: quoted,
    report: { code: "yaml-trap", message: REASONS[reason], suggestion: `Write ${quoted} with the quotes.` },
  }
}

// ── ends ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from)
  return end < 0 ? text.length : end
}

const trimmedEnd = (text: string, start: number, end: number): number => start + text.slice(start, end).trimEnd().length

/** End of an unquoted text on this line: before a comment and, inside brackets, before a separator. */
const plainEnd = (text: string, start: number, inFlow: boolean): number => {
  const rest = text.slice(start, lineEnd(text, start))
  const stop = rest.search(inFlow ? /[ \t]#|[,\]}]/ : /[ \t]#/)
  return trimmedEnd(text, start, stop < 0 ? start + rest.length : start + stop)
}

/** Behind the parenthesis that closes the call that starts here, on the same line; quotes hide parentheses. */
const closingParenthesis = (text: string, start: number): number | undefined => {
  const end = lineEnd(text, start)
  let depth = 0
  let quote: string | undefined
  for (let at = start; at < end; at++) {
    const unit = text[at]!
    if (quote !== undefined) {
      if (unit === "\\" && quote === '"') at++
      else if (unit === quote) quote = undefined
    } else if (unit === '"' || unit === "'") quote = unit
    else if (unit === "(") depth++
    else if (unit === ")" && --depth === 0) return at + 1
  }
  return undefined
}
