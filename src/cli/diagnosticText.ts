/** What is wrong with a file, for people: where, what, what to write instead; on a terminal with the line itself. */
import { type Diagnostic, formatDiagnostic } from "../domain/diagnostic.ts"
import { bold, dim, red, yellow } from "./output.ts"
import { plain, wrap } from "./text.ts"

/** One line of text, as other programs print it, where `terminal` is not set. */
export const diagnosticText = (
  diagnostic: Diagnostic,
  text: string | undefined,
  terminal: NodeJS.WriteStream,
): string => {
  if (!terminal.isTTY) return plain(formatDiagnostic(diagnostic))
  const { file, line, column, severity, message, suggestion, code } = diagnostic
  const paint = severity === "error" ? red : yellow
  const place = `${file}:${line}:${column}`
  const said = wrap(
    `${place} ${severity}: ${plain([message, suggestion].filter((part) => part !== undefined).join(" "))}`,
    terminal.columns,
  )
  return [
    `${said.replace(`${place} ${severity}`, () => `${bold(place, terminal)} ${paint(severity, terminal)}`)} ${dim(`[${code}]`, terminal)}`,
    ...excerpt(text?.split("\n")[line - 1], line, column, (mark) => paint(mark, terminal)),
  ].join("\n")
}

/** The line with a caret under the column; of a long line, what is around it. */
const excerpt = (
  text: string | undefined,
  line: number,
  column: number,
  paint: (text: string) => string,
): ReadonlyArray<string> => {
  if (text === undefined || text.trim() === "") return []
  const number = `${line}`.padStart(GUTTER_COLUMNS)
  const start = column > MAX_EXCERPT_COLUMNS ? column - MAX_EXCERPT_COLUMNS / 2 : 0
  const before = plain(text.slice(start, column - 1))
  const shown = before + plain(text.slice(column - 1, start + MAX_EXCERPT_COLUMNS))
  return [
    `${dim(`${number} |`)} ${shown}`,
    `${" ".repeat(GUTTER_COLUMNS)} ${dim("|")} ${" ".repeat(before.length)}${paint("^")}`,
  ]
}

const GUTTER_COLUMNS = 5
const MAX_EXCERPT_COLUMNS = 72
