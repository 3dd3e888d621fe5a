/** An OTLP collector over HTTP, for tests: keeps what it is sent as JSON, and misbehaves when told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
  readonly status: { readonly code: number; readonly message?: string }
}

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
}

/** `hangs`: takes requests and never answers; a number: answers with that status. */
export type Behaviour = "answers" | "hangs" | number

export class Collector {
  behaviour: Behaviour = "answers"
  readonly received: Array<Received> = []
  readonly #server = createServer((request, response) => void this.#take(request, response))
  /** Requests that have no answer yet. */
  open = 0
  mostOpen = 0

  static async start(): Promise<Collector> {
    const collector = new Collector()
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve))
    return collector
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get spans(): ReadonlyArray<CollectedSpan> {
    return this.#bodies("/v1/traces").flatMap((body) =>
      (body as TraceBody).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => ({ ...span, attributes: attributesOf(span.attributes) }) as unknown as CollectedSpan),
        ),
      ),
    )
  }

  get resources(): ReadonlyArray<Readonly<Record<string, unknown>>> {
    return this.#bodies("/v1/traces").flatMap((body) =>
      (body as TraceBody).resourceSpans.map(({ resource }) => attributesOf(resource.attributes)),
    )
  }

  get logs(): ReadonlyArray<{ readonly body: string; readonly traceId?: string; readonly severityText: string }> {
    return this.#bodies("/v1/logs").flatMap((body) =>
      (body as LogBody).resourceLogs.flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map((record) => ({ ...record, body: record.body.stringValue ?? "" })),
        ),
      ),
    )
  }

  get metricNames(): ReadonlySet<string> {
    return new Set(
      this.#bodies("/v1/metrics").flatMap((body) =>
        (body as MetricBody).resourceMetrics.flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
        ),
      ),
    )
  }

  /** All that was ever received, as text. */
  get text(): string {
    return this.received.map(({ headers, body }) => JSON.stringify(headers) + body.toString("latin1")).join("\n")
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open)
    response.once("close", () => this.open--)
    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const whole = Buffer.concat(chunks)
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole
    this.received.push({ path: request.url!, headers: request.headers, body })
    if (this.behaviour === "hangs") return
    response.writeHead(this.behaviour === "answers" ? 200 : this.behaviour).end("{}")
  }

  #bodies(path: string): ReadonlyArray<unknown> {
    return this.received
      .filter((one) => one.path === path && one.headers["content-type"] === "application/json")
      .map(({ body }) => JSON.parse(body.toString()) as unknown)
  }
}

type Attributes = ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>

interface TraceBody {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: Attributes }
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{ readonly attributes: Attributes }>
    }>
  }>
}
interface LogBody {
  readonly resourceLogs: ReadonlyArray<{
    readonly scopeLogs: ReadonlyArray<{
      readonly logRecords: ReadonlyArray<{
        readonly body: { readonly stringValue?: string }
        readonly severityText: string
        readonly traceId?: string
      }>
    }>
  }>
}
interface MetricBody {
  readonly resourceMetrics: ReadonlyArray<{
    readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<{ readonly name: string }> }>
  }>
}

const attributesOf = (attributes: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))

const plain = (value: Readonly<Record<string, unknown>>): unknown => {
  const [one] = Object.values(value)
  const { values } = (one ?? {}) as { readonly values?: ReadonlyArray<Readonly<Record<string, unknown>>> }
  return values === undefined ? one : values.map(plain)
}
