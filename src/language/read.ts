/**
 * Readers: one part of a document → one value of the normal form. A reader always gives a value of its type; where it
 * has reported an error that value is only a placeholder, and the document it belongs to is dropped.
 */
import type { Schema } from "effect"
import { parseDuration } from "../domain/duration.ts"
import { isEventPattern, isEventType } from "../domain/eventTypes.ts"
import type { Findings } from "./findings.ts"
import { didYouMean, nearest } from "./suggest.ts"
import { inWords, isEmpty, type MapNode, type Node, type ScalarNode, type Span } from "./tree.ts"

/** A schema of a map: its fields are the keys that a reader accepts. */
export type MapSchema = Schema.Struct<Schema.Struct.Fields>

export interface Fields {
  readonly at: Span
  /** The value under a key of the schema; `undefined` where it is absent. */
  readonly get: (key: string) => Node | undefined
  readonly keySpan: (key: string) => Span
  /** Nothing was wrong with the keys. */
  readonly sound: boolean
}

/** Reads a map by its schema: every unknown, empty and missing key is one error. */
export const fields = (findings: Findings, node: Node, schema: MapSchema, what: string): Fields => {
  const values = new Map<string, Node>()
  const spans = new Map<string, Span>()
  const before = findings.errorCount
  const result = (): Fields => ({
    at: node,
    get: (key) => values.get(key),
    keySpan: (key) => spans.get(key) ?? node,
    sound: findings.errorCount === before,
  })
  const known = Object.keys(schema.fields)
  if (node.kind !== "map") {
    expected(findings, node, `${what} is a map with the keys ${known.join(", ")}`)
    return result()
  }
  const present = new Set(node.entries.map((entry) => entry.key))
  const misspelt = new Set<string>()
  for (const { key, keySpan, value } of node.entries) {
    let name = key
    if (!known.includes(key)) {
      const free = known.filter((other) => !present.has(other))
      findings.error(keySpan, "unknown-key", `${capital(what)} has no key "${key}".`, suggestKey(key, free, known))
      const meant = nearest(key, free)
      if (meant === undefined || misspelt.has(meant)) continue
      misspelt.add(meant)
      name = meant
    } else if (isEmpty(value)) {
      findings.error(keySpan, "missing-value", `"${key}" has no value.`)
      misspelt.add(key)
      continue
    }
    values.set(name, value)
    spans.set(name, keySpan)
  }
  for (const key of known)
    if (isRequired(schema, key) && !present.has(key) && !misspelt.has(key))
      findings.error(node, "missing-key", `${capital(what)} needs the key "${key}".`)
  return result()
}

const suggestKey = (key: string, free: ReadonlyArray<string>, known: ReadonlyArray<string>): string =>
  didYouMean(key, free) ?? didYouMean(key, known) ?? `It knows ${known.join(", ")}.`

const isRequired = (schema: MapSchema, key: string): boolean => schema.fields[key]?.ast.context?.isOptional !== true

/** One text. A number or a truth value is not one: it has to be quoted. */
export const text = (findings: Findings, node: Node | undefined, what: string): string => {
  if (node === undefined) return ""
  if (node.kind === "scalar" && typeof node.value === "string") {
    if (node.value.trim() !== "") return node.value
    findings.error(node, "empty-text", `${capital(what)} is empty.`)
    return ""
  }
  const quoted = asText(node)
  expected(
    findings,
    node,
    `${what} is a text`,
    quoted === undefined ? undefined : `Write ${JSON.stringify(quoted)} in quotes.`,
  )
  return ""
}

/** What a reader of the file would take for a text: `42`, and `no: x` where no map is meant. */
const asText = (node: Node): string | undefined => {
  if (node.kind === "scalar") return node.value === null ? undefined : String(node.value)
  if (node.kind === "list" || node.entries.length !== 1) return undefined
  const [entry] = node.entries
  return entry?.value.kind === "scalar" ? `${entry.key}: ${String(entry.value.value)}` : undefined
}

export const optionalText = (findings: Findings, node: Node | undefined, what: string): string | undefined =>
  node === undefined ? undefined : text(findings, node, what)

/** One of a few words. */
export const choice = <const Word extends string>(
  findings: Findings,
  node: Node | undefined,
  words: ReadonlyArray<Word>,
  what: string,
  code = "unknown-value",
): Word | undefined => {
  if (node === undefined) return undefined
  const found = words.find((word) => node.kind === "scalar" && node.value === word)
  if (found !== undefined) return found
  const list = words.join(", ")
  if (node.kind === "scalar" && typeof node.value === "string")
    findings.error(
      node,
      code,
      `${capital(what)} is one of ${list}, not ${inWords(node)}.`,
      didYouMean(node.value, words),
    )
  else expected(findings, node, `${what} is one of ${list}`)
  return undefined
}

export const flag = (findings: Findings, node: Node | undefined, what: string): boolean | undefined => {
  if (node === undefined) return undefined
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value
  const word = node.kind === "scalar" ? String(node.value).toLowerCase() : ""
  const meant = ["yes", "on"].includes(word) ? "true" : ["no", "off"].includes(word) ? "false" : undefined
  const suggestion = meant === undefined ? didYouMean(word, ["true", "false"]) : `Write ${meant}.`
  expected(findings, node, `${what} is true or false`, suggestion)
  return undefined
}

interface NumberRange {
  readonly least?: number
  /** The number must be above this. */
  readonly above?: number
  readonly most?: number
  readonly whole?: boolean
}

export const number = (
  findings: Findings,
  node: Node | undefined,
  what: string,
  range: NumberRange = {},
): number | undefined => {
  if (node === undefined) return undefined
  const value = node.kind === "scalar" ? node.value : undefined
  const words =
    (range.whole === true ? "a whole number" : "a number") +
    (range.least === undefined ? "" : ` of at least ${range.least}`) +
    (range.above === undefined ? "" : ` above ${range.above}`) +
    (range.most === undefined ? "" : ` up to ${range.most}`)
  if (
    typeof value === "number" &&
    (range.whole !== true || Number.isInteger(value)) &&
    (range.least === undefined || value >= range.least) &&
    (range.above === undefined || value > range.above) &&
    (range.most === undefined || value <= range.most)
  )
    return value
  if (typeof value === "number") findings.error(node, "out-of-range", `${capital(what)} is ${words}, not ${value}.`)
  else expected(findings, node, `${what} is ${words}`)
  return undefined
}

/** Milliseconds. */
export const duration = (findings: Findings, node: Node | undefined, what: string): number | undefined => {
  if (node === undefined) return undefined
  const parsed = node.kind === "scalar" && typeof node.value === "string" ? parseDuration(node.value) : undefined
  if (parsed !== undefined) return parsed
  const unit = node.kind === "scalar" && typeof node.value === "number" && node.value > 0
  findings.error(
    node,
    "wrong-duration",
    `${capital(what)} is a duration above zero such as 90s, 30m, 24h, 1h30m or 2w, not ${inWords(node)}.`,
    unit ? `A number needs its unit: ${node.value}s, ${node.value}m, ${node.value}h or ${node.value}d.` : undefined,
  )
  return undefined
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** RFC 3339, or a date alone, which is its first instant in UTC → milliseconds since 1970. */
export const instant = (findings: Findings, node: Node | undefined, what: string): number | undefined => {
  if (node === undefined) return undefined
  const written = node.kind === "scalar" && typeof node.value === "string" ? node.value : ""
  const match = DATE.exec(written)
  const parsed = match === null ? Number.NaN : Date.parse(written)
  const days = match === null ? 0 : new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate()
  if (match !== null && !Number.isNaN(parsed) && Number(match[3]) <= days) return parsed
  findings.error(
    node,
    "wrong-time",
    `${capital(what)} is a time with its zone such as 2026-11-01T00:00:00Z, not ${inWords(node)}.`,
  )
  return undefined
}

/** A list, or one item that stands for a list of it. */
export const oneOrMore = (findings: Findings, node: Node | undefined, what: string): ReadonlyArray<Node> => {
  if (node === undefined) return []
  if (node.kind !== "list") return [node]
  if (node.items.length === 0) findings.error(node, "empty-list", `${capital(what)} is an empty list.`)
  return node.items
}

/** A list in the file's sense: one item is an error. */
export const list = (findings: Findings, node: Node | undefined, what: string): ReadonlyArray<Node> => {
  if (node === undefined) return []
  if (node.kind === "list") return node.items
  expected(findings, node, `${what} is a list`)
  return []
}

export const eventPattern = (findings: Findings, node: Node, what: string): string => {
  const written = text(findings, node, what)
  if (written !== "" && !isEventPattern(written))
    findings.error(
      node,
      "wrong-pattern",
      `${capital(what)} is dotted words such as deploy.requested; \`*\` stands inside one word, \`**\` only as the last; not ${inWords(node)}.`,
    )
  return written
}

export const eventType = (findings: Findings, node: Node | undefined, what: string): string => {
  const written = text(findings, node, what)
  if (node !== undefined && written !== "" && !isEventType(written))
    findings.error(
      node,
      "wrong-type",
      `${capital(what)} is dotted words such as deploy.requested, not ${inWords(node)}.`,
    )
  return written
}

/** Free data, as JSON. Keys and truth values that YAML 1.1 would have read otherwise get a warning. */
export const json = (findings: Findings, node: Node): unknown => {
  if (node.kind === "list") return node.items.map((item) => json(findings, item))
  if (node.kind === "map") return jsonMap(findings, node)
  warnOfBoolean(findings, node)
  return node.value
}

export const jsonMap = (findings: Findings, node: Node): Readonly<Record<string, unknown>> => {
  if (node.kind !== "map") {
    expected(findings, node, "this is a map")
    return {}
  }
  for (const entry of node.entries)
    if (entry.plain && BOOLEAN_WORD.test(entry.key))
      findings.warning(
        entry.keySpan,
        "yaml-boolean",
        `The key ${entry.key} is the text "${entry.key}".`,
        `Write "${entry.key}": in quotes.`,
      )
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, json(findings, value)]))
}

const BOOLEAN_WORD = /^(?:yes|no|on|off)$/i

const warnOfBoolean = (findings: Findings, node: ScalarNode): void => {
  if (node.plain && typeof node.value === "string" && BOOLEAN_WORD.test(node.value))
    findings.warning(
      node,
      "yaml-boolean",
      `${node.value} without quotes is the text "${node.value}", not a truth value.`,
      `Write "${node.value}", or ${/^(?:yes|on)$/i.test(node.value) ? "true" : "false"}.`,
    )
}

/** Reports that something else was expected; the sentence says what: `the scope is a text`. */
export const expected = (findings: Findings, node: Node, what: string, suggestion?: string): void =>
  findings.error(node, "wrong-kind", `${capital(what)}, not ${inWords(node)}.`, suggestion)

/** Without the keys whose value is `undefined`. */
export const compact = <T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T

/** A map of one text key to each node, for what is written short: `route: "@coder"` is `route: { to: "@coder" }`. */
export const mapOf = (key: string, value: Node): MapNode => ({
  kind: "map",
  entries: [{ key, keySpan: value, value, plain: true }],
  start: value.start,
  end: value.end,
})

/** A map as it is; anything else as the one `key` of a map. */
export const mapOr = (key: string, node: Node): MapNode => (node.kind === "map" ? node : mapOf(key, node))

export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)
