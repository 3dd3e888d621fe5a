/**
 * Plain text that cannot be forged: what a file's author wrote is quoted or stands in its own indented block, invisible
 * characters are spelled out, and two different values never read the same.
 */
import { durationInWords } from "../../domain/duration.ts"

/** Lines are wrapped here; a single word that is longer stays whole. */
export const LINE_COLUMNS = 100

/** One line before it is wrapped; what does not fit goes on below, two columns further in. */
export interface Line {
  /** Columns. */
  readonly indent: number
  /** Without line breaks. */
  readonly text: string
}

/** Wrapped text without a final line break. Lines without text are blank. */
export const layout = (lines: ReadonlyArray<Line>, columns = LINE_COLUMNS): string =>
  lines.map((line) => wrap(line, columns)).join("\n")

/** What {@link layout} has made, for a narrower terminal. */
export const rewrap = (text: string, columns: number): string => {
  if (columns >= LINE_COLUMNS) return text
  const lines: Array<{ readonly indent: number; text: string }> = []
  let before = ""
  for (const line of text.split("\n")) {
    const seen = line.trimStart()
    const indent = line.length - seen.length
    const last = lines.at(-1)
    const goesOn =
      last !== undefined &&
      indent === hangingOf(last) &&
      before.length + 1 + seen.split(" ", 1)[0]!.length > LINE_COLUMNS
    if (goesOn) last.text += ` ${seen}`
    else lines.push({ indent, text: seen })
    before = line
  }
  return layout(lines, columns)
}

/** Control, formatting (bidirectional, zero-width), private and separator characters: they change what is seen. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu

/** The text in double quotes, escaped as in JSON. */
export const quote = (text: string): string =>
  JSON.stringify(text).replace(INVISIBLE, (found) =>
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`).join(
      "",
    ),
  )

/** A name as it is where it is one word, else quoted. */
export const word = (text: string): string => (/^[\p{L}\p{N}_@.:/#-]+$/u.test(text) ? text : quote(text))

/** A title as it is where it shows all that is in it, else quoted. */
export const title = (text: string): string => (isPlain(text) && !text.startsWith('"') ? text : quote(text))

/** What an author wrote for people, in the quotes of prose, line by line. Line breaks at its end are not shown. */
export const citation = (written: string, indent: number): ReadonlyArray<Line> => {
  const text = written.replace(/\n+$/, "")
  if (!text.split("\n").every(isPlain) || /[“”]/.test(text)) return [{ indent, text: quote(text) }]
  return `“${text}”`.split("\n").map((line, at) => ({ indent: at === 0 ? indent : indent + 1, text: line }))
}

/** Any plain value: strings quoted, lists and maps as JSON with a space after each comma, keys sorted. */
export const value = (of: unknown): string => {
  if (typeof of === "string") return quote(of)
  if (Array.isArray(of)) return `[${of.map(value).join(", ")}]`
  if (typeof of === "object" && of !== null)
    return `{${Object.entries(of)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${quote(key)}: ${value(entry)}`)
      .join(", ")}}`
  return String(of)
}

/** `a`, `a or b`, `a, b or c`. */
export const enumeration = (items: ReadonlyArray<string>, conjunction: "and" | "or"): string =>
  items.length < 2 ? (items[0] ?? "nothing") : `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`

/** `1 vote`, `2 votes`. */
/** `two thirds`, `60%`, or the fraction itself where a percentage would round it. */
export const share = (fraction: number): string => {
  if (fraction === 2 / 3) return "two thirds"
  const percent = Number((fraction * 100).toPrecision(12))
  return percent / 100 === fraction ? `${percent}%` : `the fraction ${fraction}`
}

/** Milliseconds in words. */
export const duration = durationInWords

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
]

/** `1 November 2026, 00:00 UTC`; with seconds and milliseconds only where there are some. */
export const moment = (milliseconds: number): string => {
  const date = new Date(milliseconds)
  const rest = date.getTime() % 60_000
  const clock = date.toISOString().slice(11, rest === 0 ? 16 : rest % 1_000 === 0 ? 19 : 23)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`
}

/** First letter in upper case. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Without surrounding space and without anything that is not seen. */
const isPlain = (text: string): boolean => text !== "" && text === text.trim() && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)

/** Breaks stand for exactly one space each, so that the text before wrapping can be read back. */
const wrap = ({ indent, text }: Line, columns: number): string => {
  if (text === "") return ""
  const hanging = " ".repeat(hangingOf({ indent, text }))
  const lines: Array<string> = []
  let line = " ".repeat(indent)
  let empty = true
  for (const piece of text.split(/(?<=\S) (?=\S)/)) {
    if (!empty && line.length + 1 + piece.length > columns) {
      lines.push(line)
      line = hanging + piece
    } else {
      line += empty ? piece : ` ${piece}`
    }
    empty = false
  }
  return [...lines, line].join("\n")
}

const hangingOf = ({ indent, text }: Line): number => indent + (text.startsWith("- ") ? 2 : 4)
