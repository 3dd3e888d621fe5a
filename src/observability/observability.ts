/** Logs, and traces, metrics and logs for a collector, as the environment asks for them. */
import { Effect, type Scope } from "effect"
import { loggingLayer, type LogSettingInvalid, readLogSettings, writeToStandardError } from "./logging.ts"
import { maskOfEnvironment } from "./mask.ts"
import { readTelemetrySettings } from "./otlpSettings.ts"
import type { startTelemetry } from "./telemetry.ts"
import { Tracing } from "./Tracing.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** Runs `body` with all of it; what has been gathered is sent when the scope closes. */
export const withObservability = <A, E, R>(
  environment: Environment,
  version: string,
  body: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | LogSettingInvalid, R | Scope.Scope> =>
  Effect.gen(function* () {
    const settings = yield* readLogSettings(environment, process.stderr.isTTY === true)
    const mask = maskOfEnvironment(environment)
    const telemetry = readTelemetrySettings(environment)
    const { traces, metrics, logs, warnings } = telemetry
    const local = loggingLayer(settings, mask, writeToStandardError)
    const isOn = traces !== undefined || metrics !== undefined || logs !== undefined
    const { spans, logger } = isOn ? yield* Effect.provide(load(telemetry, version), local) : NOTHING
    const logging = logger === undefined ? local : loggingLayer(settings, mask, writeToStandardError, [logger])
    const warned = Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
    return yield* Effect.andThen(warned, body).pipe(Effect.provide(logging), Effect.provideService(Tracing, spans))
  })

const NOTHING = { spans: undefined, logger: undefined }

const load = (...of: Parameters<typeof startTelemetry>) =>
  Effect.flatMap(
    Effect.promise(() => import("./telemetry.ts")),
    (telemetry) => telemetry.startTelemetry(...of),
  )
