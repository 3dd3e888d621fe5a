/** Rows under headings, aligned. */
import { stripVTControlCharacters } from "node:util"
import { bold } from "./output.ts"

/** Two spaces between columns; the last one runs on. A column without any text is left out. */
export const table = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const columns = headings.map((_, column) => column).filter((column) => rows.some((row) => (row[column] ?? "") !== ""))
  const widths = columns.map((column) => Math.max(...[headings, ...rows].map((row) => width(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>): string =>
    columns.map((column, place) => pad(row[column] ?? "", widths[place]!)).join("  ").trimEnd()
  return [line(headings.map((heading) => bold(heading))), ...rows.map(line)].join("\n")
}

/** `text` filled up with spaces; longer text stays as it is. */
export const pad = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)))

/** Cut to so many columns, with an ellipsis. */
export const clip = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`

const width = (text: string): number => stripVTControlCharacters(text).length
