/** YAML text → trees with positions. Total: whatever the text is, it ends, and what is wrong is a diagnostic. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type ParsedNode,
  type YAMLError,
} from "yaml"
import { type Diagnostic, formatDiagnostic } from "../domain/diagnostic.ts"
import type { Findings } from "./findings.ts"
import { repair, type Repaired } from "./traps.ts"
import type { Entry, Node, Span } from "./tree.ts"

/** Longest file that is read, in UTF-16 code units. */
export const MAX_FILE_CHARS = 524_288
/** Deepest nesting of lists and maps. */
export const MAX_NESTING_LEVELS = 64
/** Most values in one file, each alias counted with all that it stands for. */
export const MAX_FILE_NODES = 100_000

/** The documents of a file that say anything, in order. Those whose syntax is beyond repair are left out. */
export const readYaml = (findings: Findings, text: string): ReadonlyArray<ReadDocument> => {
  const whole = { start: 0, end: 0 }
  if (text.length > MAX_FILE_CHARS) {
    findings.error(whole, "too-large", `The file has ${text.length} characters; at most ${MAX_FILE_CHARS} are read.`)
    return []
  }
  const tooDeep = deeperThan(text, MAX_NESTING_LEVELS)
  if (tooDeep !== undefined) {
    findings.error(tooDeep, "too-deep", `Lists and maps are nested deeper than ${MAX_NESTING_LEVELS} levels.`)
    return []
  }
  const repaired = repair(text, parseYaml)
  for (const trap of repaired.traps) {
    findings.error(trap.at, trap.code, trap.message, trap.suggestion)
    findings.excuse(trap.at)
  }
  const traps = repaired.traps.map(({ at }) => at.start)
  const budget = { nodes: MAX_FILE_NODES }
  const documents: Array<ReadDocument> = []
  for (const document of repaired.documents) {
    if (findings.full) break
    const before = findings.errorCount
    const broken = reportSyntax(findings, document, repaired)
    const tree = new TreeBuilder(findings, repaired, document, budget).build()
    if (tree === undefined) continue
    const trapped = traps.some((at) => at >= tree.start && at < tree.end)
    documents.push({ tree, broken, sound: !trapped && findings.errorCount === before })
  }
  return documents
}

export interface ReadDocument {
  readonly tree: Node
  /** It is YAML, and means what it seems to. */
  readonly sound: boolean
  /** Offset of the first syntax error that may have confused what follows it. */
  readonly broken: number | undefined
}

const parseYaml = (text: string): ReadonlyArray<Document.Parsed> => {
  const parsed = parseAllDocuments(text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    stringKeys: true,
    // Looked for here, because the parser compares each key with all before it.
    uniqueKeys: false,
    logLevel: "silent",
    version: "1.2",
    schema: "core",
  })
  return Array.isArray(parsed) ? parsed : []
}

/** Diagnostics, one line each; with sources (file → text) the line in question follows, with a mark below the column. */
export const renderDiagnostics = (
  diagnostics: ReadonlyArray<Diagnostic>,
  sources?: ReadonlyMap<string, string>,
): string =>
  diagnostics
    .map((diagnostic) => {
      const line = sources?.get(diagnostic.file)?.split("\n")[diagnostic.line - 1]?.replace(/\r$/, "")
      if (line === undefined) return formatDiagnostic(diagnostic)
      const gutter = `${diagnostic.line} | `
      const indent = line.slice(0, diagnostic.column - 1).replace(/[^\t]/g, " ")
      return `${formatDiagnostic(diagnostic)}\n  ${gutter}${line}\n  ${" ".repeat(gutter.length)}${indent}^`
    })
    .join("\n")

// ── syntax errors ───────────────────────────────────────────────────────────────────────────────────────────────────

const SYNTAX_MESSAGES: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  TAB_AS_INDENT: "A tab cannot indent YAML; use spaces.",
  NON_STRING_KEY: "A key must be text.",
  RESOURCE_EXHAUSTION: "This is nested too deep to be read.",
  MULTIPLE_ANCHORS: "A value has at most one anchor.",
}

/** Reports the first error of each line, and tells where the first one stands. */
const reportSyntax = (findings: Findings, document: Document.Parsed, repaired: Repaired): number | undefined => {
  const lines = new Set<number>()
  let broken: number | undefined
  for (const error of document.errors) {
    const start = repaired.original(beginning(error, document))
    const line = findings.position(start).line
    broken = Math.min(broken ?? start, start)
    if (lines.has(line)) continue
    lines.add(line)
    const code = error.code === "TAB_AS_INDENT" ? "tab" : "yaml-syntax"
    findings.error({ start, end: start }, code, SYNTAX_MESSAGES[error.code] ?? inOwnWords(error.message))
  }
  for (const warning of document.warnings) {
    const start = repaired.original(warning.pos[0])
    findings.error({ start, end: start }, "yaml-tag", "Tags (`!name`) have no meaning here.", "Leave the tag out.")
  }
  const version = document.directives.yaml
  if (version.explicit === true && version.version !== "1.2")
    findings.error({ start: 0, end: 0 }, "yaml-version", `This is YAML 1.2, not ${version.version}.`, "Leave %YAML out.")
  return broken
}

const inOwnWords = (message: string): string => {
  if (message.startsWith("Nested mappings are not allowed") || message.startsWith("Implicit keys need"))
    return "The indentation or a colon makes this line part of the one above it; indent both alike, or quote the text."
  if (message.startsWith("Implicit map keys need")) return "A key is followed by a colon and its value."
  return `${message.replace(/\s+/g, " ").replace(/\.?$/, ".")}`
}

/** A missing quote is noticed at the end of the file; what helps is where the text began. */
const beginning = (error: YAMLError, document: Document.Parsed): number => {
  if (!/^Missing closing/.test(error.message)) return error.pos[0]
  let start = error.pos[0]
  const visit = (node: ParsedNode | null): void => {
    if (isMap(node)) for (const pair of node.items) (visit(pair.key as ParsedNode | null), visit(pair.value as ParsedNode | null))
    else if (isSeq(node)) for (const item of node.items) visit(item as ParsedNode | null)
    else if (isScalar(node) && /^QUOTE/.test(node.type ?? "") && node.range !== null && node.range !== undefined)
      start = node.range[0]
  }
  visit(document.contents)
  return start
}

/** The parser recurses, so flow collections are counted beforehand; quotes and comments make this an upper bound. */
const deeperThan = (text: string, levels: number): Span | undefined => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x5b || unit === 0x7b) {
      if (++depth > levels * 4) return { start: at, end: at + 1 }
    } else if ((unit === 0x5d || unit === 0x7d) && depth > 0) depth--
  }
  const indents = /^[ ]*(?:[-?:] +)*/gm
  for (const match of text.matchAll(indents))
    if (match[0].length > levels * 16) return { start: match.index, end: match.index + match[0].length }
  return undefined
}

// ── trees ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Keys that mean something to JavaScript objects. */
const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"])

class TreeBuilder {
  readonly #findings: Findings
  readonly #repaired: Repaired
  readonly #document: Document.Parsed
  readonly #budget: { nodes: number }
  readonly #open = new Set<ParsedNode>()
  readonly #anchors = new Map<string, ParsedNode>()
  #overflown = false

  constructor(findings: Findings, repaired: Repaired, document: Document.Parsed, budget: { nodes: number }) {
    this.#findings = findings
    this.#repaired = repaired
    this.#document = document
    this.#budget = budget
  }

  build(): Node | undefined {
    const { contents } = this.#document
    if (contents === null) return undefined
    const tree = this.#node(contents, 0)
    return this.#overflown || (tree.kind === "scalar" && tree.value === null) ? undefined : tree
  }

  #node(node: ParsedNode | null, depth: number): Node {
    const at = this.#span(node)
    if (node === null) return emptyAt(at.start)
    if (depth > MAX_NESTING_LEVELS)
      return this.#overflow(at, "too-deep", `Lists and maps are nested deeper than ${MAX_NESTING_LEVELS} levels.`)
    if (--this.#budget.nodes < 0)
      return this.#overflow(at, "too-many-values", `A file holds at most ${MAX_FILE_NODES} values, aliases spelt out.`)
    if (isAlias(node)) return this.#alias(node as Alias.Parsed, at, depth)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isMap(node)) {
      this.#open.add(node)
      const seen = new Set<string>()
      const entries = node.items.flatMap(({ key, value }) => this.#entry(key as ParsedNode, value as ParsedNode | null, depth, seen))
      this.#open.delete(node)
      return { kind: "map", entries, ...at }
    }
    if (isSeq(node)) {
      this.#open.add(node)
      const items = node.items.map((item) => this.#node(item as ParsedNode | null, depth + 1))
      this.#open.delete(node)
      return { kind: "list", items, ...at }
    }
    return this.#scalar(node, at)
  }

  #scalar(node: ParsedNode, at: Span): Node {
    const value: unknown = isScalar(node) ? node.value : null
    const plain = isScalar(node) && node.type === "PLAIN"
    if (value === null || typeof value === "string" || typeof value === "boolean")
      return { kind: "scalar", value, plain, verbatim: verbatimStart(this.#repaired, at, value), ...at }
    if (typeof value === "number") {
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        this.#findings.error(at, "number-range", "This number cannot be kept exactly.", "Quote it if it is text.")
      return { kind: "scalar", value, plain, verbatim: undefined, ...at }
    }
    this.#findings.error(at, "yaml-tag", "Tags (`!!name`) have no meaning here.", "Leave the tag out.")
    return this.#unknown(at)
  }

  #entry(key: ParsedNode, value: ParsedNode | null, depth: number, seen: Set<string>): ReadonlyArray<Entry> {
    const keySpan = this.#span(key)
    const name = isScalar(key) ? String(key.value) : ""
    if (RESERVED_KEYS.has(name)) {
      this.#findings.error(keySpan, "reserved-key", `"${name}" cannot be used as a key.`)
      return []
    }
    if (name === "<<") {
      this.#findings.error(keySpan, "merge-key", "Merge keys (`<<`) are not part of YAML 1.2.", "Write the keys out.")
      return []
    }
    if (!isScalar(key)) {
      if (isAlias(key)) this.#findings.error(keySpan, "yaml-alias", "A key must be text, not an alias.", "Quote it.")
      return []
    }
    if (seen.has(name)) {
      this.#findings.error(keySpan, "duplicate-key", `The key "${name}" stands twice in one map.`)
      return []
    }
    seen.add(name)
    const plain = key.type === "PLAIN"
    return [{ key: name, keySpan, plain, value: value === null ? emptyAt(keySpan.end) : this.#node(value, depth + 1) }]
  }

  #alias(alias: Alias.Parsed, at: Span, depth: number): Node {
    const target = this.#anchors.get(alias.source)
    if (target !== undefined && !this.#open.has(target)) return { ...this.#node(target, depth + 1), ...at }
    this.#findings.error(
      at,
      "yaml-alias",
      target === undefined ? `No anchor "&${alias.source}" stands before this alias.` : "This alias stands inside what it stands for.",
      `If text is meant, quote it: ${JSON.stringify(`*${alias.source}`)}.`,
    )
    return this.#unknown(at)
  }

  #unknown(at: Span): Node {
    this.#findings.excuse(at)
    return { kind: "scalar", value: null, plain: true, verbatim: undefined, start: at.start, end: Math.max(at.end, at.start + 1) }
  }

  #overflow(at: Span, code: string, message: string): Node {
    if (!this.#overflown) this.#findings.error(at, code, message)
    this.#overflown = true
    return emptyAt(at.start)
  }

  #span(node: ParsedNode | null): Span {
    const range = node?.range
    if (range === null || range === undefined) return { start: 0, end: 0 }
    return { start: this.#repaired.original(range[0]), end: this.#repaired.original(range[1]) }
  }
}

const emptyAt = (start: number): Node => ({ kind: "scalar", value: null, plain: true, verbatim: undefined, start, end: start })

/** Where a text's characters stand one by one in the file: plain or quoted on one line, without escapes. */
const verbatimStart = ({ source }: Repaired, at: Span, value: unknown): number | undefined => {
  if (typeof value !== "string") return undefined
  if (source.startsWith(value, at.start)) return at.start
  return source.startsWith(value, at.start + 1) ? at.start + 1 : undefined
}
