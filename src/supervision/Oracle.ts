/**
 * Decides a sample of live events again with json-rules-engine, in the background. A difference between it and the
 * compiled conditions raises an event and a metric: one of the two is wrong, and somebody should know at once.
 */
import { Context, Effect, Layer, Queue } from "effect"
import { typeMatches } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import { daemonActor } from "../kernel/draft.ts"
import { recordedFacts } from "../kernel/eventFacts.ts"
import { decideWithLibrary } from "../language/conditions/oracle.ts"
import { FactUnavailable } from "../language/facts.ts"
import { oracleChecks } from "../observability/metrics.ts"
import { Mailboxes } from "./Mailboxes.ts"
import { Revisions } from "./Revisions.ts"

/** Events that wait to be decided again; while so many wait, further ones are not sampled. */
export const MAX_WAITING_SAMPLES = 64

/** The library is slow: after each check it rests this many times as long, so that decisions keep the processor. */
const REST_PER_WORK = 30

export class Oracle extends Context.Service<
  Oracle,
  {
    /** Returns when every sample taken so far has been decided again. */
    readonly settled: Effect.Effect<void>
  }
>()("charter/supervision/Oracle") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const mailboxes = yield* Mailboxes
      const revisions = yield* Revisions
      const samples = yield* Queue.dropping<LogRecord>(MAX_WAITING_SAMPLES)
      let waiting = 0
      const idle: Array<() => void> = []

      mailboxes.onCommitted((_, records) => {
        for (const record of records)
          if (
            record.decision !== undefined &&
            record.event.type !== "oracle.differed" &&
            Queue.offerUnsafe(samples, record)
          )
            waiting++
      })

      const check = Effect.fn("Oracle.check")(function* ({ event, decision }: LogRecord) {
        const { definitions } = revisions.current()
        if (decision === undefined || decision.revision !== definitions.revision) return
        const now = Date.parse(event.time)
        const facts = recordedFacts(event, now, definitions, decision.values)
        for (const { contract, shared } of definitions.cell(event.org, event.type).candidates) {
          const { when, from, until, on } = contract
          if (when === undefined || now < (from ?? now) || now >= (until ?? Number.POSITIVE_INFINITY)) continue
          if (!on.some((pattern) => typeMatches(pattern, event.type))) continue
          const compiled = decision.outcomes.some((outcome) => outcome.contract === contract.fullName)
          const library = yield* Effect.promise(() =>
            decideWithLibrary(when, shared, facts).catch((error: unknown) =>
              error instanceof FactUnavailable
                ? undefined
                : `it failed: ${error instanceof Error ? error.message : String(error)}`,
            ),
          )
          if (library === undefined) {
            oracleChecks.add("skipped")
          } else if (library === compiled) {
            oracleChecks.add("agreed")
          } else {
            oracleChecks.add("differed")
            yield* Effect.logError(`${contract.fullName} and json-rules-engine differ on event ${event.id}`)
            yield* mailboxes.submit(event.org, {
              kind: "report",
              type: "oracle.differed",
              actor: daemonActor(),
              data: { event: event.id, contract: contract.fullName, compiled, library },
            })
          }
        }
      })

      yield* Effect.forkScoped(
        Effect.forever(
          Effect.gen(function* () {
            const record = yield* Queue.take(samples)
            const started = performance.now()
            yield* Effect.catchCause(check(record), (cause) =>
              Effect.logWarning("an event could not be decided again", cause),
            )
            waiting--
            if (waiting === 0) for (const resume of idle.splice(0)) resume()
            yield* Effect.sleep((performance.now() - started) * REST_PER_WORK)
          }),
        ),
      )

      return Oracle.of({
        settled: Effect.callback<void>((resume) => {
          if (waiting === 0) resume(Effect.void)
          else idle.push(() => resume(Effect.void))
        }),
      })
    }),
  )
}
