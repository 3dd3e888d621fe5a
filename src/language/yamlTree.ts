/** A parsed YAML document → the tree that the readers see. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml"
import type { Findings } from "./findings.ts"
import type { Repaired } from "./traps.ts"
import { emptyAt, type Entry, type Node, scalarAt, type Span } from "./tree.ts"

/** Deepest nesting of lists and maps. */
export const MAX_NESTING_LEVELS = 64
/** Most values in one file, each alias counted with all that it stands for. */
export const MAX_FILE_NODES = 100_000

/** Keys that mean something to JavaScript objects. */
const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"])

export class TreeBuilder {
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
    if (node === null) return emptyAt(at)
    if (depth > MAX_NESTING_LEVELS)
      return this.#overflow(at, "too-deep", `Lists and maps are nested deeper than ${MAX_NESTING_LEVELS} levels.`)
    if (--this.#budget.nodes < 0)
      return this.#overflow(at, "too-many-values", `A file holds at most ${MAX_FILE_NODES} values, aliases spelt out.`)
    if (isAlias(node)) return this.#alias(node as Alias.Parsed, at, depth)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isMap(node)) {
      this.#open.add(node)
      const seen = new Set<string>()
      const entries = node.items.flatMap(({ key, value }) =>
        this.#entry(key as ParsedNode, value as ParsedNode | null, depth, seen),
      )
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
      // Such a number is in no JSON, and so in no normal form.
      if (!Number.isFinite(value)) return this.#unknown(at)
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
    return [
      {
        key: name,
        keySpan,
        plain,
        value: value === null ? emptyAt({ start: keySpan.end }) : this.#node(value, depth + 1),
      },
    ]
  }

  #alias(alias: Alias.Parsed, at: Span, depth: number): Node {
    const target = this.#anchors.get(alias.source)
    if (target !== undefined && !this.#open.has(target)) return { ...this.#node(target, depth + 1), ...at }
    this.#findings.error(
      at,
      "yaml-alias",
      target === undefined
        ? `No anchor "&${alias.source}" stands before this alias.`
        : "This alias stands inside what it stands for.",
      `If text is meant, quote it: ${JSON.stringify(`*${alias.source}`)}.`,
    )
    return this.#unknown(at)
  }

  #unknown(at: Span): Node {
    this.#findings.excuse(at)
    return scalarAt(null, { start: at.start, end: Math.max(at.end, at.start + 1) })
  }

  #overflow(at: Span, code: string, message: string): Node {
    if (!this.#overflown) this.#findings.error(at, code, message)
    this.#overflown = true
    return emptyAt(at)
  }

  #span(node: ParsedNode | null): Span {
    const range = node?.range
    if (range === null || range === undefined) return { start: 0, end: 0 }
    return { start: this.#repaired.original(range[0]), end: this.#repaired.original(range[1]) }
  }
}

/** Where a text's characters stand one by one in the file: plain or quoted on one line, without escapes. */
const verbatimStart = ({ source }: Repaired, at: Span, value: unknown): number | undefined => {
  if (typeof value !== "string") return undefined
  if (source.startsWith(value, at.start)) return at.start
  return source.startsWith(value, at.start + 1) ? at.start + 1 : undefined
}
