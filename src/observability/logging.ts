/**
 * What the daemon writes about itself, on standard error: lines of JSON for programs, lines of text for people.
 *
 * | variable | values |
 * | --- | --- |
 * | CHARTER_LOG_LEVEL | trace, debug, info, warn, error, fatal, none; info where it is not set |
 * | CHARTER_LOG_FORMAT | json, text; text where standard error is a terminal, else json |
 */
import { styleText } from "node:util"
import {
  Cause,
  type Context,
  Data,
  Effect,
  type Fiber,
  Formatter,
  Layer,
  Logger,
  type LogLevel,
  Option,
  References,
  Tracer,
} from "effect"
import { jsonLine, LOG_LEVELS, type LogEntry, type LogLevelName, type Paint, textLines } from "./logEntry.ts"

type Environment = Readonly<Record<string, string | undefined>>

export interface LogSettings {
  readonly level: LogLevelName | "none"
  readonly format: "json" | "text"
}

export class LogSettingInvalid extends Data.TaggedError("LogSettingInvalid")<{
  readonly variable: string
  readonly value: string
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    return `${this.variable} is ${this.known.join(", ")}, not ${JSON.stringify(this.value)}`
  }
}

const LEVELS = [...LOG_LEVELS, "none"] as const
const FORMATS = ["json", "text"] as const

export const readLogSettings = (
  environment: Environment,
  isTerminal: boolean,
): Effect.Effect<LogSettings, LogSettingInvalid> =>
  Effect.all({
    level: oneOf(environment, "CHARTER_LOG_LEVEL", LEVELS, "info"),
    format: oneOf(environment, "CHARTER_LOG_FORMAT", FORMATS, isTerminal ? "text" : "json"),
  })

/** The format alone; what is not valid counts as if it were not set. */
export const logFormat = (environment: Environment, isTerminal: boolean): LogSettings["format"] => {
  const settings = Effect.runSync(Effect.option(readLogSettings(environment, isTerminal)))
  return Option.getOrUndefined(settings)?.format ?? (isTerminal ? "text" : "json")
}

/** Logs of everything inside, to `write`, and to `others`. Whatever `mask` hides is in none of them. */
export const loggingLayer = (
  { level, format }: LogSettings,
  mask: (text: string) => string,
  write: (line: string) => void,
  others: ReadonlyArray<Logger.Logger<unknown, unknown>> = [],
) => {
  const show = format === "json" ? jsonLine : (entry: LogEntry) => textLines(entry, PAINT)
  return Layer.mergeAll(
    Logger.layer([
      Logger.make((options) => write(`${show(maskedEntry(entryOf(options), mask))}\n`)),
      ...others.map((other) => masked(other, mask)),
    ]),
    Layer.succeed(References.MinimumLogLevel, MINIMUM[level]),
  )
}

/** Never waited for, and a reader that has gone is no reason to end. */
export const writeToStandardError = (line: string): void => void process.stderr.write(line)

const MINIMUM: Readonly<Record<LogSettings["level"], LogLevel.LogLevel>> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None",
}

/** Before it is written out: JSON and quotes would change how a secret looks. */
const maskedEntry = (entry: LogEntry, mask: (text: string) => string): LogEntry =>
  Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? mask(value) : value]),
  ) as LogEntry

/** An entry's error is a part of its message there: a cause could not be masked. */
const masked = (logger: Logger.Logger<unknown, unknown>, mask: (text: string) => string) =>
  Logger.make((options: Logger.Options<unknown>) => {
    const { message, error } = entryOf(options)
    const whole = error === undefined ? message : `${message}\n${error}`
    logger.log({ ...options, message: mask(whole), cause: Cause.empty, fiber: withSpan(options.fiber) })
  })

/** As far as loggers look at a fiber. */
const withSpan = (fiber: Fiber.Fiber<unknown, unknown>) =>
  ({
    id: fiber.id,
    getRef: (reference: Context.Reference<unknown>) => fiber.getRef(reference),
    cache: { ...fiber.cache, span: recordedSpan(fiber.cache.span) },
  }) as unknown as Fiber.Fiber<unknown, unknown>

const entryOf = ({ message, logLevel, cause, fiber, date }: Logger.Options<unknown>): LogEntry => {
  const parts = Array.isArray(message) ? (message as ReadonlyArray<unknown>) : [message]
  const errors = [
    ...parts.filter((part) => part instanceof Error).map(errorText),
    ...(cause.reasons.length === 0 ? [] : [Cause.pretty(cause)]),
  ]
  const span = recordedSpan(fiber.cache.span)
  return {
    time: date.toISOString(),
    level: logLevel.toLowerCase() as LogLevelName,
    message: parts
      .filter((part) => !(part instanceof Error))
      .map((part) => (typeof part === "string" ? part : Formatter.format(part)))
      .join(" "),
    ...fiber.getRef(References.CurrentLogAnnotations),
    ...(span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId }),
    ...(errors.length === 0 ? undefined : { error: errors.join("\n") }),
  }
}

/** Spans that Effect makes for itself are not exported: what is shown is the one of ours that they are in. */
const recordedSpan = (innermost: Tracer.AnySpan | undefined): Tracer.AnySpan | undefined => {
  let span = innermost
  while (span instanceof Tracer.NativeSpan) span = Option.getOrUndefined(span.parent)
  return span
}

const errorText = (error: Error): string => error.stack ?? error.message

const PAINT: Paint = (level, text) => {
  const colour = level === "error" || level === "fatal" ? "red" : level === "warn" ? "yellow" : "dim"
  return styleText(colour, text, { stream: process.stderr })
}

const oneOf = <const A extends string>(
  environment: Environment,
  variable: string,
  known: ReadonlyArray<A>,
  otherwise: A,
): Effect.Effect<A, LogSettingInvalid> => {
  const value = environment[variable]
  if (value === undefined || value === "") return Effect.succeed(otherwise)
  const found = known.find((one) => one === value.toLowerCase())
  return found === undefined ? Effect.fail(new LogSettingInvalid({ variable, value, known })) : Effect.succeed(found)
}
