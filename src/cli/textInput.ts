/** Text that a command is given: a file, or standard input. */
import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { Failure } from "./failure.ts"

/** Without a file, or with `-`, standard input. */
export const textInput = (file: string | undefined): Promise<string> =>
  file === undefined || file === "-" ? text(standardInput("The text")) : textFile(file)

/** Who is to write it on a terminal is told so. */
export const standardInput = (what: string): NodeJS.ReadableStream => {
  if (process.stdin.isTTY) process.stderr.write(`${what}, then Ctrl-D on a line of its own:\n`)
  return process.stdin
}

export const unreadable = (file: string, error: unknown): Failure => {
  const { code, message } = error as NodeJS.ErrnoException
  return new Failure(
    code === "ENOENT" ? `There is no file ${file}.` : `The file ${file} cannot be read: ${WHY[code ?? ""] ?? message}.`,
  )
}

const WHY: Readonly<Record<string, string>> = { EISDIR: "it is a folder", EACCES: "it is not yours to read" }

export const textFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw unreadable(file, error)
  }
}
