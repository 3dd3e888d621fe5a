/**
 * JSONPath with the meaning of jsonpath-plus 10 (`wrap: false`), without scripts, filters, parents, names and types:
 * a path that can find one place only gives the value there; one with a wildcard, slice, union or `..` gives the list
 * of what it found, or `undefined` for nothing. Only own properties exist. A path is no part of a text's or a number's
 * meaning: those are read as they are.
 *
 * Unlike the library, a key of the data that looks like an operator (`*`, `0:2`) hides none of its neighbours.
 */
import { FactUnavailable } from "../facts.ts"
import type { Problem } from "./operators/operator.ts"
import { RecentCache } from "./recentCache.ts"

export const MAX_PATH_LENGTH_CHARS = 512
/** `..` looks at every value below; two in one path would look at each of them again and again. */
export const MAX_DESCENTS = 1

export type Segment =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "wildcard" }
  | { readonly kind: "slice"; readonly start: number; readonly end: number | undefined; readonly step: number }
  | { readonly kind: "union"; readonly keys: ReadonlyArray<string> }
  | { readonly kind: "descend" }

export interface Path {
  readonly segments: ReadonlyArray<Segment>
  /** The keys, where the path can find one place only. */
  readonly keys: ReadonlyArray<string> | undefined
  /** Equal for paths that mean the same: `$.a.b`, `a.b` and `$['a'].b`. */
  readonly canonical: string
}

const NAME = /[\p{L}\p{N}_$-]+/uy
const QUOTED = /\[(?:'([^']*)'|"([^"]*)")\]/uy
const QUOTED_NAME = /^[\p{L}\p{N}_$][\p{L}\p{N}_$ ./@+&=!-]*$/u
const BRACKET = /\[([^[\]'"]*)\]/uy
const SLICE = /^(-?\d*):(-?\d*)(?::(\d*))?$/

/** Parsed paths that are remembered in each of two generations; a set of contracts uses few, again and again. */
const MAX_REMEMBERED = 2_048
const remembered = new RecentCache<Path | Problem>(MAX_REMEMBERED)

/** The path taken apart, or what is wrong with it. */
export const parsePath = (text: string): Path | Problem => remembered.get(text) ?? remembered.set(text, parse(text))

const parse = (text: string): Path | Problem => {
  const segments: Array<Segment> = []
  if (text.length > MAX_PATH_LENGTH_CHARS) return badPath(text, `it is longer than ${MAX_PATH_LENGTH_CHARS} characters`)
  const unsupported = UNSUPPORTED.find(([pattern]) => pattern.test(text))
  if (unsupported !== undefined) return badPath(text, unsupported[1])
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  let at = text.startsWith("$") && (text.length === 1 || text[1] === "." || text[1] === "[") ? 1 : 0
  if (text === "") return badPath(text, "it is empty")
  const bare = at === 0
  while (at < text.length) {
    const first = bare && segments.length === 0
    if (text.startsWith("..", at) && !first) {
      segments.push({ kind: "descend" })
      at += text[at + 2] === "[" ? 2 : 1
      if (at >= text.length) return badPath(text, "it ends with `..`")
      continue
    }
    const dotted = text[at] === "." && !first
    if (dotted) at += 1
    if (dotted || first) {
      if (text[at] === "*") {
        segments.push({ kind: "wildcard" })
        at += 1
        continue
      }
      const name = take(NAME)
      if (name !== null) {
        segments.push({ kind: "key", key: name[0] })
        continue
      }
      if (dotted || text[at] !== "[") return badPath(text, `a name is expected at character ${at + 1}`)
    }
    const quoted = take(QUOTED)
    if (quoted !== null) {
      const key = quoted[1] ?? quoted[2] ?? ""
      if (!QUOTED_NAME.test(key)) return badPath(text, `${JSON.stringify(key)} cannot be written as a name in a path`)
      segments.push({ kind: "key", key })
      continue
    }
    const bracket = take(BRACKET)
    const segment = bracket === null ? undefined : bracketSegment(bracket[1]!)
    if (segment === undefined)
      return badPath(text, `it cannot be read from character ${at + 1 - (bracket?.[0].length ?? 0)} on`)
    if (typeof segment === "string") return badPath(text, segment)
    segments.push(segment)
  }
  if (segments.filter(({ kind }) => kind === "descend").length > MAX_DESCENTS)
    return badPath(text, "`..` may occur once in a path")
  const keys = segments.flatMap((segment) => (segment.kind === "key" ? [segment.key] : []))
  return {
    segments,
    keys: keys.length === segments.length ? keys : undefined,
    canonical: JSON.stringify(segments.map((segment) => (segment.kind === "key" ? segment.key : segment))),
  }
}

const UNSUPPORTED: ReadonlyArray<readonly [RegExp, string]> = [
  [/\?\(|\[\(|\[\?/, "filters and scripts are programs, and nothing in a contract is executed"],
  [/\^/, "`^` (the parent) is not supported"],
  [/~/, "`~` (the name) is not supported"],
  [/@\w+\(\)/, "type selectors are not supported"],
  [/`/, "escapes are not supported; write ['name']"],
]

const bracketSegment = (inside: string): Segment | string | undefined => {
  if (inside === "*") return { kind: "wildcard" }
  const slice = SLICE.exec(inside)
  if (slice !== null) {
    const [, start, end, step] = slice
    if (end !== undefined && end !== "" && Number(end) === 0) return "a slice that ends at 0 is empty"
    if (step !== undefined && step !== "" && Number(step) === 0) return "the step of a slice cannot be 0"
    return { kind: "slice", start: Number(start), end: end === "" ? undefined : Number(end), step: Number(step || 1) }
  }
  if (/^-\d+$/.test(inside)) return `[${inside}] finds nothing; write [${inside}:] for the last ones`
  const keys = inside.split(",")
  if (!keys.every((key) => /^[\p{L}\p{N}_$-]+$/u.test(key) && !/^-\d+$/.test(key))) return undefined
  return keys.length === 1 ? { kind: "key", key: inside } : { kind: "union", keys }
}

const badPath = (text: string, why: string): Problem => ({
  code: "bad-path",
  message: `The path ${JSON.stringify(text)} cannot be used: ${why}.`,
  suggestion: "Write a path such as $.pull_request.title, $.labels[0] or $.files[*].name.",
})

export const checkPath = (text: unknown): Problem | undefined => {
  if (typeof text !== "string")
    return { code: "bad-path", message: "A path is text.", suggestion: "Write a path such as $.pull_request.title." }
  const parsed = parsePath(text)
  return "code" in parsed ? parsed : undefined
}

/**
 * The value at `text` below a value. The value itself where it is no map or list.
 * @throws {TypeError} for a path that {@link checkPath} refuses; the compiled path throws {@link FactUnavailable} where
 * `..` meets data that is nested too deeply to be walked.
 */
export const compilePath = (text: string): ((value: unknown) => unknown) => {
  const { keys, segments } = parsedPath(text)
  return keys === undefined ? compileQuery(text, segments) : compileKeys(keys)
}

/** @throws {TypeError} for a path that {@link checkPath} refuses */
export const parsedPath = (text: string): Path => {
  const parsed = parsePath(text)
  if ("code" in parsed) throw new TypeError(parsed.message)
  return parsed
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null

/** Names that a plain JSON value has without owning them, and `length`, which `""` does not have for the library. */
export const INHERITED: ReadonlySet<string> = new Set(
  ["length"].concat(
    ...[Object, Array, String, Number, Boolean].map((type) => Object.getOwnPropertyNames(type.prototype as object)),
  ),
)

type Step = (value: unknown) => unknown

/**
 * The own property `key` of a JSON value. The test for ownership costs more than the read, and is left out for keys
 * that no JSON value inherits.
 */
const stepTo = (key: string): Step =>
  INHERITED.has(key)
    ? (value) => (value && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined)
    : (value) => (value === null || value === undefined ? undefined : (value as Record<string, unknown>)[key])

const compileKeys = (keys: ReadonlyArray<string>): Step => {
  if (keys.length === 0) return (value) => value
  if (keys.length === 1 && !INHERITED.has(keys[0]!)) {
    const key = keys[0]!
    return (value) => (isObject(value) ? value[key] : value)
  }
  if (keys.some((key) => INHERITED.has(key))) {
    const steps = keys.map(stepTo)
    return (value) => (isObject(value) ? steps.reduce((at: unknown, step) => step(at), value) : value)
  }
  return (value) => {
    if (!isObject(value)) return value
    let at: unknown = value
    for (let index = 0; index < keys.length; index++) {
      if (at === null || at === undefined) return undefined
      at = (at as Record<string, unknown>)[keys[index]!]
    }
    return at
  }
}

/** `listed`: found through something that may find several. */
type Found = (value: unknown, listed: boolean) => void

const compileQuery = (text: string, segments: ReadonlyArray<Segment>): Step => {
  return (value) => {
    if (!isObject(value)) return value
    const values: Array<unknown> = []
    let list = false
    try {
      trace(segments, 0, value, false, (found, listed) => {
        values.push(found)
        list ||= listed
      })
    } catch (error) {
      if (error instanceof RangeError) throw new FactUnavailable("path", `The data is nested too deeply for ${text}.`)
      throw error
    }
    return values.length === 0 ? undefined : values.length === 1 && !list ? values[0] : values
  }
}

const trace = (segments: ReadonlyArray<Segment>, at: number, value: unknown, listed: boolean, found: Found): void => {
  const segment = segments[at]
  if (segment === undefined) return found(value, listed)
  switch (segment.kind) {
    case "key":
      if (owns(value, segment.key)) trace(segments, at + 1, value[segment.key], listed, found)
      return
    case "union":
      for (const key of segment.keys) if (owns(value, key)) trace(segments, at + 1, value[key], true, found)
      return
    case "wildcard":
      if (isObject(value)) for (const item of Object.values(value)) trace(segments, at + 1, item, true, found)
      return
    case "slice": {
      if (!Array.isArray(value)) return
      const { length } = value
      const { start, end = length, step } = segment
      const last = end < 0 ? Math.max(0, end + length) : Math.min(length, end)
      const first = start < 0 ? Math.max(0, start + length) : Math.min(length, start)
      for (let index = first; index < last; index += step) trace(segments, at + 1, value[index], true, found)
      return
    }
    case "descend":
      trace(segments, at + 1, value, listed, found)
      if (isObject(value))
        for (const item of Object.values(value)) if (isObject(item)) trace(segments, at, item, true, found)
  }
}

const owns = (value: unknown, key: string): value is Record<string, unknown> =>
  Boolean(value) && Object.hasOwn(value as object, key)
