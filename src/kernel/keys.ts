/** Keys of counters and limits: whom or what is counted. */
import type { KeyPart } from "../domain/contract.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import { compilePath } from "../language/conditions/path.ts"
import { RecentCache } from "../language/conditions/recentCache.ts"

/** The text of an event's bucket. A missing value is a bucket of its own. */
export type KeyOf = (event: Event) => string

/** Buckets per counter or limit and organization. A full cap fails closed. */
export const MAX_KEYS_PER_WINDOW = 10_000

/** Longest key kept as it is, in characters; a longer one keeps its start and its length and a checksum. */
const MAX_KEY_LENGTH = 256

/** Key of what has none. */
export const MISSING = "-"

export const keyOfParts = (parts: ReadonlyArray<KeyPart>): KeyOf => {
  const readers = parts.map(readerOfPart)
  if (readers.length === 0) return () => ""
  const [first, second] = readers
  if (readers.length === 1) return (event) => keyText(first!(event))
  if (readers.length === 2) return (event) => `${keyText(first!(event))}\n${keyText(second!(event))}`
  return (event) => readers.map((read) => keyText(read(event))).join("\n")
}

/** `by` of `count`, `sum` and `history`: a word, or a JSONPath into `data`. */
export const keyOfBy = (by: string): KeyOf => {
  if (by === "none") return () => ""
  if (by.startsWith("$")) return keyOfParts([{ kind: "data", path: by }])
  return keyOfParts([{ kind: by as Exclude<KeyPart["kind"], "data"> } as KeyPart])
}

/** How a key reads in an explanation. */
export const keyInWords = (key: string): string =>
  key === ""
    ? "everybody together"
    : key
        .split("\n")
        .map((part) => (part === MISSING ? "(missing)" : part.slice(1)))
        .join(", ")

const readerOfPart = (part: KeyPart): ((event: Event) => unknown) => {
  switch (part.kind) {
    case "actor":
      return (event) => requesterOf(event.actor).name
    case "org":
      return (event) => event.org
    case "subject":
      return (event) => event.subject
    case "run":
      return (event) => event.run
    case "correlation":
      return (event) => event.correlationid
    case "data": {
      const read = compilePath(part.path)
      return (event) => read(event.data)
    }
  }
}

/** Strings and other values cannot be mistaken for each other: the first character tells them apart. */
const keyText = (value: unknown): string => {
  if (typeof value === "string")
    return value.length > MAX_KEY_LENGTH ? `l${shorten(value)}` : (texts.get(value) ?? texts.set(value, `s${value}`))
  if (value === undefined) return MISSING
  const text = JSON.stringify(value) ?? "null"
  return text.length <= MAX_KEY_LENGTH ? `j${text}` : `k${shorten(text)}`
}

/** The same few come again and again, and a text that has been looked up before is looked up faster than a new one. */
const texts = new RecentCache<string>(4_096)

/** Two 32-bit FNV-1a sums over the whole text: long keys that share a start stay apart. */
const shorten = (text: string): string => {
  let a = 0x811c9dc5
  let b = 0xc9dc5811
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ (code + index), 0x01000193)
  }
  const sum = (a >>> 0).toString(16) + (b >>> 0).toString(16)
  return `${text.slice(0, MAX_KEY_LENGTH - 40)}…${text.length}:${sum}`
}
