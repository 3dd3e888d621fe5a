/** Tells the demo on the terminal, and counts what comes out otherwise than it should. */
import { styleText } from "node:util"

const PAUSE_MS = 1_200
const MIN_COLUMNS = 60
/** Of every column but the last. */
const MAX_CELL_CHARACTERS = 42

export class Narrator {
  surprises = 0
  readonly #fast: boolean
  #chapters = 0
  #progress = ""

  /** Pauses between chapters only where somebody reads along. */
  constructor(fast: boolean) {
    this.#fast = fast || !process.stdout.isTTY
  }

  async chapter(title: string): Promise<void> {
    if (!this.#fast && this.#chapters > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    this.#line(`\n${bold(`${++this.#chapters}. ${title}`)}`)
  }

  say(text: string): void {
    this.#line(text)
  }

  /** Something that must be so. */
  expect(holds: boolean, text: string): void {
    if (!holds) this.surprises++
    this.#line(holds ? `${green("✓")} ${text}` : `${red("✗")} ${text}`)
  }

  quote(text: string): void {
    this.#line(
      text
        .split("\n")
        .map((line) => `  ${dim("│")} ${line}`)
        .join("\n"),
    )
  }

  /** On a terminal: one line that the next one replaces. */
  progress(text: string): void {
    if (!process.stdout.isTTY) return
    this.#progress = text
    process.stdout.write(`\r\x1b[K${text}`)
  }

  /** Columns as wide as they need, the last one cut to the terminal. */
  table(headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): void {
    const columns = Math.max(MIN_COLUMNS, process.stdout.columns ?? 110)
    const widths = headings.map((heading, index) => {
      const longest = Math.max(heading.length, ...rows.map((row) => (row[index] ?? "").length))
      return index === headings.length - 1 ? longest : Math.min(longest, MAX_CELL_CHARACTERS)
    })
    const line = (cells: ReadonlyArray<string>): string => {
      const padded = cells.map((cell, index) => clip(cell, widths[index]!).padEnd(widths[index]!))
      return `  ${clip(padded.join("  ").trimEnd(), columns - 2)}`
    }
    this.#line([dim(line(headings)), ...rows.map(line)].join("\n"))
  }

  #line(text: string): void {
    if (this.#progress !== "") process.stdout.write("\r\x1b[K")
    this.#progress = ""
    process.stdout.write(`${text}\n`)
  }
}

const clip = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

const paint =
  (style: "bold" | "dim" | "red" | "green") =>
  (text: string): string =>
    styleText(style, text, { stream: process.stdout })
const bold = paint("bold")
const dim = paint("dim")
const red = paint("red")
const green = paint("green")
