/** YAML text → trees with positions. Total: whatever the text is, it ends, and what is wrong is a diagnostic. */
import { Composer, type CST, type Document, Parser, visit, type YAMLError } from "yaml"
import { type Diagnostic, formatDiagnostic } from "../domain/diagnostic.ts"
import { type Findings, MAX_FILE_DIAGNOSTICS } from "./findings.ts"
import { repair, type Repaired } from "./traps.ts"
import type { Node, Span } from "./tree.ts"
import { MAX_FILE_NODES, MAX_NESTING_LEVELS, TreeBuilder } from "./yamlTree.ts"

/** Longest file that is read, in UTF-16 code units. */
export const MAX_FILE_CHARS = 524_288

/** The documents of a file that say anything, in order. Those whose syntax is beyond repair are left out. */
export const readYaml = (findings: Findings, text: string): ReadFile => {
  const whole = { start: 0, end: 0 }
  if (text.length > MAX_FILE_CHARS) {
    findings.error(whole, "too-large", `The file has ${text.length} characters; at most ${MAX_FILE_CHARS} are read.`)
    return UNREAD
  }
  const tooDeep = deeperThan(text, MAX_NESTING_LEVELS)
  if (tooDeep !== undefined) {
    findings.error(tooDeep, "too-deep", `Lists and maps are nested deeper than ${MAX_NESTING_LEVELS} levels.`)
    return UNREAD
  }
  const repaired = repair(text, parseYaml)
  for (const trap of repaired.traps) {
    findings.error(trap.at, trap.code, trap.message, trap.suggestion)
    findings.excuse(trap.at)
  }
  const traps = repaired.traps.map(({ at }) => at.start)
  const budget = { nodes: MAX_FILE_NODES }
  const documents: Array<ReadDocument> = []
  let isWhole = true
  for (const document of repaired.documents) {
    if (findings.full) {
      isWhole = false
      break
    }
    const before = findings.errorCount
    const broken = reportSyntax(findings, document, repaired)
    const tree = new TreeBuilder(findings, repaired, document, budget).build()
    if (tree === undefined) {
      if (findings.errorCount !== before) isWhole = false
      continue
    }
    const trapped = traps.some((at) => at >= tree.start && at < tree.end)
    documents.push({ tree, broken, sound: !trapped && findings.errorCount === before })
  }
  return { documents, isWhole }
}

export interface ReadFile {
  readonly documents: ReadonlyArray<ReadDocument>
  /** None was left out that may say something. */
  readonly isWhole: boolean
}

const UNREAD: ReadFile = { documents: [], isWhole: false }

export interface ReadDocument {
  readonly tree: Node
  /** It is YAML, and means what it seems to. */
  readonly sound: boolean
  /** Offset of the first syntax error that may have confused what follows it. */
  readonly broken: number | undefined
}

const parseYaml = (text: string): ReadonlyArray<Document.Parsed> => withoutStacks(() => parseAll(text))

/** Each syntax error is an `Error`, and to note where in the program it was made would be most of the work. */
const withoutStacks = <A>(make: () => A): A => {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = before
  }
}

const parseAll = (text: string): ReadonlyArray<Document.Parsed> => {
  const composer = new Composer({
    prettyErrors: false,
    stringKeys: true,
    // Looked for here, because the parser compares each key with all before it.
    uniqueKeys: false,
    logLevel: "silent",
    version: "1.2",
    schema: "core",
  })
  return Array.from(composer.compose(beforeRubble(new Parser().parse(text))))
}

/** Behind a document that is broken off each piece of text is an error of its own: no more are told than have room. */
function* beforeRubble(tokens: Iterable<CST.Token>): Iterable<CST.Token> {
  let errors = 0
  for (const token of tokens) {
    if (token.type === "error" && ++errors > MAX_FILE_DIAGNOSTICS) return
    yield token
  }
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
  const unclosed = document.errors.some(isUnclosed) ? lastQuoted(document) : undefined
  let broken: number | undefined
  for (const error of document.errors) {
    const start = repaired.original((isUnclosed(error) ? unclosed : undefined) ?? error.pos[0])
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
    findings.error(
      { start: 0, end: 0 },
      "yaml-version",
      `This is YAML 1.2, not ${version.version}.`,
      "Leave %YAML out.",
    )
  return broken
}

const inOwnWords = (message: string): string => {
  if (message.startsWith("Nested mappings are not allowed") || message.startsWith("Implicit keys need"))
    return "The indentation or a colon makes this line part of the one above it; indent both alike, or quote the text."
  if (message.startsWith("Implicit map keys need")) return "A key is followed by a colon and its value."
  return `${message.replace(/\s+/g, " ").replace(/\.?$/, ".")}`
}

const isUnclosed = ({ message }: YAMLError): boolean => message.startsWith("Missing closing")

/** A missing quote is noticed at the end of the file; what helps is where the text began. */
const lastQuoted = (document: Document.Parsed): number | undefined => {
  let start: number | undefined
  visit(document, {
    Scalar: (_, { type, range }) => {
      if ((type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE") && range) start = range[0]
    },
  })
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
