/** What a command prints: one answer on standard output, as text or as JSON; what goes on beside it on standard error. */
import { styleText } from "node:util"
import { clip, fold, plainLines } from "./text.ts"

export interface Output {
  readonly json: boolean
  /** Columns of the terminal; no end where what is printed goes elsewhere. */
  readonly columns: number
  /** `value` for a program, `text` for a person. */
  readonly answer: (value: unknown, text: () => string) => void
  /** A text that is kept as it is, to the last byte, where it goes to a file or a program. */
  readonly exact: (value: unknown, text: string) => void
  /** One of many answers: a line of text, or one of JSON. */
  readonly item: (value: unknown, text: () => string) => void
  /** For a person alone: what has happened beside the answer. */
  readonly note: (text: string) => void
  /** Shows what is waited for once it has taken longer than a second; the text is asked for again every second. */
  readonly during: <A>(doing: () => string, work: Promise<A>) => Promise<A>
}

/** What takes longer says so. */
const PATIENCE_MS = 1_000
const REPEAT_MS = 1_000

export const makeOutput = (json: boolean): Output => {
  const write = (text: string): void => {
    const fitting = process.stdout.isTTY && !json ? fold(text, process.stdout.columns) : text
    process.stdout.write(fitting.endsWith("\n") ? fitting : `${fitting}\n`)
  }
  return {
    json,
    columns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
    answer: (value, text) => write(json ? JSON.stringify(value, undefined, 2) : text()),
    exact: (value, text) => {
      if (json) return write(JSON.stringify(value, undefined, 2))
      if (process.stdout.isTTY) return write(plainLines(text))
      process.stdout.write(text)
    },
    item: (value, text) => write(json ? JSON.stringify(value) : text()),
    note: (text) => {
      process.stderr.write(`${forTerminal(text)}\n`)
    },
    during,
  }
}

/** What goes to standard error. */
export const forTerminal = (text: string): string => (process.stderr.isTTY ? fold(text, process.stderr.columns) : text)

const during = async <A>(doing: () => string, work: Promise<A>): Promise<A> => {
  const live = process.stderr.isTTY
  let shown = false
  const show = (): void => {
    if (live) process.stderr.write(`\r\x1b[K${dim(clip(doing(), process.stderr.columns - 1), process.stderr)}`)
    else if (!shown) process.stderr.write(`${doing()}\n`)
    shown = true
  }
  let timer = setTimeout(() => {
    show()
    timer = setInterval(show, REPEAT_MS)
  }, PATIENCE_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
    if (shown && live) process.stderr.write("\r\x1b[K")
  }
}

type Format = Parameters<typeof styleText>[0]
type Paint = (text: string, stream?: NodeJS.WriteStream) => string

/** Colours only on a terminal, and never where `NO_COLOR` is set. */
const paint =
  (format: Format): Paint =>
  (text, stream = process.stdout) =>
    styleText(format, text, { stream })

export const bold = paint("bold")
export const dim = paint("dim")
export const red = paint("red")
export const green = paint("green")
export const yellow = paint("yellow")
