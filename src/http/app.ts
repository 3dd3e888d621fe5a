/** The Hono application: every route with its handler, and what is said where there is none. */
import type { IncomingMessage } from "node:http"
import { Hono } from "hono"
import { Cause, Effect, Result } from "effect"
import { readBody, readJson } from "./body.ts"
import { type Edge, type Env, exitOf, identify, jsonResponse, pathOf, problemOf, queryOf } from "./edge.ts"
import { type Handler, NO_ROUTE, observed } from "./observe.ts"
import { openApiDocument } from "./openapi/document.ts"
import { openApiPage } from "./openapi/page.ts"
import { isHeld } from "./held.ts"
import { idempotencyKey } from "./idempotencyKey.ts"
import { internal, invalid, Problem } from "./problem.ts"
import { publish, PUBLISH_PATH } from "./publish.ts"
import type { Route } from "./route.ts"
import { routes } from "./routes.ts"
import { SOCKET_PATH } from "./socket/upgrade.ts"
import { eventStream, STREAM_PATH } from "./stream.ts"

export const makeApp = (edge: Edge): Hono<Env> => {
  const app = new Hono<Env>()
  const on = (method: string, path: string, handler: Handler) =>
    app.on(method, honoPath(path), observed(edge, path, handler))
  on("POST", PUBLISH_PATH, publish(edge))
  on("GET", STREAM_PATH, eventStream(edge))
  for (const route of routes) on(route.method, route.path, serve(edge, route))
  on("POST", "/v1/webhooks/{source}", webhook(edge))
  on("GET", SOCKET_PATH, ({ env: { incoming } }) => upgradeRequired().response(pathOf(incoming)))
  on("GET", "/health", () => jsonResponse({ status: "alive", pid: process.pid }, 200))
  on("GET", "/ready", ready(edge))
  on("GET", "/metrics", metrics(edge))
  on("GET", "/openapi.json", () => text(documents().json, "application/json"))
  on("GET", "/docs", () => new Response(documents().page, { headers: PAGE_HEADERS }))
  app.notFound(
    observed(edge, NO_ROUTE, ({ env: { incoming }, req }) => {
      const allowed = methodsOf(app, req.path)
      return (allowed.length > 0 ? methodNotAllowed(incoming, allowed) : notFound(incoming)).response(pathOf(incoming))
    }),
  )
  app.onError((error, { env: { incoming } }) => {
    edge.run(Effect.logError(`${incoming.method} ${pathOf(incoming)} failed:`, Cause.die(error)))
    return internal().response(pathOf(incoming))
  })
  return app
}

const serve =
  (edge: Edge, route: Route): Handler =>
  async ({ env: { incoming, outgoing }, req }) => {
    const path = pathOf(incoming)
    const anonymous = !route.needsToken && incoming.headers.authorization === undefined
    const identity = anonymous ? undefined : await identify(edge, incoming)
    if (identity instanceof Problem) return identity.response(path)
    const body = route.body === undefined ? NO_BODY : await readJson(incoming, ["application/json"])
    if (body instanceof Problem) return body.response(path)
    const ifMatch = route.ifMatch ? entityTag(incoming) : undefined
    if (ifMatch instanceof Problem) return ifMatch.response(path)
    const key = route.creates ? idempotencyKey(incoming) : undefined
    if (key instanceof Problem) return key.response(path)
    const call = route.prepare({ params: req.param(), query: queryOf(incoming), body: body.json, ifMatch, key })
    if (Result.isFailure(call)) return call.failure.response(path)

    const fiber = edge.run(call.success(edge.service, identity))
    outgoing.once("close", () => fiber.interruptUnsafe())
    const exit = await exitOf(fiber)
    if (exit._tag === "Failure") return problemOf(edge, exit.cause, `${route.method} ${route.path}`).response(path)
    const answer =
      route.text !== undefined && prefersText(incoming)
        ? text(route.text(exit.value), "text/plain; charset=utf-8")
        : jsonResponse(exit.value, route.pending?.(exit.value) === true ? 202 : route.status)
    if (route.etag !== undefined) answer.headers.set("etag", JSON.stringify(route.etag(exit.value)))
    return answer
  }

/** One strong entity tag. */
const entityTag = ({ headers }: IncomingMessage): string | undefined | Problem => {
  const header = headers["if-match"]
  if (header === undefined) return undefined
  return /^"([^"]*)"$/.exec(header)?.[1] ?? invalid("invalid-if-match", 'If-Match is one ETag, such as "3"')
}

/** The signature over the raw bytes is what identifies the sender, so they are not looked into here. */
const webhook =
  (edge: Edge): Handler =>
  async ({ env: { incoming }, req }) => {
    const path = pathOf(incoming)
    const body = await readBody(incoming)
    if (body instanceof Problem) return body.response(path)
    const exit = await exitOf(edge.run(edge.service.webhook(req.param("source") ?? "", headersOf(incoming), body)))
    return exit._tag === "Success"
      ? jsonResponse(exit.value, isHeld(exit.value) ? 202 : 200)
      : problemOf(edge, exit.cause, "webhook").response(path)
  }

const ready =
  (edge: Edge): Handler =>
  async ({ env: { incoming } }) => {
    const exit = await exitOf(edge.run(edge.service.ready))
    return exit._tag === "Success"
      ? jsonResponse({ status: "ready" }, 200)
      : problemOf(edge, exit.cause, "ready").response(pathOf(incoming))
  }

const metrics =
  (edge: Edge): Handler =>
  async ({ env: { incoming } }) => {
    const identity = await identify(edge, incoming)
    if (identity instanceof Problem) return identity.response(pathOf(incoming))
    const exit = await exitOf(edge.run(edge.service.metrics(identity)))
    return exit._tag === "Success"
      ? text(exit.value, "text/plain; version=0.0.4; charset=utf-8")
      : problemOf(edge, exit.cause, "metrics").response(pathOf(incoming))
  }

interface Documents {
  readonly json: string
  readonly page: string
}

let made: Documents | undefined

/** Made when somebody first asks: a daemon starts without them. */
const documents = (): Documents => {
  if (made === undefined) {
    const document = openApiDocument()
    made = { json: JSON.stringify(document), page: openApiPage(document) }
  }
  return made
}

/** The page has a style of its own and nothing else. */
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
}

const NO_BODY = { json: {} }

const text = (body: string, type: string): Response => new Response(body, { headers: { "content-type": type } })

/** `/v1/holds/{id}` → `/v1/holds/:id`. */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1")

/** Asked only where a request has no route, so that one that has meets its handler alone. */
const methodsOf = (app: Hono<Env>, path: string): ReadonlyArray<string> =>
  [...new Set(app.routes.map(({ method }) => method))]
    .filter((method) => app.router.match(method, path)[0].length > 0)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))

const methodNotAllowed = ({ method }: IncomingMessage, allowed: ReadonlyArray<string>): Problem => {
  const allow = allowed.toSorted().join(", ")
  return new Problem(405, "method-not-allowed", `${method} does nothing here; ${allow} does`, undefined, { allow })
}

const notFound = (incoming: IncomingMessage): Problem =>
  pathOf(incoming).length > 1 && pathOf(incoming).endsWith("/")
    ? new Problem(404, "route-unknown", "there is nothing here; leave the / at the end out")
    : new Problem(404, "route-unknown", "there is nothing at this path")

const upgradeRequired = (): Problem =>
  new Problem(426, "upgrade-required", "this is a WebSocket", undefined, {
    upgrade: "websocket",
    connection: "upgrade",
  })

const prefersText = ({ headers: { accept = "" } }: IncomingMessage): boolean =>
  accept.includes("text/plain") && !accept.includes("json")

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")]],
    ),
  )
