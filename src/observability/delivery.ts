/**
 * How batches of telemetry are sent: never more at once than there is room for, each for no longer than its time, and
 * what cannot be delivered is dropped and counted. Whoever made the batch never hears of it, and never waits.
 */
import { Duration, Effect, Schedule } from "effect"
import { type Headers, HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { telemetryDropped } from "./metrics.ts"
import type { SignalName } from "./otlpSettings.ts"

export interface DeliveryOptions {
  readonly signal: SignalName
  /** Batches on their way, with those that wait for another attempt. */
  readonly maxBatches: number
  readonly timeoutMs: number
}

/** What OTLP/HTTP says may be sent again. */
const PASSING_STATUS = new Set([429, 502, 503, 504])
const FIRST_PAUSE_MS = 250

export const deliverWith = (
  client: HttpClient.HttpClient,
  { signal, maxBatches, timeoutMs }: DeliveryOptions,
): HttpClient.HttpClient => {
  let onTheirWay = 0
  let failing = false

  const delivered = Effect.suspend(() => {
    if (!failing) return Effect.void
    failing = false
    return Effect.logInfo(`${signal} are delivered again`)
  })
  const dropped = (request: HttpClientRequest.HttpClientRequest, why: string) =>
    Effect.suspend(() => {
      telemetryDropped.add(signal)
      if (failing) return Effect.void
      failing = true
      return Effect.logWarning(
        `${signal} cannot be delivered to ${addressOf(request)}: ${why}; they are dropped until they can`,
      )
    })

  const attempt = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.flatMap(client.execute(request), (response) =>
      Effect.andThen(
        Effect.ignore(response.arrayBuffer),
        response.status < 300 ? Effect.void : Effect.fail(new Undelivered(response.status, response.headers)),
      ),
    ).pipe(
      Effect.tapError((error) => (error instanceof Undelivered ? Effect.sleep(error.retryAfter) : Effect.void)),
      Effect.retry({
        schedule: PAUSES,
        while: (error) => !(error instanceof Undelivered) || PASSING_STATUS.has(error.status),
      }),
      Effect.timeout(timeoutMs),
      Effect.matchEffect({
        onSuccess: () => delivered,
        onFailure: (error) => dropped(request, reasonOf(error)),
      }),
    )

  return HttpClient.make((request) =>
    Effect.suspend(() => {
      const done = Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(null, { status: 200 })))
      if (onTheirWay >= maxBatches)
        return Effect.andThen(dropped(request, "the ones before it are still on their way"), done)
      onTheirWay++
      return attempt(request).pipe(Effect.ensuring(Effect.sync(() => void onTheirWay--)), Effect.andThen(done))
    }),
  )
}

const PAUSES = Schedule.jittered(Schedule.exponential(FIRST_PAUSE_MS))

class Undelivered {
  readonly status: number
  readonly retryAfter: Duration.Duration
  constructor(status: number, headers: Headers.Headers) {
    this.status = status
    const seconds = Number(headers["retry-after"])
    this.retryAfter = Duration.seconds(Number.isFinite(seconds) && seconds > 0 ? seconds : 0)
  }
}

const reasonOf = (error: unknown): string => {
  if (error instanceof Undelivered) return `it answers ${error.status}`
  if (HttpClientError.isHttpClientError(error)) return causeOf(error.reason.cause) ?? "it cannot be reached"
  return "it does not answer in time"
}

/** The system's word for it, `ECONNREFUSED`: messages may hold more than is good. */
const causeOf = (cause: unknown): string | undefined => {
  for (let one = cause; one instanceof Error; one = one.cause) {
    const { code } = one as NodeJS.ErrnoException
    if (code !== undefined) return code
  }
  return undefined
}

/** Without a name and password. */
const addressOf = ({ url }: HttpClientRequest.HttpClientRequest): string => {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
