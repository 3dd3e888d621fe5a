/**
 * What of the records goes to the daemon's own log: what an operator should hear of without asking. Never their data:
 * that has its place in the event log, where access to it is decided.
 */
import { Effect, LogLevel, References, Tracer } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { LogRecord } from "../domain/record.ts"
import { GLOBAL } from "../domain/names.ts"
import { parseTraceparent } from "../observability/traceparent.ts"
import type { Dependencies } from "./operations/dependencies.ts"
import { table } from "../domain/table.ts"

interface Note {
  readonly level: "debug" | "info" | "warn" | "error"
  readonly message: string
  readonly about?: Readonly<Record<string, unknown>>
}

type Notes = { readonly [T in keyof BuiltinData]?: (data: BuiltinData[T], event: Event) => Note | undefined }

const NOTES: Notes = table({
  "daemon.started": ({ version }) => ({ level: "info", message: "the rules are in force", about: { version } }),
  "contracts.revised": ({ revision }, { org }) =>
    org === GLOBAL ? { level: "info", message: "another revision is in force", about: { revision } } : undefined,
  "contracts.rejected": ({ files, errors }) => ({
    level: "warn",
    message: ["files are not taken as they are; the last good version stays in force", ...errors].join("\n"),
    about: { files },
  }),
  "clock.jumped": ({ by }) => ({ level: "warn", message: `the clock has jumped by ${by} ms` }),
  "oracle.differed": ({ event, contract }) => ({
    level: "error",
    message: "the compiled conditions and json-rules-engine differ; charter explain says what was decided",
    about: { event, contract },
  }),
  "bound.exceeded": ({ event }) => ({
    level: "warn",
    message: "an event has led to too many others, and is held for a human",
    about: { event },
  }),
  "run.started": ({ run, task, member, attempt }) => ({
    level: "debug",
    message: "a run has begun",
    about: { run, task, member, attempt },
  }),
  "run.ended": ({ run, task, outcome }) => ({
    level: "debug",
    message: "a run has ended",
    about: { run, task, outcome },
  }),
  "task.failed": ({ task, run, dead, attempt }) =>
    dead
      ? {
          level: "warn",
          message: "a task is dead: its last attempt has failed; charter tasks show says why",
          about: { task, run, attempt },
        }
      : { level: "info", message: "an attempt has failed and is made again", about: { task, run, attempt } },
  "token.created": ({ id, identity, kind }) => ({
    level: "info",
    message: "a token was made",
    about: { token: id, identity, kind },
  }),
  "token.revoked": ({ id }) => ({ level: "info", message: "a token was revoked", about: { token: id } }),
})

const LOG = { debug: Effect.logDebug, info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError }

/** Writes from now on. */
export const keepJournal = ({ mailboxes }: Dependencies): Effect.Effect<void> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const minimum = yield* References.MinimumLogLevel
    const everything = LogLevel.isGreaterThanOrEqualTo("Debug", minimum)
    mailboxes.onCommitted((org, records) => {
      for (const record of records) {
        const note = noteOf(record) ?? (everything ? decided(record) : undefined)
        if (note === undefined) continue
        const { traceparent, id } = record.event
        const trace = traceparent === undefined ? undefined : parseTraceparent(traceparent)
        const entry = Effect.annotateLogs(LOG[note.level](note.message), { org, event: id, ...note.about })
        Effect.runForkWith(context)(
          trace === undefined ? entry : Effect.provideService(entry, Tracer.ParentSpan, Tracer.externalSpan(trace)),
        )
      }
    })
  })

const noteOf = ({ event }: LogRecord): Note | undefined =>
  (NOTES[event.type as keyof BuiltinData] as ((data: unknown, event: Event) => Note | undefined) | undefined)?.(
    event.data,
    event,
  )

const decided = ({ event, decision }: LogRecord): Note | undefined =>
  decision === undefined
    ? undefined
    : {
        level: "debug",
        message: `${event.type} was decided`,
        about: { seq: event.seq, verdict: decision.verdict, rule: decision.rule, contracts: decision.contracts },
      }
