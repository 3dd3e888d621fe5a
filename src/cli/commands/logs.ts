/** `charter logs` */
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs"
import { outputFile } from "../../discovery/folders.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { Failure, misuse } from "../failure.ts"
import { plain, plainLines } from "../text.ts"
import { dim, red, yellow } from "../output.ts"
import { type LogEntry, type Paint, parseEntry, textLines } from "../../observability/logEntry.ts"

const DEFAULT_LINES = 50
/** No more than the end of the file is read for the first lines. */
const MAX_FIRST_BYTES = 1024 * 1024
const MAX_SLICE_BYTES = 64 * 1024
const POLL_MS = 100

export const logs = async ({ output, folders }: Invocation, given: Given): Promise<void> => {
  const wanted = readLines(textOption(given, "lines"))
  const file = outputFile(folders.data)
  if (!existsSync(file))
    throw new Failure(`No daemon has run in the background for ${folders.workspace}; there is no ${file}.`, {
      next: ["Start one: charter up", "One in the foreground prints where it was started."],
    })
  const show = (line: string): void => {
    const entry = parseEntry(line)
    if (entry === undefined) output.item({ line }, () => plain(line))
    else output.item(entry, () => textLines(plainEntry(entry), paintLevel))
  }
  const first = openTail(file, MAX_FIRST_BYTES)
  for (const line of [...first.lines(), first.rest()].filter((one) => one !== "").slice(-wanted)) show(line)
  if (given.options["follow"] !== true) return first.close()
  for (let tail = first; ;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    for (const line of tail.lines()) show(line)
    // A start moves a long file aside and begins another.
    if (!tail.isAt(file)) {
      tail.close()
      tail = openTail(file, Number.POSITIVE_INFINITY)
    }
  }
}

/** Lines of a file that others append to, from so many bytes before its end on. */
const openTail = (file: string, bytes: number) => {
  const descriptor = openSync(file, "r")
  const { ino, size } = fstatSync(descriptor)
  let offset = Math.max(0, size - bytes)
  let cut = offset > 0
  let rest = Buffer.alloc(0)
  return {
    /** The whole lines that have come since. */
    lines: (): ReadonlyArray<string> => {
      const slices = [rest]
      for (let read = -1; read !== 0;) {
        const slice = Buffer.alloc(MAX_SLICE_BYTES)
        read = readSync(descriptor, slice, 0, slice.length, offset)
        offset += read
        slices.push(slice.subarray(0, read))
      }
      const all = Buffer.concat(slices)
      const end = all.lastIndexOf("\n") + 1
      rest = all.subarray(end)
      const lines = all
        .toString("utf8", 0, end)
        .split("\n")
        .slice(cut ? 1 : 0, -1)
      if (end > 0) cut = false
      return lines
    },
    /** What follows the last line break, once. */
    rest: (): string => {
      const text = rest.toString("utf8")
      rest = Buffer.alloc(0)
      return text
    },
    isAt: (path: string): boolean => {
      const now = statSync(path, { throwIfNoEntry: false })
      return now === undefined || (now.ino === ino && now.size >= offset)
    },
    close: (): void => closeSync(descriptor),
  }
}

const readLines = (text: string | undefined): number => {
  const lines = text === undefined ? DEFAULT_LINES : Number(text)
  if (!Number.isInteger(lines) || lines < 1)
    throw misuse(`--lines is a whole number from 1, not ${JSON.stringify(text)}.`)
  return lines
}

/** What others wrote does not reach the terminal as it is. */
const plainEntry = (entry: LogEntry): LogEntry =>
  Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? plainLines(value) : value]),
  ) as LogEntry

const paintLevel: Paint = (level, text) =>
  level === "error" || level === "fatal" ? red(text) : level === "warn" ? yellow(text) : dim(text)
