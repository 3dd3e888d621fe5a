/** Rows under headings, aligned. */
import { bold } from "./output.ts"
import { pad, width } from "./text.ts"

/**
 * Two spaces between columns; a column without any text is left out. Where that is wider than the terminal, the last
 * column stands on lines of its own, without its heading.
 */
export const table = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  terminalColumns: number,
): string => {
  const columns = headings.map((_, column) => column).filter((column) => rows.some((row) => (row[column] ?? "") !== ""))
  const widths = columns.map((column) => Math.max(...[headings, ...rows].map((row) => width(row[column] ?? ""))))
  const wide = columns.length > 1 && widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) > terminalColumns
  const cells = (row: ReadonlyArray<string>): ReadonlyArray<string> =>
    columns.map((column, place) => pad(row[column] ?? "", widths[place]!))
  const line = (texts: ReadonlyArray<string>): string => texts.join(GAP).trimEnd()
  const head = cells(headings.map((heading) => bold(heading)))
  return wide
    ? [
        line(head.slice(0, -1)),
        ...rows.map(cells).flatMap((row) => [line(row.slice(0, -1)), GAP + line(row.slice(-1))]),
      ].join("\n")
    : [head, ...rows.map(cells)].map(line).join("\n")
}

const GAP = "  "
