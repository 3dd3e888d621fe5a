/**
 * What an executable says on its standard output and error, line by line.
 *
 * A line of standard output that starts with `{` and is a JSON object with exactly one of these keys is understood:
 *
 * ```json
 * { "progress": "Reading the diff" }                        // may carry "data" beside it
 * { "usage": { "tokens": 1200, "usd": 0.02, "turns": 1 } }  // spent since the last such line
 * { "event": { "type": "review.done", "subject": "acme/app#12", "data": {} } }
 * { "checkpoint": { "read": 12 } }                          // any JSON: where the run is, for the next attempt
 * { "result": { "outcome": "approved" } }                   // any JSON; the last one counts
 * ```
 *
 * Every other line is progress, as it stands; so is one in which a key stands twice. Lines of standard error are progress whose `data` is
 * `{ "stream": "stderr" }`. The result is that of the last `result` line, else the last of the plain text of standard
 * output, else null.
 *
 * Output is bounded. Past a bound, progress is dropped, and said to be; usage is still counted, and events, checkpoints
 * and results are still read. One of these that cannot be taken is a fault that fails the run: none is ever lost in silence.
 */
import { stripVTControlCharacters } from "node:util"
import { isEventType } from "../domain/eventTypes.ts"
import { isJsonProblem, readStrictJsonText } from "../domain/strictJson.ts"
import type { Chunk } from "./Executor.ts"
import type { Usage } from "./limits.ts"
import { type Line, splitLines } from "./lines.ts"

/** Bytes of output shown of one run, where its configuration does not say, and the most that it may say. */
export const DEFAULT_OUTPUT_BYTES = 1024 * 1024
export const MAX_OUTPUT_BYTES = 16 * 1024 * 1024
/** Longest line that is read as JSON. What is larger belongs in a resource. */
export const MAX_LINE_BYTES = 256 * 1024
/** Longest text of one progress chunk, in UTF-16 code units. */
export const MAX_PROGRESS_CHARACTERS = 8 * 1024
/** Progress and usage chunks of one run. */
export const MAX_CHUNKS = 2_000
/** Events of one run, and the bytes of their lines together. */
export const MAX_EVENTS = 1_000
export const MAX_EVENT_BYTES = 8 * 1024 * 1024
/** Longest checkpoint, as the JSON of its line in UTF-8, and how many one run may make. */
export const MAX_CHECKPOINT_BYTES = 64 * 1024
export const MAX_CHECKPOINTS = 1_000
/** Plain text that becomes the result, in UTF-16 code units, counted from the end. */
export const MAX_RESULT_CHARACTERS = 64 * 1024
/** The end of standard error that goes into the error of a failed run. */
export const MAX_ERROR_BYTES = 4 * 1024

export interface OutputReader {
  readonly stdout: (bytes: Buffer) => ReadonlyArray<Chunk>
  readonly stderr: (bytes: Buffer) => ReadonlyArray<Chunk>
  /** Call once, when both are closed: what the last lines without a line break say, and the usage not yet told. */
  readonly end: () => ReadonlyArray<Chunk>
  readonly result: () => unknown
  /** The last of standard error, trimmed. */
  readonly errorTail: () => string
  /** Set where the run cannot succeed any more. */
  readonly fault: () => string | undefined
}

export interface OutputOptions {
  readonly maxOutputBytes: number
  /** Hides secrets in a line before anything is read from it. */
  readonly mask: (text: string) => string
  /** Called for each usage line, also where its chunk has to wait. */
  readonly onUsage: (usage: Usage) => void
}

export const readOutput = ({ maxOutputBytes, mask, onUsage }: OutputOptions): OutputReader => {
  const out = splitLines(MAX_LINE_BYTES)
  const err = splitLines(MAX_LINE_BYTES)
  let bytes = 0
  let chunks = 0
  let events = 0
  let eventBytes = 0
  let checkpoints = 0
  let cut = false
  let plain = ""
  let errorBytes: Buffer = Buffer.alloc(0)
  let result: { readonly value: unknown } | undefined
  let untold: Usage | undefined
  let fault: string | undefined

  /** A chunk, within the bounds; the first one past them is replaced by a chunk that says so. */
  const show = (chunk: Chunk): ReadonlyArray<Chunk> => {
    if (cut) return []
    chunks++
    if (bytes <= maxOutputBytes && chunks <= MAX_CHUNKS) return [chunk]
    cut = true
    const bound = bytes > maxOutputBytes ? `${maxOutputBytes} bytes` : `${MAX_CHUNKS} lines`
    return [{ kind: "progress", text: `The output is over ${bound}; the rest is not shown.`, data: { cut: true } }]
  }
  const showText = (text: string, data?: unknown): ReadonlyArray<Chunk> =>
    show({ kind: "progress", text: shorten(text), ...(data === undefined ? {} : { data }) })

  const readOut = (line: Line): ReadonlyArray<Chunk> => {
    bytes += line.bytes + 1
    if (cut && !COUNTED_START.test(line.text)) return []
    const tooLong = line.bytes > MAX_LINE_BYTES
    if (tooLong && PRECIOUS_START.test(line.text)) {
      fault ??= `a line of ${line.bytes} bytes with an event, a checkpoint or a result is over the bound of ${MAX_LINE_BYTES}`
      return []
    }
    const text = mask(line.text)
    const said = tooLong || !text.startsWith("{") ? undefined : parseLine(text)
    switch (said?.kind) {
      case undefined: {
        const visible = plainText(text)
        plain = appendBounded(plain, plain === "" ? visible : `\n${visible}`)
        return showText(visible)
      }
      case "progress":
        return showText(plainText(said.text), said.data)
      case "usage": {
        onUsage(said)
        const shown = show(said)
        if (shown[0] !== said) untold = untold === undefined ? said : addUsage(untold, said)
        return shown
      }
      case "event":
        events++
        eventBytes += line.bytes
        if (events > MAX_EVENTS) fault ??= `more than ${MAX_EVENTS} events`
        else if (eventBytes > MAX_EVENT_BYTES) fault ??= `more than ${MAX_EVENT_BYTES} bytes of events`
        return fault === undefined ? [said] : []
      case "checkpoint":
        checkpoints++
        if (line.bytes > MAX_CHECKPOINT_BYTES)
          fault ??= `a checkpoint of ${line.bytes} bytes is over the bound of ${MAX_CHECKPOINT_BYTES}`
        else if (checkpoints > MAX_CHECKPOINTS) fault ??= `more than ${MAX_CHECKPOINTS} checkpoints`
        return fault === undefined ? [said] : []
      case "result":
        result = said
        return []
    }
  }
  const readErr = (line: Line): ReadonlyArray<Chunk> => {
    bytes += line.bytes + 1
    return showText(plainText(mask(line.text)), STDERR)
  }

  return {
    stdout: (piece) => out.write(piece, cut).flatMap(readOut),
    stderr: (piece) => {
      errorBytes = Buffer.concat([errorBytes, piece.subarray(-MAX_ERROR_BYTES)]).subarray(-MAX_ERROR_BYTES)
      return cut ? [] : err.write(piece, false).flatMap(readErr)
    },
    end: () => [
      ...out.end().flatMap(readOut),
      ...err.end().flatMap(readErr),
      ...(untold === undefined ? [] : [untold]),
    ],
    result: () => {
      if (result !== undefined) return result.value
      const text = plain.trim().slice(-MAX_RESULT_CHARACTERS).toWellFormed()
      return text === "" ? null : text
    },
    errorTail: () => mask(errorBytes.toString("utf8")).split("\n").map(plainText).join("\n").trim(),
    fault: () => fault,
  }
}

/** The mark of what was said on standard error. */
export const STDERR = { stream: "stderr" } as const

/** Lines that count past the bounds too; each has but one key, and so starts with it. */
const COUNTED_START = /^\{\s*"(?:event|checkpoint|result|usage)"\s*:/
const PRECIOUS_START = /^\{\s*"(?:event|checkpoint|result)"\s*:/

type Said =
  | Extract<Chunk, { kind: "progress" | "usage" | "event" | "checkpoint" }>
  | { readonly kind: "result"; readonly value: unknown }

/** What a line of JSON says, or `undefined` where it is none of the known shapes. */
const parseLine = (text: string): Said | undefined => {
  const read = readStrictJsonText(text)
  if (isJsonProblem(read) || !isObject(read.json)) return undefined
  const line = read.json
  const { progress, data, usage, event, checkpoint, result } = line
  const keys = Object.keys(line).length
  if (typeof progress === "string") {
    if (keys === 1) return { kind: "progress", text: progress }
    return keys === 2 && data !== undefined ? { kind: "progress", text: progress, data } : undefined
  }
  if (keys !== 1) return undefined
  if (result !== undefined) return { kind: "result", value: result }
  if (checkpoint !== undefined) return { kind: "checkpoint", data: checkpoint }
  if (isObject(usage)) return parseUsage(usage)
  return isObject(event) ? parseEvent(event) : undefined
}

const USAGE_KEYS = ["tokens", "usd", "turns"] as const

/** A usage chunk of amounts that are not negative, or `undefined`. */
const parseUsage = (amounts: Readonly<Record<string, unknown>>): Usage | undefined => {
  const names = Object.keys(amounts)
  const sound = names.every((name) => (USAGE_KEYS as ReadonlyArray<string>).includes(name) && isAmount(amounts[name]))
  return sound && names.length > 0 ? { kind: "usage", ...amounts } : undefined
}

const parseEvent = (event: Readonly<Record<string, unknown>>): Said | undefined => {
  const { type, subject, data, ...others } = event
  if (typeof type !== "string" || !isEventType(type) || Object.keys(others).length > 0) return undefined
  if (subject !== undefined && typeof subject !== "string") return undefined
  return { kind: "event", type, ...(subject === undefined ? {} : { subject }), ...(data === undefined ? {} : { data }) }
}

const addUsage = (one: Usage, other: Usage): Usage => {
  const sum: { tokens?: number; usd?: number; turns?: number } = {}
  for (const key of USAGE_KEYS)
    if (one[key] !== undefined || other[key] !== undefined) sum[key] = (one[key] ?? 0) + (other[key] ?? 0)
  return { kind: "usage", ...sum }
}

const isAmount = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** As a terminal would leave it: without control sequences, and of a line that was overwritten only the last state. */
const plainText = (text: string): string => {
  const visible = stripVTControlCharacters(text).replace(/\r+$/, "")
  return visible.slice(visible.lastIndexOf("\r") + 1).replace(CONTROL, "\uFFFD")
}

// Line breaks and tabs may stand in the text of a JSON line.
const CONTROL = /[^\P{Cc}\t\n]/gu

const shorten = (text: string): string =>
  text.length <= MAX_PROGRESS_CHARACTERS ? text : `${text.slice(0, MAX_PROGRESS_CHARACTERS).toWellFormed()}…`

/** Keeps at least the last {@link MAX_RESULT_CHARACTERS}; cuts seldom, so that many short lines stay cheap. */
const appendBounded = (text: string, more: string): string => {
  const whole = text + more
  return whole.length <= 2 * MAX_RESULT_CHARACTERS ? whole : whole.slice(-MAX_RESULT_CHARACTERS)
}
