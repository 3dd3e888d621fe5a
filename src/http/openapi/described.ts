/** An operation as the document tells of it: a row of the table of routes, or what stands beside the table. */
import type { Schema } from "effect"
import { statusOf } from "../problem.ts"
import { ProblemResult } from "../results/problem.ts"
import type { Route } from "../route.ts"

export type Json = Readonly<Record<string, unknown>>

/** By media type; a schema of Effect, or JSON Schema for what is no JSON. */
export type Content = Readonly<Record<string, Schema.Top | Json>>

export interface Answer {
  readonly description: string
  readonly content?: Content
  /** What each header says. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface Described {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Whether a token is needed; `optional` where it may come later. */
  readonly token: "needed" | "optional" | "none"
  readonly params?: Schema.Struct<Schema.Struct.Fields>
  readonly query?: Schema.Struct<Schema.Struct.Fields>
  /** Headers that may be sent: what each is for. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Content
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of the problem documents that it can answer with. */
  readonly problems: ReadonlyArray<number>
}

export const JSON_TYPE = "application/json"
export const PROBLEM_TYPE = "application/problem+json"
export const PLAIN_TEXT: Json = { type: "string" }

export const describedRoute = (route: Route): Described => ({
  method: route.method,
  path: route.path,
  summary: route.summary,
  token: route.needsToken ? "needed" : "optional",
  params: route.params,
  query: route.query,
  ...(route.ifMatch || route.creates
    ? {
        headers: {
          ...(route.ifMatch ? { "If-Match": IF_MATCH } : undefined),
          ...(route.creates ? { "Idempotency-Key": IDEMPOTENCY_KEY } : undefined),
        },
      }
    : undefined),
  ...(route.body === undefined ? undefined : { body: { [JSON_TYPE]: route.body } }),
  answers: {
    [route.status]: {
      description: SUCCESSES[route.status] ?? "Done.",
      ...(route.etag === undefined ? undefined : { headers: { ETag: "The version, for `If-Match`." } }),
      content: { [JSON_TYPE]: route.result, ...(route.text === undefined ? undefined : { "text/plain": PLAIN_TEXT }) },
    },
    ...(route.pending !== undefined
      ? { 202: { description: "Held.", content: { [JSON_TYPE]: route.result } } }
      : undefined),
  },
  problems: [400, 401, 403, ...(route.body === undefined ? [] : [413, 415]), ...route.refusals.map(statusOf), 503],
})

/** Every status of a problem: what it says wherever it is answered. */
export const PROBLEMS: Readonly<Record<number, Answer>> = {
  400: problem("The request is not as described; `errors` has each finding with its place."),
  401: problem("The token is missing, unknown, expired or revoked.", { "WWW-Authenticate": "`Bearer`" }),
  403: problem("Not for this identity; or the request's Host or Origin is not allowed."),
  404: problem("It is not there, or not for this identity to see."),
  409: problem("It is in another state than the request takes for granted."),
  410: problem("`after` is ahead of the log, which is another one or was restored: begin without it."),
  412: problem("`If-Match` names another version than the present one; read it again."),
  413: problem("The body, the batch or the event is larger than its bound."),
  415: problem("The body is of a media type or an encoding that is not taken.", { Accept: "What is taken." }),
  426: problem("This is a WebSocket.", { Upgrade: "`websocket`" }),
  503: problem("Nothing has happened; the same request may be sent again.", {
    "Retry-After": "Seconds after which to try again.",
  }),
}

function problem(description: string, headers?: Readonly<Record<string, string>>): Answer {
  const content = { [PROBLEM_TYPE]: ProblemResult }
  return headers === undefined ? { description, content } : { description, content, headers }
}

const IF_MATCH = "The `ETag` that the change was made from; without it there is none yet."

const IDEMPOTENCY_KEY = "Sent again with the same key, it makes nothing more and answers as it did."

const SUCCESSES: Readonly<Record<number, string>> = { 200: "Done.", 201: "Made.", 202: "Accepted; it is not over yet." }
