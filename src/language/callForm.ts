/**
 * The call form: `require_votes(2, org.members, within: 24h)` → the tree that its structured form would have, with each
 * part's place in the file. Arguments stand by position first, then by name; the names are the structured form's keys.
 */
import type { Findings } from "./findings.ts"
import { inside } from "./interpolation.ts"
import { EFFECTS } from "./schemas/effects.ts"
import type { Entry, ListNode, MapNode, Node, ScalarNode, Span } from "./tree.ts"

export interface Call {
  readonly name: string
  readonly nameSpan: Span
  readonly positional: ReadonlyArray<Node>
  readonly named: ReadonlyArray<Entry>
}

/** Deepest nesting of brackets in one call. */
const MAX_CALL_NESTING_LEVELS = 16

const HEAD = /^\s*([A-Za-z_]+)\s*\(/

export const looksLikeCall = (text: string): boolean => HEAD.test(text)

/** `undefined` after an error. */
export const parseCall = (findings: Findings, node: ScalarNode): Call | undefined => {
  const text = String(node.value)
  const head = HEAD.exec(text)
  if (head === null) return undefined
  const parser = new ArgumentParser(findings, node, text, head[0].length, namesOf(head[1]!))
  const call = parser.call(head[1]!, text.indexOf(head[1]!))
  return parser.failed ? undefined : call
}

const namesOf = (effect: string): ReadonlyArray<string> => {
  const keys = Object.hasOwn(EFFECTS, effect) ? EFFECTS[effect as keyof typeof EFFECTS].keys : undefined
  return keys === undefined ? [] : Object.keys(keys.fields)
}

class ArgumentParser {
  failed = false
  readonly #findings: Findings
  readonly #node: ScalarNode
  readonly #text: string
  readonly #names: ReadonlyArray<string>
  #at: number
  #depth = 0

  constructor(findings: Findings, node: ScalarNode, text: string, at: number, names: ReadonlyArray<string>) {
    this.#findings = findings
    this.#node = node
    this.#text = text
    this.#at = at
    this.#names = names
  }

  call(name: string, nameAt: number): Call {
    const positional: Array<Node> = []
    const named: Array<Entry> = []
    for (const argument of this.#arguments(")")) {
      if (!("keySpan" in argument)) {
        if (named.length > 0) this.#fail(argument, "Arguments by name stand behind those by position.")
        positional.push(argument)
      } else if (named.some(({ key }) => key === argument.key))
        this.#fail(argument.keySpan, `"${argument.key}" is given twice.`)
      else named.push(argument)
    }
    this.#space()
    if (!this.failed && this.#at < this.#text.length)
      this.#fail(this.#place(this.#at), "Nothing stands behind the closing parenthesis.")
    return { name, nameSpan: this.#place(nameAt), positional, named }
  }

  *#arguments(close: ")" | "]" | "}"): Generator<Node | Entry> {
    this.#space()
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    while (!this.failed) {
      yield this.#argument(close)
      this.#space()
      const unit = this.#text[this.#at]
      this.#at++
      if (unit === close) return
      if (unit === ",") continue
      this.#fail(
        this.#place(this.#at - 1),
        unit === undefined ? `A "${close}" is missing at the end.` : `A comma or "${close}" is expected here.`,
      )
    }
  }

  #argument(close: string): Node | Entry {
    this.#space()
    const start = this.#at
    const key = /^(?:([A-Za-z_][A-Za-z0-9_-]*)|"([^"\\]*)")\s*:(\s*)/.exec(this.#text.slice(start))
    const name = key?.[1] ?? key?.[2]
    const isNamed =
      name !== undefined &&
      (close === "}" ||
        this.#names.includes(name) ||
        (key?.[1] !== undefined && key[3] !== "" && !SELECTOR_HEADS.has(name)))
    if (key === null || !isNamed) {
      if (close === "}") this.#fail(this.#place(start), "In braces each value has a name: { a: 1 }.")
      return this.#value(close)
    }
    this.#at += key[0].length
    const keySpan = { start: this.#place(start).start, end: this.#place(start + name.length).start }
    return { key: name, keySpan, plain: true, value: this.#value(close) }
  }

  #value(close: string): Node {
    this.#space()
    const start = this.#at
    const unit = this.#text[start]
    if (unit === '"' || unit === "'") return this.#quoted(unit)
    return unit === "[" || unit === "{" ? this.#collection(unit, start) : this.#bare(start, close)
  }

  #collection(open: "[" | "{", start: number): ListNode | MapNode {
    this.#at++
    if (++this.#depth > MAX_CALL_NESTING_LEVELS) this.#fail(this.#place(start), "This is nested too deep.")
    const parts = this.failed ? [] : [...this.#arguments(open === "[" ? "]" : "}")]
    this.#depth--
    const span = this.#span(start, this.#at)
    if (open === "[")
      return { kind: "list", items: parts.map((part) => ("keySpan" in part ? part.value : part)), ...span }
    return { kind: "map", entries: parts.flatMap((part) => ("keySpan" in part ? [part] : [])), ...span }
  }

  #quoted(quote: '"' | "'"): Node {
    const start = this.#at
    const pattern = quote === '"' ? /"(?:[^"\\]|\\.)*"/sy : /'(?:[^']|'')*'/y
    pattern.lastIndex = start
    const found = pattern.exec(this.#text)
    if (found === null) {
      this.#fail(this.#place(start), `A closing ${quote} is missing.`)
      return this.#scalar("", start, false)
    }
    this.#at = pattern.lastIndex
    if (quote === "'") return this.#scalar(found[0].slice(1, -1).replaceAll("''", "'"), start, false)
    try {
      return this.#scalar(String(JSON.parse(found[0].replaceAll("\n", "\\n"))), start, false)
    } catch {
      this.#fail(this.#place(start), "This text holds an escape that is none; write \\\\ for a backslash.")
      return this.#scalar("", start, false)
    }
  }

  /** Up to a comma or the closing bracket; parentheses inside belong to it. */
  #bare(start: number, close: string): Node {
    let depth = 0
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text[this.#at]!
      if (unit === '"' || unit === "'") {
        const end = this.#text.indexOf(unit, this.#at + 1)
        if (end < 0) break
        this.#at = end
      } else if (unit === "(") depth++
      else if (unit === ")" && depth > 0) depth--
      else if (depth === 0 && (unit === "," || unit === close)) break
    }
    const written = this.#text.slice(start, this.#at).trimEnd()
    if (written === "") this.#fail(this.#place(start), "A value is missing here.")
    if (/^-?\d+(\.\d+)?$/.test(written)) return this.#scalar(Number(written), start, true)
    if (written === "true" || written === "false") return this.#scalar(written === "true", start, true)
    return this.#scalar(written, start, true)
  }

  #scalar(value: string | number | boolean, start: number, plain: boolean): ScalarNode {
    const span = this.#span(start, this.#at)
    const exact = this.#node.verbatim !== undefined && typeof value === "string"
    const verbatim = !exact
      ? undefined
      : this.#text.startsWith(value, start)
        ? span.start
        : this.#text.startsWith(value, start + 1)
          ? span.start + 1
          : undefined
    return { kind: "scalar", value, plain, verbatim, ...span }
  }

  #span(start: number, end: number): Span {
    return {
      start: this.#place(start).start,
      end: this.#node.verbatim === undefined ? this.#node.end : this.#node.verbatim + end,
    }
  }

  #place(offset: number): Span {
    return inside(this.#node, offset)
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++
  }

  /** The first error of a call is the one that counts. */
  #fail(at: Span, message: string): void {
    if (!this.failed) this.#findings.error(at, "call-syntax", message)
    this.failed = true
  }
}

/** `role: lead` is a selector, whatever the space. */
const SELECTOR_HEADS = new Set(["role", "channel"])
