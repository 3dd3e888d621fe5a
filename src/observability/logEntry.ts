/** One entry of the daemon's own log, as a line of JSON and as a line for people. */

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const
export type LogLevelName = (typeof LOG_LEVELS)[number]

export interface LogEntry {
  /** RFC 3339, UTC. */
  readonly time: string
  readonly level: LogLevelName
  readonly message: string
  /** Of the trace that was going on, as W3C writes them. */
  readonly trace_id?: string
  readonly span_id?: string
  /** With its stack, where there is one. */
  readonly error?: string
  /** What it is about: `org`, `event`, `task`, `run`, ... */
  readonly [attribute: string]: unknown
}

export type Paint = (level: LogLevelName, text: string) => string

export const jsonLine = (entry: LogEntry): string => JSON.stringify(entry)

/** Several lines where the message has several, or where there is an error. */
export const textLines = (entry: LogEntry, paint: Paint = (_, text) => text): string => {
  const { time, level, message, error, ...attributes } = entry
  const about = Object.entries(attributes).map(([name, value]) => ` ${name}=${plain(value)}`)
  const [first = "", ...rest] = [...message.split("\n"), ...(error === undefined ? [] : error.split("\n"))]
  return [
    `${time.slice(11, 23)} ${paint(level, level.toUpperCase().padEnd(5))} ${first}${about.join("")}`,
    ...rest.map((line) => `  ${line}`),
  ].join("\n")
}

/** `undefined` where the line is something else. */
export const parseEntry = (line: string): LogEntry | undefined => {
  if (!line.startsWith("{")) return undefined
  try {
    const parsed = JSON.parse(line) as Partial<LogEntry>
    const { time, level, message } = parsed
    return typeof time === "string" && typeof message === "string" && LOG_LEVELS.includes(level as LogLevelName)
      ? (parsed as LogEntry)
      : undefined
  } catch {
    return undefined
  }
}

const plain = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return /^[\w@.:/#(),+-]+$/.test(text) ? text : JSON.stringify(text)
}
