/** Traces, metrics and logs by OTLP, for as long as the scope. Loaded only where something is exported. */
import { ConfigProvider, Context, Effect, Layer, Scope } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { OtlpExporter, OtlpLogger, OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import { deliverWith } from "./delivery.ts"
import type { BatchSettings, SignalName, SignalSettings, TelemetrySettings } from "./otlpSettings.ts"
import { METRICS } from "./registry.ts"
import { makeSpans } from "./Tracing.ts"

/** What has not been delivered when the daemon stops has this long. */
const SHUTDOWN_MS = 2_000

/** The spans to record and the logger to write to, of the signals that are exported. */
export const startTelemetry = Effect.fnUntraced(function* (settings: TelemetrySettings, version: string) {
  const services = yield* Layer.build(Layer.mergeAll(FetchHttpClient.layer, OtlpExporter.layerFlusher))
  const client = Context.get(services, HttpClient.HttpClient)
  // What is left of all three is sent at the same time: a collector that has gone holds up the end once.
  const together = yield* Scope.fork(yield* Effect.scope, "parallel")
  const { traces, metrics, logs, serviceName, attributes } = settings
  const resource = { serviceName, serviceVersion: version, attributes }

  const environmentOf = (signal: SignalName, { protocol, timeoutMs }: SignalSettings, maxBatches: number) => {
    const serialization = protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf
    return Layer.mergeAll(
      Layer.succeedContext(services),
      Layer.effect(Scope.Scope, Scope.fork(together)),
      Layer.succeed(HttpClient.HttpClient, deliverWith(client, { signal, maxBatches, timeoutMs })),
      // The settings are whole: nothing is read from the environment a second time.
      Layer.succeed(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown({})),
      serialization,
    )
  }
  const common = ({ url, headers, compression }: SignalSettings) => ({
    url,
    headers,
    compression,
    resource,
    shutdownTimeout: SHUTDOWN_MS,
  })
  const batched = (batch: BatchSettings) => ({
    ...common(batch),
    exportInterval: batch.delayMs,
    maxBatchSize: batch.maxBatch,
  })
  const batchesOf = ({ maxQueue, maxBatch }: BatchSettings): number => Math.max(1, Math.floor(maxQueue / maxBatch))

  const spans =
    traces === undefined
      ? undefined
      : makeSpans(
          yield* OtlpTracer.make(batched(traces)).pipe(
            Effect.provide(environmentOf("traces", traces, batchesOf(traces))),
          ),
          traces.sampler,
        )
  if (metrics !== undefined)
    yield* OtlpMetrics.make({
      ...common(metrics),
      exportInterval: metrics.intervalMs,
      temporality: metrics.temporality,
    }).pipe(Effect.provide(Layer.mergeAll(environmentOf("metrics", metrics, 1), Layer.succeedContext(METRICS))))
  const logger =
    logs === undefined
      ? undefined
      : yield* OtlpLogger.make(batched(logs)).pipe(Effect.provide(environmentOf("logs", logs, batchesOf(logs))))
  return { spans, logger }
})
