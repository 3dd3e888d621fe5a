/**
 * The content of a YAML document as the readers see it: maps, lists and scalars with their place in the file. A call
 * such as `limit(10, 1h, actor)` becomes the same kind of tree, so that both notations are read by the same code.
 */

/** Offsets into the file's text, in UTF-16 code units; `end` is behind the last one. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type Node = MapNode | ListNode | ScalarNode

export interface MapNode extends Span {
  readonly kind: "map"
  readonly entries: ReadonlyArray<Entry>
}

export interface Entry {
  readonly key: string
  readonly keySpan: Span
  readonly value: Node
  /** Written without quotes. */
  readonly plain: boolean
}

export interface ListNode extends Span {
  readonly kind: "list"
  readonly items: ReadonlyArray<Node>
}

export interface ScalarNode extends Span {
  readonly kind: "scalar"
  readonly value: string | number | boolean | null
  /** Written without quotes. */
  readonly plain: boolean
  /** Offset of the value's first character, where each of its characters stands in the file as it is; else `undefined`. */
  readonly verbatim: number | undefined
}

/** A key without a value: `on:` and nothing behind it. */
export const isEmpty = (node: Node): boolean => node.kind === "scalar" && node.value === null && node.start === node.end

/** Nothing, at the beginning of a place. */
export const emptyAt = ({ start }: { readonly start: number }): ScalarNode => scalarAt(null, { start, end: start })

/** A value that does not stand in the file as it is. */
export const scalarAt = (value: ScalarNode["value"], { start, end }: Span): ScalarNode => ({
  kind: "scalar",
  value,
  plain: true,
  verbatim: undefined,
  start,
  end,
})

/** The value under `key`, if `node` is a map that has it. */
export const child = (node: Node, key: string): Node | undefined =>
  node.kind === "map" ? node.entries.find((entry) => entry.key === key)?.value : undefined

/** For sentences: `a list`, `the text "x"`, `the number 3`. */
export const inWords = (node: Node): string => {
  if (node.kind === "map") return "a map"
  if (node.kind === "list") return "a list"
  if (node.value === null) return "nothing"
  if (typeof node.value === "string") return `the text ${JSON.stringify(shortened(node.value))}`
  return `the ${typeof node.value} ${String(node.value)}`
}

const SHOWN_CHARS = 60
const shortened = (text: string): string => (text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}…`)
