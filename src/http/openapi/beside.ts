/** The operations that have no row in the table of routes. */
import { Schema } from "effect"
import { MAX_BATCH_EVENTS } from "../limits.ts"
import { PUBLISH_PATH, PublishQuery } from "../publish.ts"
import { ProblemResult } from "../results/problem.ts"
import { PublishResult } from "../results/published.ts"
import { SOCKET_PATH } from "../socket/upgrade.ts"
import { STREAM_PATH, StreamQuery } from "../stream.ts"
import { type Described, JSON_TYPE, PLAIN_TEXT } from "./described.ts"

/** The component that describes an event on its way in. */
const NEW_EVENT = { $ref: "#/components/schemas/NewEvent" }
const BATCH = { type: "array", items: NEW_EVENT, maxItems: MAX_BATCH_EVENTS }

export const beside: ReadonlyArray<Described> = [
  {
    method: "POST",
    path: PUBLISH_PATH,
    summary: "Publishes an event, or a batch of them.",
    description:
      "One event answers 200 once it is decided, whatever the verdict, and 202 while it is held. A batch answers 200, " +
      "and for each event, in order, with what it would have got alone. Organization, source and id make a publish " +
      "idempotent: the same event twice is one event; the same key with other content is a 409. `wait=release` waits " +
      "for holds to end, for at most `timeout`.",
    token: "needed",
    query: PublishQuery,
    headers: {
      "Idempotency-Key": "The id of an event that has none; for one event, not for a batch.",
      traceparent: "W3C trace context, for events that name none.",
    },
    body: {
      [JSON_TYPE]: { anyOf: [NEW_EVENT, BATCH] },
      "application/cloudevents+json": NEW_EVENT,
      "application/cloudevents-batch+json": BATCH,
      "application/x-ndjson": { type: "string", description: "An event a line." },
    },
    answers: {
      200: {
        description: "Decided.",
        content: {
          [JSON_TYPE]: Schema.Union([PublishResult, Schema.Array(Schema.Union([PublishResult, ProblemResult]))]),
        },
      },
      202: { description: "Held.", content: { [JSON_TYPE]: PublishResult } },
    },
    problems: [400, 401, 403, 404, 409, 413, 415, 503],
  },
  {
    method: "GET",
    path: STREAM_PATH,
    summary: "Events as they come, as server-sent events.",
    description:
      "`id` is the cursor, `data` an Event. After a break a client goes on with `Last-Event-ID` or `after`; without " +
      "either, from now on. A cursor that the log has not reached, of another log or from before a restore, is a 410, on " +
      "which an `EventSource` does not try again by itself. A message `event: problem` says why the stream ends.",
    token: "needed",
    query: StreamQuery,
    headers: { "Last-Event-ID": "The cursor of the last event that was taken; it wins over `after`." },
    answers: { 200: { description: "The stream.", content: { "text/event-stream": PLAIN_TEXT } } },
    problems: [400, 401, 403, 404, 410, 503],
  },
  {
    method: "GET",
    path: SOCKET_PATH,
    summary: "The WebSocket: JSON messages with an `op`.",
    description: "The token comes in the header, or in the first message: `hello`.",
    token: "optional",
    answers: { 101: { description: "The connection is a WebSocket from here on." } },
    problems: [401, 403, 426, 503],
  },
  {
    method: "POST",
    path: "/v1/webhooks/{source}",
    summary: "A delivery from outside. Its signature over the raw body is what identifies the sender.",
    token: "none",
    params: Schema.Struct({ source: Schema.String }),
    body: { [JSON_TYPE]: { type: "object" } },
    answers: {
      200: { description: "Decided.", content: { [JSON_TYPE]: PublishResult } },
      202: { description: "Held.", content: { [JSON_TYPE]: PublishResult } },
    },
    problems: [400, 401, 403, 404, 409, 413, 415, 503],
  },
  {
    method: "GET",
    path: "/health",
    summary: "The process is alive.",
    token: "none",
    answers: { 200: json("Alive.", Schema.Struct({ status: Schema.Literal("alive"), pid: Schema.Int })) },
    problems: [403],
  },
  {
    method: "GET",
    path: "/ready",
    summary: "Whether events are taken.",
    token: "none",
    description:
      "503 while the daemon starts or stops (`starting`, `shutting-down`), and from a write of the log that has failed " +
      "until one succeeds (`log-unavailable`), which is tried without anybody's word.",
    answers: { 200: json("They are.", Schema.Struct({ status: Schema.Literal("ready") })) },
    problems: [403, 503],
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Metrics for Prometheus.",
    token: "needed",
    answers: { 200: { description: "Prometheus text.", content: { "text/plain": PLAIN_TEXT } } },
    problems: [401, 403, 503],
  },
  {
    method: "GET",
    path: "/openapi.json",
    summary: "This document.",
    token: "none",
    answers: { 200: { description: "OpenAPI 3.1.", content: { [JSON_TYPE]: { type: "object" } } } },
    problems: [403],
  },
  {
    method: "GET",
    path: "/docs",
    summary: "This document as a page.",
    token: "none",
    answers: { 200: { description: "HTML.", content: { "text/html": PLAIN_TEXT } } },
    problems: [403],
  },
]

function json(description: string, schema: Schema.Top) {
  return { description, content: { [JSON_TYPE]: schema } }
}
