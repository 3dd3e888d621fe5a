/** Text on a terminal: as wide as it shows, cut, broken, and without what would steer the terminal. */
import { stripVTControlCharacters } from "node:util"
import { onOneLine } from "../domain/lineBreaks.ts"

/** `text` filled up with spaces; longer text stays as it is. */
export const pad = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)))

/** Cut to so many columns, with an ellipsis. */
export const clip = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`

/** Broken at spaces where it is longer; what follows the first line is indented. */
export const wrap = (text: string, columns: number): string => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `  ${word}`)
  }
  return lines.join("\n")
}

/**
 * The same on a narrower terminal: lines that are too long are broken at spaces, and go on under where they began. A
 * command stays whole, to be copied.
 */
export const fold = (text: string, columns: number): string =>
  text
    .split("\n")
    .map((line) => (width(line) <= columns ? line : foldLine(line, columns)))
    .join("\n")

/** Deepest that what goes on is indented: a label and its gap. */
const MAX_HANGING_COLUMNS = 16
/** Of a line in columns. */
const UNDER_COLUMNS = 4

const foldLine = (line: string, columns: number): string => {
  const seen = stripVTControlCharacters(line)
  const begin = /^(?: {2,}\S+ {2,}| +)/.exec(seen)?.[0].length ?? (/\S {2,}\S/.test(seen) ? UNDER_COLUMNS : 0)
  const hanging = " ".repeat(begin > MAX_HANGING_COLUMNS || begin > columns / 2 ? 2 : begin)
  const lines: Array<string> = []
  let current = ""
  for (const piece of unbreakable(line)) {
    if (current !== "" && width(current) + width(piece) > columns) {
      lines.push(current)
      current = hanging + piece.trimStart()
    } else current += piece
  }
  return [...lines, current].join("\n")
}

/** Words, each with the spaces before it; a command with all its words, up to a comma or the like outside of quotes. */
const unbreakable = (line: string): ReadonlyArray<string> => {
  const words = line.split(/(?<=\S)(?= )/)
  const pieces: Array<string> = []
  let command = ""
  for (const [index, word] of words.entries()) {
    const seen = stripVTControlCharacters(word).trimStart()
    if (command === "") pieces.push(word)
    else pieces[pieces.length - 1] += word
    if (command === "" && !(/^\(?charter$/.test(seen) && /^ [a-z-]/.test(words[index + 1] ?? ""))) continue
    command += seen
    if (/[,.;:)]$/.test(seen) && !/["']/.test(command)) command = ""
  }
  return pieces
}

export const width = (text: string): number => stripVTControlCharacters(text).length

// oxlint-disable-next-line no-control-regex
const STEERING_CHARACTERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** One line that others wrote, without what would steer the terminal, turn the direction of reading, or end the line. */
export const plain = (text: string): string => plainLines(onOneLine(text))

/** The same for a text of several lines: `\n` stays. */
export const plainLines = (text: string): string =>
  text.replaceAll(STEERING_CHARACTERS, (character) =>
    character === "\t" ? "  " : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  )

/** The beginning of an id that was made up, by which charter explain finds it, too. */
export const shortId = (id: string): string => (UUID.test(id) ? id.slice(0, SHORT_ID_CHARACTERS) : id)

const SHORT_ID_CHARACTERS = 8
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
