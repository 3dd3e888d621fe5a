/** Reads one file as text, or says why it cannot be taken. Never blocks on a pipe, never reads more than the bound. */
import { isUtf8 } from "node:buffer"
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"
import type { Diagnostic } from "../domain/diagnostic.ts"

/** Largest file that is read. */
export const MAX_FILE_BYTES = 1024 * 1024

/** `file` is how the diagnostic names it, `path` where it lies. */
export const readText = (file: string, path: string): string | Diagnostic => {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stats = fstatSync(descriptor)
      if (!stats.isFile()) return notAFile(file)
      if (stats.size > MAX_FILE_BYTES) return tooLarge(file, stats.size)
      const bytes = readFileSync(descriptor)
      if (bytes.length > MAX_FILE_BYTES) return tooLarge(file, bytes.length)
      return isUtf8(bytes) ? bytes.toString("utf8") : notUtf8(file, bytes)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return unreadable(file, error)
  }
}

/** An error about the file as a whole. */
export const fault = (file: string, code: string, message: string, suggestion: string): Diagnostic => ({
  file,
  line: 1,
  column: 1,
  severity: "error",
  code,
  message,
  suggestion,
})

export const notAFile = (file: string): Diagnostic =>
  fault(file, "not-a-file", "this is not a plain file.", "Put a YAML file here, or give what is here another name.")

export const unreadable = (file: string, error: unknown): Diagnostic =>
  fault(
    file,
    "unreadable",
    `this cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    "Let the user that the daemon runs as read it.",
  )

const tooLarge = (file: string, bytes: number): Diagnostic =>
  fault(
    file,
    "file-too-large",
    `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read.`,
    "Split it into several files.",
  )

const LINE_FEED = 10

const notUtf8 = (file: string, bytes: Buffer): Diagnostic => {
  let line = 1
  let start = 0
  for (let end; (end = bytes.indexOf(LINE_FEED, start)) >= 0 && isUtf8(bytes.subarray(start, end)); start = end + 1)
    line++
  const rest = bytes.subarray(start).toString("utf8")
  return {
    ...fault(file, "not-utf8", "this is not UTF-8 from here on.", "Save the file as UTF-8."),
    line,
    column: rest.indexOf("\uFFFD") + 1,
  }
}
