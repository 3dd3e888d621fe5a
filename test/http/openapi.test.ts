/** The document is held to the daemon: what it says is there, and nothing is answered that it does not say. */
import { createHmac } from "node:crypto"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Effect, Stream } from "effect"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeApp } from "../../src/http/app.ts"
import type { Edge } from "../../src/http/edge.ts"
import type { Json } from "../../src/http/openapi/described.ts"
import type { OpenApi, Operation, Parameter } from "../../src/http/openapi/document.ts"
import { openApiDocument } from "../../src/http/openapi/document.ts"
import { LogUnavailable } from "../../src/log/EventLog.ts"
import { type Daemon, startDaemon, WEBHOOK_SECRET } from "./daemon.ts"
import { type Door, identity, openDoor, type Operations } from "./fake.ts"
import { valuesFor } from "./schemaValues.ts"

const RUNS = 40

const document = JSON.parse(JSON.stringify(openApiDocument())) as OpenApi

interface Placed {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
}
const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]): Placed => {
    const upper = method.toUpperCase()
    return { name: `${upper} ${path}`, method: upper, path, operation }
  }),
)
const named = (name: string): Placed => operations.find((one) => one.name === name)!

let daemon: Daemon
/** What is there: ids and names for requests to be about. */
const known: Array<string> = ["@team", "@elsewhere", "dana", "@erik", "deploy.requested", "note.taken", "approve"]

beforeAll(async () => {
  daemon = await startDaemon()
  const held = await published("deploy.requested")
  const token = (await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })).json
  known.push(held.id, held.hold!, held.proposals![0]!, (token as { readonly id: string }).id)
  known.push((await published("work.requested")).tasks![0]!, "@team/nobody-drops", "nobody-drops")
})
afterAll(() => daemon.stop())

const published = async (type: string) => {
  const { json } = await daemon.call("POST", "/v1/events", { json: { type, org: "@team" } })
  return json as { id: string; hold?: string; proposals?: ReadonlyArray<string>; tasks?: ReadonlyArray<string> }
}

// ── what a reply must be ────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The document lets answers have more than it says, for later versions; this one may not. A problem may: what it adds
 * depends on its case.
 */
const closed = (value: unknown, name = ""): unknown => {
  if (Array.isArray(value)) return value.map((one) => closed(one))
  if (typeof value !== "object" || value === null) return value
  const all = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one, key)]))
  return "properties" in all && all["additionalProperties"] === true && name !== "Problem"
    ? { ...all, additionalProperties: false }
    : all
}

/** By operation, the statuses that it has answered with as described. */
const reached = new Map(operations.map(({ name }) => [name, new Set<number>()]))

const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
ajv.addSchema({ ...(closed(document) as object), $id: "https://document.test/openapi" })

const faultsOf = (place: ReadonlyArray<string>, value: unknown): string | undefined => {
  const pointer = place.map((part) => `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`)
  const validate = ajv.getSchema(`https://document.test/openapi#${pointer.join("")}`)!
  return validate(value) === true ? undefined : ajv.errorsText(validate.errors)
}

interface Sent {
  /** Of another door than the daemon's. */
  readonly url?: string
  readonly target: string
  readonly token: string | undefined
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends it, and holds what comes back to the document. The status, and the body where it is JSON. */
const conforms = async ({ name, method, path, operation }: Placed, sent: Sent) => {
  const stop = new AbortController()
  const response = await fetch(`${sent.url ?? daemon.url}${sent.target}`, {
    method,
    headers: {
      ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
      ...(sent.body === undefined ? {} : { "content-type": sent.type ?? "application/json" }),
      ...sent.headers,
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
    signal: stop.signal,
  })
  const { status } = response
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!
  const streams = type === "text/event-stream"
  const text = streams ? "" : await response.text()
  stop.abort()
  const what = `${name}: ${sent.target} ${sent.body ?? ""} → ${status} ${text}`
  // Nothing but a door whose log is away has a reason for it.
  if (sent.url === undefined) expect(status, what).toBeLessThan(500)
  const said = operation.responses[status]
  expect(said, `${what} is not documented`).toBeDefined()
  reached.get(name)!.add(status)
  const place =
    "$ref" in said! ? said.$ref.split("/").slice(1) : ["paths", path, method.toLowerCase(), "responses", `${status}`]
  const { content = {} } = "$ref" in said! ? document.components.responses[place.at(-1)!]! : said!
  expect(Object.keys(content), what).toContain(type)
  if (status === 401) expect(response.headers.get("www-authenticate"), what).toContain("Bearer")
  if (!type.endsWith("json")) return { status, json: undefined }
  const json: unknown = JSON.parse(text)
  expect(faultsOf([...place, "content", type, "schema"], json), what).toBeUndefined()
  return { status, json }
}

// ── generated requests ──────────────────────────────────────────────────────────────────────────────────────────────

const values = valuesFor(document.components.schemas, () => known)

/** Of the parameters of one place, those that are needed and some of the others. */
const parametersOf = (
  operation: Operation,
  place: Parameter["in"],
): fc.Arbitrary<Readonly<Record<string, unknown>>> => {
  const some = operation.parameters.filter((parameter) => parameter.in === place)
  return fc.record(Object.fromEntries(some.map(({ name, schema }) => [name, values.of(schema)])), {
    requiredKeys: some.filter(({ required }) => required).map(({ name }) => name),
  })
}

/** `..` is taken out of a URL before it is sent. */
const isSegment = (value: unknown): boolean => value !== "" && value !== "." && value !== ".."

const targetOf = (
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
) => {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [key, String(one)]),
    ),
  )
  // Nobody waits long here for a release.
  if (search.get("wait") === "release") search.set("timeout", "20ms")
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  return search.size === 0 ? filled : `${filled}?${search}`
}

const targets = ({ path, operation }: Placed) =>
  fc
    .tuple(
      parametersOf(operation, "path").filter((params) => Object.values(params).every(isSegment)),
      parametersOf(operation, "query"),
    )
    .map(([params, query]) => targetOf(path, params, query))

const tokens = () => fc.constantFrom(...Object.values(daemon.tokens))

const mediaTypesOf = ({ requestBody }: Operation): ReadonlyArray<readonly [string, Json]> =>
  Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema])

const encoded = (type: string, value: unknown): string =>
  type === "application/x-ndjson" ? String(value) : JSON.stringify(value)

const validBodies = (operation: Operation): fc.Arbitrary<{ readonly type?: string; readonly body?: string }> => {
  const bodies = mediaTypesOf(operation).map(([type, schema]) =>
    values
      .of(schema)
      .filter(isTaken)
      .map((value) => ({ type, body: encoded(type, value) })),
  )
  if (operation.requestBody?.required !== true) bodies.push(fc.constant({}) as never)
  return fc.oneof(...bodies)
}

/** A key with a backslash is JSON, and is refused all the same; no schema can say so. */
const isTaken = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  Object.entries(value).every(([key, part]) => !key.includes("\\") && isTaken(part))

/** It ends the daemon: last, and by itself. */
const SHUTDOWN = "POST /v1/shutdown"
const living = operations.filter(({ name }) => name !== SHUTDOWN).map((one) => [one.name, one] as const)

describe("the document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...document })).toEqual({ valid: true })
    expect(validator.version).toBe("3.1")
  })

  it("has every route of the daemon, and nothing else", () => {
    const routes = makeApp({} as Edge).routes.filter(({ method }) => method !== "ALL")
    const served = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
    expect(operations.map(({ name }) => name).toSorted()).toEqual(served.toSorted())
  })

  it("gives each operation an id of its own, a path with all its parameters, and bearer tokens where one is needed", async () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    for (const { name, path, operation } of operations) {
      const params = operation.parameters.filter((parameter) => parameter.in === "path")
      expect(
        params.map((parameter) => parameter.name),
        name,
      ).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one))
    }
    const answered = async ({ method, path }: Placed) =>
      (await daemon.call(method, path.replaceAll(/\{\w+\}/g, "x"), { token: undefined })).status
    for (const one of operations.filter(({ path }) => !path.startsWith("/v1/webhooks")))
      expect([one.name, (await answered(one)) === 401]).toEqual([one.name, one.operation.security.length === 1])
  })

  it("is served to anybody, and as a page that needs no other host and no script", async () => {
    const { status, json, headers } = await daemon.call("GET", "/openapi.json", { token: undefined })
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"])
    expect(json).toEqual(document)
    const page = await daemon.call("GET", "/docs", { token: undefined })
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
    expect(page.text).not.toMatch(/<script|<link|<img|https?:|url\(|@import/i)
    const ids = [...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, anchor] of page.text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(anchor)
    for (const { operation } of operations) expect(ids).toContain(operation.operationId)
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`)
  })
})

const NOT_UNDERSTOOD = ["invalid-body", "invalid-query", "invalid-path", "media-type-not-supported"].map(
  (type) => `urn:charter:problem:${type}`,
)

describe("requests as described", () => {
  it.each(living)("%s: are understood, and answered as described", async (_, placed) => {
    await fc.assert(
      fc.asyncProperty(targets(placed), tokens(), validBodies(placed.operation), async (target, token, body) => {
        const { json } = await conforms(placed, { target, token, ...body })
        // A line of text that is no event is nothing that a schema could say.
        if (body.type === "application/x-ndjson") return
        expect(NOT_UNDERSTOOD).not.toContain((json as { readonly type?: unknown } | undefined)?.type)
      }),
      { numRuns: RUNS },
    )
  })
})

describe("requests that are not as described", () => {
  const withBody = living.filter(
    ([name, { operation }]) => operation.requestBody !== undefined && !name.includes("webhooks"),
  )

  it.each(withBody)("%s: a body that is wrong is 400, and says what is", async (_, placed) => {
    const { path, method, operation } = placed
    const schema = operation.requestBody!.content["application/json"]!.schema
    const place = ["paths", path, method.toLowerCase(), "requestBody", "content", "application/json", "schema"]
    const wrong = values.spoilt(schema).filter((value) => faultsOf(place, value) !== undefined && !Array.isArray(value))
    await fc.assert(
      fc.asyncProperty(targets(placed), wrong, async (target, value) => {
        const sent = { target, token: daemon.tokens.dana, body: JSON.stringify(value) }
        expect(await conforms(placed, sent)).toMatchObject({ status: 400 })
      }),
      { numRuns: RUNS },
    )
  })

  it.each(living)("%s: whatever else is wrong is answered as described", async (_, placed) => {
    const junk = fc.oneof(
      fc.constant(undefined),
      fc.string({ unit: "binary" }),
      fc.json().map((text) => text.slice(1)),
    )
    const types = fc.constantFrom("application/json", "text/plain", "application/x-ndjson", "a/b; charset=latin1", "")
    const query = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), fc.string({ unit: "grapheme" }), {
      maxKeys: 2,
    })
    const who = fc.oneof(tokens(), fc.constant(undefined), fc.constant("no-such-token"))
    await fc.assert(
      fc.asyncProperty(targets(placed), query, who, junk, types, async (target, more, token, body, type) => {
        const search = String(new URLSearchParams(more))
        await conforms(placed, {
          target: `${target}${target.includes("?") ? "&" : "?"}${search}`.replaceAll("wait=release", "wait=decision"),
          token,
          ...(placed.method === "GET" || body === undefined ? undefined : { body, type }),
        })
      }),
      { numRuns: RUNS },
    )
  })

  it("are refused where they are too large", async () => {
    const body = JSON.stringify({ type: "note.taken", data: "x".repeat(1024 * 1024) })
    for (const name of ["POST /v1/events", "POST /v1/contracts/lint", "POST /v1/tokens"]) {
      const placed = named(name)
      const sent = await conforms(placed, { target: placed.path, token: daemon.tokens.operator, body })
      expect(sent.status).toBe(413)
    }
  })
})

describe("what succeeds", () => {
  it("is as described all along the way of an event", async () => {
    const { dana, operator } = daemon.tokens
    const go = async (name: string, id: string, json?: unknown, token = dana) => {
      const placed = named(name)
      const target = placed.path.replace("{id}", encodeURIComponent(id))
      const body = json === undefined ? undefined : { body: JSON.stringify(json) }
      const { status, json: answer } = await conforms(placed, { target, token, ...body })
      expect([name, Math.floor(status / 100)]).toEqual([name, 2])
      return answer as Readonly<Record<string, string>>
    }
    const held = await published("deploy.requested")
    const proposal = held.proposals![0]!
    await go("POST /v1/proposals/{id}/votes", proposal, {
      choice: "approve",
      reason: "fine",
      standing: { until: new Date(Date.now() + 3_600_000).toISOString(), max: 2 },
    })
    await go("GET /v1/proposals/{id}", proposal)
    const { items } = (await go("GET /v1/standing", "")) as unknown as { items: ReadonlyArray<{ readonly id: string }> }
    await go("DELETE /v1/standing/{id}", items[0]!.id)
    await go("GET /v1/proposals", "")
    await go("GET /v1/holds/{id}", held.hold!)
    await go("POST /v1/proposals/{id}/cancel", proposal, { reason: "later" }, operator)
    const motion = {
      org: "@team",
      kind: "election",
      question: "Who?",
      options: ["dana", "erik"],
      binding: true,
      within: "1h",
    }
    const opened = (await go("POST /v1/proposals", "", motion, operator)).proposals![0]!
    await go("POST /v1/proposals/{id}/votes", opened, { choice: "erik" })
    await go("GET /v1/proposals/{id}", opened)
    await go("POST /v1/proposals/{id}/cancel", opened, {}, operator)
    await go("GET /v1/holds", "")
    await go("POST /v1/holds/{id}/cancel", (await published("deploy.requested")).hold!, undefined, operator)
    await go("GET /v1/events/{id}", held.id)
    await go("GET /v1/events/{id}/explanation", held.id)
    await go("GET /v1/events", "")
    const expires = "2099-01-01T00:00:00Z"
    const delegation = await go("POST /v1/delegations", "", { org: "@team", to: "erik", on: "never.*", expires })
    await go("GET /v1/delegations", "")
    await go("DELETE /v1/delegations/{id}", delegation["id"]!)
    const token = await go("POST /v1/tokens", "", { identity: "@erik", kind: "human", expires }, operator)
    await go("DELETE /v1/tokens/{id}", token["id"]!, undefined, operator)
    await go("GET /v1/tokens", "", undefined, operator)
    const task = (await published("work.requested")).tasks![0]!
    await go("GET /v1/tasks/{id}", task)
    await go("POST /v1/tasks/{id}/cancel", task, {}, operator)
    await go("GET /v1/tasks", "")
    await go("GET /v1/organizations", "", undefined, operator)
    await go("POST /v1/contracts/test", "", {})
  })

  it("is as described for a signed delivery", async () => {
    const body = JSON.stringify({ action: "opened", sender: { login: "octocat" }, repository: { full_name: "a/b" } })
    const signature = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex")
    const delivery = {
      "x-github-event": "issues",
      "x-github-delivery": "d-1",
      "x-hub-signature-256": `sha256=${signature}`,
    }
    const placed = named("POST /v1/webhooks/{source}")
    const sent = { target: "/v1/webhooks/github", token: undefined, body }
    expect((await conforms(placed, { ...sent, headers: delivery })).status).toBe(200)
    expect((await conforms(placed, sent)).status).toBe(401)
  })
})

const unavailable = new LogUnavailable({ operation: "read", reason: "the disk is gone" })

/** A service of which every operation fails with its log. */
const withoutLog = new Proxy({} as Operations, {
  has: () => true,
  get: (_, name) => {
    switch (name) {
      case "authenticate":
        return () => Effect.succeed(identity)
      case "ready":
        return Effect.fail(unavailable)
      case "follow":
      case "followInbox":
        return () => Stream.fail(unavailable)
      default:
        return () => Effect.fail(unavailable)
    }
  },
})

/** What reaches the answers that need something to be there; some are sent for what comes after them. */
const reaching = async (): Promise<void> => {
  const { dana, erik, operator } = daemon.tokens
  const send = (name: string, target: string, json?: unknown, headers: Sent["headers"] = {}, token = dana) =>
    conforms(named(name), {
      target,
      token,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      headers,
    })
  const key = (text: string) => ({ "idempotency-key": text })
  const event = (more: object) => ({ type: "note.taken", org: "@team", id: "twice", ...more })
  await send("POST /v1/events", "/v1/events", event({}))
  await send("POST /v1/events", "/v1/events", event({}), {}, erik)
  await send("POST /v1/events", "/v1/events", event({ data: 1 }))
  await send("POST /v1/events", "/v1/events", event({ org: "@nowhere" }), {}, operator)
  await send("POST /v1/events", "/v1/events", event({ type: "deploy.requested", id: "waits" }))
  await send("GET /v1/events/{id}", "/v1/events/twice")
  await send("GET /v1/events/{id}/explanation", "/v1/events/twice/explanation")
  await send("GET /v1/events/{id}/replay", "/v1/events/twice/replay")
  await send("GET /v1/events/{id}/replay", "/v1/events/waits/replay")
  await send("GET /v1/contracts/{scope}/{id}", "/v1/contracts/@team/nobody-drops")
  await send("GET /v1/contracts/{name}", "/v1/contracts/%40team%2Fnobody-drops")
  for (const name of ["POST /v1/contracts/lint", "POST /v1/contracts/describe", "POST /v1/contracts/test"])
    await send(name, named(name).path, { files: {} })
  for (const { name, path, method } of operations)
    if (method === "GET" && !path.includes("{"))
      await send(name, path, undefined, {}, path === "/v1/inbox" ? dana : operator)
  for (const one of operations.filter(({ name }) => name.startsWith("GET /v1/organizations/")))
    await send(one.name, one.path.replace("{org}", "@team"))

  const channel = "/v1/channels/general/messages"
  const post = (text: string) =>
    send(`POST /v1/channels/{name}/messages`, `${channel}?org=@team`, { text }, key(text[0]!))
  for (const text of ["@erik, look", "@erik, look again", "PLEASE WAIT"]) await post(text)
  await send("GET /v1/channels/{name}/messages", `${channel}?org=@team`)
  await send("GET /v1/channels/{name}/messages", `${channel}?org=@team&after=999999`)
  const inbox = await send("GET /v1/inbox", "/v1/inbox", undefined, {}, erik)
  const items = (inbox.json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items.map(({ id }) => id)
  await send("POST /v1/inbox/ack", "/v1/inbox/ack", { items }, {}, erik)

  const write = (name: string, text: string, headers = {}) =>
    send("PUT /v1/documents/{name}", `/v1/documents/${name}?org=@team`, { text }, headers)
  for (const text of ["a plan", "another plan"]) await write("reached.md", text)
  await write("reached.md", "a third one", { "if-match": '"7"' })
  await write("waiting.md", "PLEASE WAIT")
  await send("GET /v1/documents/{name}", "/v1/documents/reached.md?org=@team")
  const keep = (text: string) => send("POST /v1/resources", "/v1/resources?org=@team", { text }, key(`keep ${text[0]}`))
  const kept = await keep("once")
  for (const text of ["other", "PLEASE WAIT"]) await keep(text)
  await send("GET /v1/resources/{hash}", `/v1/resources/${(kept.json as { readonly hash: string }).hash}`)

  const human = { identity: "@erik", kind: "human" }
  const mint = () => send("POST /v1/tokens", "/v1/tokens", human, key("mint"), operator)
  await mint()
  await mint()
  await send("POST /v1/tokens", "/v1/tokens", { ...human, identity: "@nobody" }, {}, operator)
  const give = { org: "@team", to: "erik", expires: "2099-01-01T00:00:00Z" }
  await send("POST /v1/delegations", "/v1/delegations", { ...give, org: "@nowhere" })
  await send("POST /v1/inbox/ack", "/v1/inbox/ack", { items: ["no-such-item"] })
  for (const on of ["never.*", "ever.*"])
    await send("POST /v1/delegations", "/v1/delegations", { ...give, on }, key("give"))

  const ask = (more: object, headers = {}) =>
    send(
      "POST /v1/proposals",
      "/v1/proposals",
      { org: "@team", kind: "decision", question: "Do we?", ...more },
      headers,
    )
  await ask({}, key("ask"))
  await ask({ question: "Or do we?" }, key("ask"))
  await ask({ org: "@nowhere" })
  await ask({ question: "PLEASE WAIT" })
  const { hold, proposals } = await published("deploy.requested")
  const proposal = `/v1/proposals/${proposals![0]}`
  const withdraw = () => send("POST /v1/holds/{id}/cancel", `/v1/holds/${hold}/cancel`, {}, {}, operator)
  await withdraw()
  await withdraw()
  const task = (await published("work.requested")).tasks![0]!
  const end = () => send("POST /v1/tasks/{id}/cancel", `/v1/tasks/${task}/cancel`, {}, {}, operator)
  await end()
  await end()
  await send("GET /v1/tasks/{id}/log", `/v1/tasks/${task}/log`)
  await send("GET /v1/tasks/{id}/log", `/v1/tasks/${task}/log?after=999999`)
  const errand = async () => `/v1/tasks/${(await published("errand.requested")).tasks![0]!}`
  const mine = await errand()
  await send("POST /v1/tasks/{id}/progress", `${mine}/progress`, { text: "half of it", data: { lines: 12 } })
  for (const body of [{ result: { outcome: "done" } }, {}])
    await send("POST /v1/tasks/{id}/complete", `${mine}/complete`, body)
  const lost = await errand()
  for (const again of [true, false, false])
    await send("POST /v1/tasks/{id}/fail", `${lost}/fail`, { error: "no time", again })
  await send("POST /v1/tasks/{id}/progress", `${lost}/progress`, { text: "too late" })
  await send("GET /v1/tasks/{id}/log", `${mine}/log`)
  const about = (what: string, json?: unknown, headers = {}) => {
    const name = what === "" ? "GET /v1/agents/{name}" : `POST /v1/agents/{name}/${what}`
    return send(name, `/v1/agents/reviewer@team${what === "" ? "" : `/${what}`}`, json, headers)
  }
  for (const what of ["", "stop", "", "stop", "start", "start", "interrupt"])
    await about(what, what === "" ? undefined : {})
  await send("GET /v1/agents/{name}", "/v1/agents/reviewer", undefined, {}, operator)
  for (const text of ["one", "other", "PLEASE WAIT"]) await about("messages", { text }, key(`to ${text[0]}`))
  await published("work.requested")
  await daemon.runToken()
  await send("POST /v1/agents/{name}/interrupt", "/v1/agents/worker@team/interrupt", { again: true }, {}, operator)
  await send("POST /v1/proposals/{id}/cancel", `${proposal}/cancel`, {}, {}, operator)
  await send("POST /v1/proposals/{id}/votes", `${proposal}/votes`, { choice: "approve" })

  const rule = (id: string, scope: string) => ({
    [`contracts/${id}.yaml`]: `contract: ${id}\nscope: "${scope}"\non: ${id}.requested\nthen: deny("never")\n`,
  })
  const propose = (json: object, token: string) => send("POST /v1/contracts", "/v1/contracts", json, {}, token)
  await propose({ files: rule("ever", "@team"), dryRun: true }, dana)
  await propose({ files: { "contracts/team.yaml": "# nothing\n" }, base: { "contracts/team.yaml": "other" } }, dana)
  const waits = await propose({ files: rule("never", "@team") }, daemon.tokens.reviewer)
  const change = `/v1/changes/${(waits.json as { readonly change: string }).change}`
  await send("GET /v1/changes/{id}", change)
  for (const token of [dana, operator, operator])
    await send("POST /v1/changes/{id}/cancel", `${change}/cancel`, { reason: "no longer wanted" }, {}, token)
  await send("GET /v1/contracts/{scope}/{id}/history", "/v1/contracts/@team/nobody-drops/history")
  const global = await propose({ files: rule("for-all", "@global") }, daemon.tokens.reviewer)
  const [request] = (global.json as { readonly requests: ReadonlyArray<{ readonly hold: string }> }).requests
  const accept = () => send("POST /v1/holds/{id}/accept", `/v1/holds/${request!.hold}/accept`, {}, {}, operator)
  await accept()
  await accept()
  const joins = (name: string, token: string, org = "@team") =>
    send("POST /v1/organizations/{org}/join", `/v1/organizations/${org}/join`, { name }, {}, token)
  await joins("erik", operator)
  await joins("newcomer", daemon.tokens.reviewer)
  await joins("worker", operator)
  await joins("erik", operator, "@nowhere")
  const link = (json: object) =>
    send("POST /v1/organizations/{org}/links", "/v1/organizations/@team/links", json, {}, operator)
  await link({})
  await link({ name: "worker" })
  const agent = (json: object, token: string) => send("POST /v1/agents", "/v1/agents", json, {}, token)
  await agent({ org: "@team", name: "extra" }, operator)
  await agent({ org: "@team", name: "extra" }, operator)
  await agent({ org: "@team", name: "another" }, daemon.tokens.reviewer)
  await agent({ org: "@nowhere", name: "extra" }, operator)
  for (const token of [operator, daemon.tokens.reviewer]) {
    const prompt = `Look, ${token === operator ? "once" : "twice"}.`
    await send("PUT /v1/agents/{name}", "/v1/agents/extra?org=@team", { prompt }, {}, token)
  }
  for (const token of [daemon.tokens.reviewer, operator])
    await send("DELETE /v1/agents/{name}", "/v1/agents/extra?org=@team", undefined, {}, token)

  for (const [id, body, encoding] of [
    ["d-2", '{"action":"pinned"}'],
    ["d-2", '{"action":"unpinned"}'],
    ["d-3", "{"],
    ["d-4", "{}", "gzip"],
  ])
    await conforms(named("POST /v1/webhooks/{source}"), {
      target: "/v1/webhooks/github",
      token: undefined,
      body: body!,
      headers: {
        "x-github-event": "issues",
        "x-github-delivery": id!,
        "x-hub-signature-256": `sha256=${createHmac("sha256", WEBHOOK_SECRET).update(body!).digest("hex")}`,
        ...(encoding === undefined ? undefined : { "content-encoding": encoding }),
      },
    })
}

/** Documented, and reached elsewhere. */
const OUT_OF_REACH: ReadonlyArray<readonly [name: string, status: number, because: string]> = [
  ["GET /v1/ws", 101, "fetch opens no WebSocket: socket.test.ts does"],
  ["GET /v1/ws", 401, "only an upgrade is asked for a token: socket.test.ts"],
  ["GET /v1/ws", 503, "only an upgrade asks the log who it is"],
  ["GET /v1/identity", 503, "asks nothing of the log"],
  ["GET /v1/events/{id}/replay", 413, "takes 200,000 records"],
  ["GET /v1/organizations/{org}/state", 413, "takes 200,000 records"],
  ["POST /v1/confirm", 200, "no removal waits here: removal.test.ts confirms one"],
  ["POST /v1/shutdown", 202, "the end of this file"],
  ["POST /v1/changes/{id}/cancel", 202, "its end is always recorded here"],
  ["POST /v1/edits/{id}/accept", 200, "no edit waits here: edits.test.ts accepts one"],
  ["POST /v1/edits/{id}/accept", 202, "no edit waits here: edits.test.ts has one accepted that is held"],
  ["POST /v1/edits/{id}/accept", 409, "no edit waits here: edits.test.ts changes one meanwhile"],
  ["PUT /v1/agents/{name}", 409, "takes a file that somebody edits meanwhile: conflicts.test.ts"],
  ["DELETE /v1/agents/{name}", 409, "takes a file that somebody edits meanwhile: conflicts.test.ts"],
  ["DELETE /v1/agents/{name}", 413, "takes an organization's file of 256 KB"],
]

/** With what the tests before have reached: the answers that need nothing but a wrong request are sought here. */
describe("every documented answer", () => {
  let away: Door
  beforeAll(async () => {
    away = await openDoor(withoutLog)
    await reaching()
  })
  afterAll(() => away.close())

  const filled = (path: string) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "org" ? "@nowhere" : `no-such-${name}`))

  it.each(operations.map((one) => [one.name, one] as const))("%s: is reached", async (name, placed) => {
    const target = filled(placed.path)
    const token = daemon.tokens.operator
    const says = (status: number) => String(status) in placed.operation.responses
    const json = placed.operation.requestBody === undefined ? {} : { body: "{}" }
    if (says(401)) await conforms(placed, { target, token: "no-such-token", ...json })
    if (says(403)) await conforms(placed, { target, token, ...json, headers: { origin: "http://elsewhere.example" } })
    if (says(400)) await conforms(placed, { target: `${target}?no-such-parameter=1`, token, ...json })
    if (says(410))
      await conforms(placed, {
        target: `${target}?after=999999`,
        token: name === "GET /v1/inbox" ? daemon.tokens.dana : token,
      })
    if (says(413) && placed.operation.requestBody !== undefined)
      await conforms(placed, { target, token, body: JSON.stringify("x".repeat(1024 * 1024)) })
    if (says(415)) await conforms(placed, { target, token, body: "{}", type: "text/plain" })
    if (says(404)) {
      const org = placed.operation.parameters.some((one) => one.in === "query" && one.name === "org")
      const [body = {}] = fc.sample(validBodies(placed.operation), 1)
      await conforms(placed, {
        target: org ? `${target}?org=@nowhere` : target,
        token: name === "GET /v1/inbox" ? daemon.tokens.dana : token,
        ...body,
      })
    }
    if (says(503)) {
      const [[there, body] = [target, {}]] = fc.sample(fc.tuple(targets(placed), validBodies(placed.operation)), 1)
      await conforms(placed, { url: away.url, target: there, token, ...body })
    }
    const documented = Object.keys(placed.operation.responses).map(Number)
    const excused = OUT_OF_REACH.filter(([one]) => one === name).map(([, status]) => status)
    expect(documented.filter((status) => !reached.get(name)!.has(status))).toEqual(excused)
  })
})

describe("the end", () => {
  it("is as described when the daemon is told to stop", async () => {
    const target = "/v1/shutdown"
    expect((await conforms(named(SHUTDOWN), { target, token: daemon.tokens.dana })).status).toBe(403)
    expect((await conforms(named(SHUTDOWN), { target, token: daemon.tokens.operator })).status).toBe(202)
  })
})
