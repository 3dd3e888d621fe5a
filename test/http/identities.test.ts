/** Every route as seen by everybody: the door lets in who has a token, the service says what he may do there. */
import { createHmac } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeApp } from "../../src/http/app.ts"
import type { Edge } from "../../src/http/edge.ts"
import { openEvents, openSocket, type Request } from "./client.ts"
import { type Daemon, startDaemon, WEBHOOK_SECRET } from "./daemon.ts"
import {
  ALL,
  DANA,
  expiredToken,
  type Expected,
  expectedOf,
  INSIDE,
  OPERATOR,
  type Subjects,
  subjectsOf,
  TEAM,
  type Tokens,
  tokensOf,
  WHO,
} from "./everybody.ts"

let daemon: Daemon
let tokens: Tokens
let subjects: Subjects

beforeAll(async () => {
  daemon = await startDaemon()
  tokens = await tokensOf(daemon)
  subjects = subjectsOf(daemon)
})
afterAll(() => daemon.stop())

interface Row extends Expected {
  readonly route: string
  readonly path?: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly about?: keyof Subjects
}

const DELIVERY = { action: "opened", sender: { login: "mona" }, repository: { full_name: "a/b" } }
const SIGNED = createHmac("sha256", WEBHOOK_SECRET).update(JSON.stringify(DELIVERY)).digest("hex")

/** Whoever asks, with a token or without. */
const ANYBODY = [200, 200, 200, 200, 200, 200, 200]

const TABLE: ReadonlyArray<Row> = [
  {
    route: "POST /v1/events",
    json: { type: "note.taken", org: "@team" },
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  { route: "GET /v1/events/stream", path: "/v1/events/stream?org=@team", statuses: INSIDE },
  { route: "GET /metrics", statuses: ALL },
  { route: "GET /v1/events", path: "/v1/events?org=@team", statuses: INSIDE },
  { route: "GET /v1/events/{id}", about: "event", statuses: TEAM },
  { route: "GET /v1/events/{id}/explanation", about: "event", statuses: TEAM },
  { route: "GET /v1/events/{id}/replay", about: "event", statuses: TEAM },
  { route: "GET /v1/contracts", path: "/v1/contracts?org=@team", statuses: INSIDE },
  { route: "POST /v1/contracts/lint", json: { files: {} }, statuses: ALL },
  { route: "POST /v1/contracts/describe", json: { files: {} }, statuses: ALL },
  { route: "POST /v1/contracts/test", json: { files: {} }, statuses: ALL },
  { route: "GET /v1/contracts/{name}", path: "/v1/contracts/%40team%2Fnobody-drops", statuses: TEAM },
  { route: "GET /v1/contracts/{scope}/{id}", path: "/v1/contracts/@team/nobody-drops", statuses: TEAM },
  {
    route: "POST /v1/contracts",
    json: {
      files: { "contracts/one.yaml": 'contract: one\nscope: "@team"\non: one.asked\nthen: allow\n' },
      dryRun: true,
    },
    statuses: [401, 200, 200, 200, 200, 403, 403],
  },
  {
    route: "GET /v1/contracts/{scope}/{id}/history",
    path: "/v1/contracts/@team/nobody-drops/history",
    statuses: TEAM,
  },
  { route: "GET /v1/changes", statuses: ALL },
  { route: "GET /v1/changes/{id}", about: "change", statuses: TEAM },
  // The agent has asked for it; a run is his, too.
  { route: "POST /v1/changes/{id}/cancel", about: "change", statuses: [401, 200, 403, 200, 403, 404, 404] },
  { route: "POST /v1/holds/{id}/accept", about: "operator's hold", statuses: OPERATOR },
  { route: "GET /v1/edits", statuses: ALL },
  { route: "POST /v1/edits/{id}/accept", path: "/v1/edits/none/accept", statuses: [401, 404, 404, 404, 404, 404, 404] },
  {
    route: "POST /v1/organizations/{org}/join",
    path: "/v1/organizations/@team/join",
    json: { name: "erik" },
    statuses: [401, 200, 200, 200, 200, 403, 403],
  },
  {
    route: "POST /v1/organizations/{org}/links",
    path: "/v1/organizations/@team/links",
    statuses: [401, 201, 403, 403, 403, 403, 403],
  },
  {
    route: "POST /v1/agents",
    json: { org: "@team", name: "reviewer" },
    statuses: [401, 409, 409, 409, 409, 403, 403],
  },
  {
    route: "PUT /v1/agents/{name}",
    path: "/v1/agents/nobody?org=@team",
    json: { prompt: "Look." },
    statuses: [401, 404, 404, 404, 404, 403, 403],
  },
  {
    route: "DELETE /v1/agents/{name}",
    path: "/v1/agents/nobody?org=@team",
    statuses: [401, 404, 404, 404, 404, 403, 403],
  },
  { route: "GET /v1/organizations", statuses: ALL },
  { route: "GET /v1/organizations/{org}", path: "/v1/organizations/@team", statuses: INSIDE },
  { route: "GET /v1/organizations/{org}/members", path: "/v1/organizations/@team/members", statuses: INSIDE },
  { route: "GET /v1/organizations/{org}/contracts", path: "/v1/organizations/@team/contracts", statuses: INSIDE },
  { route: "GET /v1/organizations/{org}/state", path: "/v1/organizations/@team/state", statuses: INSIDE },
  { route: "GET /v1/proposals", path: "/v1/proposals?org=@team", statuses: INSIDE },
  { route: "GET /v1/proposals/{id}", about: "proposal", statuses: TEAM },
  {
    route: "POST /v1/proposals/{id}/votes",
    about: "proposal",
    json: { choice: "approve" },
    statuses: [401, 403, 200, 403, 403, 404, 404],
  },
  { route: "POST /v1/proposals/{id}/cancel", about: "proposal", statuses: [401, 200, 200, 403, 403, 404, 404] },
  {
    route: "POST /v1/proposals",
    json: { org: "@team", kind: "approval", question: "May I?" },
    statuses: [401, 200, 200, 200, 200, 403, 403],
  },
  { route: "GET /v1/delegations", path: "/v1/delegations?org=@team", statuses: INSIDE },
  {
    route: "POST /v1/delegations",
    json: { org: "@team", to: "@erik", expires: "2099-01-01T00:00:00Z" },
    statuses: [401, 403, 201, 403, 403, 403, 403],
  },
  { route: "DELETE /v1/delegations/{id}", about: "delegation", statuses: [401, 200, 200, 403, 403, 404, 404] },
  { route: "GET /v1/standing", path: "/v1/standing?org=@team", statuses: INSIDE },
  { route: "DELETE /v1/standing/{id}", about: "standing", statuses: [401, 200, 200, 403, 403, 404, 404] },
  { route: "GET /v1/holds", path: "/v1/holds?org=@team", statuses: INSIDE },
  { route: "GET /v1/holds/{id}", about: "hold", statuses: TEAM },
  { route: "POST /v1/holds/{id}/cancel", about: "hold", statuses: [401, 200, 200, 403, 403, 404, 404] },
  { route: "GET /v1/tasks", path: "/v1/tasks?org=@team", statuses: INSIDE },
  { route: "GET /v1/tasks/{id}", about: "task", statuses: TEAM },
  { route: "POST /v1/tasks/{id}/cancel", about: "task", statuses: [401, 200, 200, 403, 403, 404, 404] },
  { route: "GET /v1/tasks/{id}/log", about: "task", statuses: TEAM },
  { route: "POST /v1/tasks/{id}/complete", about: "dana's task", statuses: DANA },
  { route: "POST /v1/tasks/{id}/fail", about: "dana's task", json: { error: "no time" }, statuses: DANA },
  { route: "POST /v1/tasks/{id}/progress", about: "dana's task", json: { text: "half of it" }, statuses: DANA },
  { route: "GET /v1/agents", path: "/v1/agents?org=@team", statuses: INSIDE },
  { route: "GET /v1/agents/{name}", about: "agent", statuses: INSIDE },
  { route: "POST /v1/agents/{name}/stop", about: "agent", statuses: [401, 200, 200, 403, 403, 403, 403] },
  { route: "POST /v1/agents/{name}/start", about: "stopped agent", statuses: [401, 200, 200, 403, 403, 403, 403] },
  { route: "POST /v1/agents/{name}/interrupt", about: "agent", statuses: [401, 409, 409, 403, 403, 403, 403] },
  {
    route: "POST /v1/agents/{name}/messages",
    about: "agent",
    json: { text: "hello" },
    statuses: [401, 200, 200, 200, 200, 403, 403],
  },
  { route: "GET /v1/channels/{name}/messages", path: "/v1/channels/general/messages?org=@team", statuses: INSIDE },
  {
    route: "POST /v1/channels/{name}/messages",
    path: "/v1/channels/general/messages?org=@team",
    json: { text: "hello" },
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  { route: "GET /v1/inbox", statuses: [401, 403, 200, 200, 200, 200, 403] },
  { route: "POST /v1/inbox/ack", about: "dana's item", statuses: [401, 403, 200, 404, 404, 404, 403] },
  {
    route: "POST /v1/resources",
    path: "/v1/resources?org=@team",
    json: { text: "a text" },
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  { route: "GET /v1/documents", path: "/v1/documents?org=@team", statuses: INSIDE },
  { route: "GET /v1/documents/{name}", path: "/v1/documents/{name}?org=@team", about: "document", statuses: INSIDE },
  {
    route: "PUT /v1/documents/{name}",
    path: "/v1/documents/{name}?org=@team",
    about: "new document",
    json: { text: "written" },
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  { route: "GET /v1/resources/{hash}", about: "resource", statuses: TEAM },
  { route: "GET /v1/identity", statuses: ALL },
  { route: "GET /v1/tokens", statuses: OPERATOR },
  {
    route: "POST /v1/tokens",
    json: { identity: "@erik", kind: "human" },
    statuses: [401, 201, 403, 403, 403, 403, 403],
  },
  { route: "DELETE /v1/tokens/{id}", about: "token", statuses: OPERATOR },
  { route: "GET /v1/status", statuses: ALL },
  { route: "POST /v1/confirm", statuses: [401, 404, 403, 403, 403, 403, 403] },
  {
    route: "POST /v1/webhooks/{source}",
    path: "/v1/webhooks/github",
    json: DELIVERY,
    headers: { "x-github-event": "issues", "x-github-delivery": "one", "x-hub-signature-256": `sha256=${SIGNED}` },
    statuses: ANYBODY,
  },
  {
    route: "POST /v1/webhooks/{source}",
    path: "/v1/webhooks/github",
    json: DELIVERY,
    headers: { "x-github-event": "issues", "x-github-delivery": "two" },
    statuses: [401, 401, 401, 401, 401, 401, 401],
  },
  { route: "GET /v1/ws", statuses: [426, 426, 426, 426, 426, 426, 426] },
  { route: "GET /health", statuses: ANYBODY },
  { route: "GET /ready", statuses: ANYBODY },
  { route: "GET /openapi.json", statuses: ANYBODY },
  { route: "GET /docs", statuses: ANYBODY },
  { route: "POST /v1/shutdown", statuses: [401, 202, 403, 403, 403, 403, 403] },
]

describe("what each identity is answered", () => {
  it("is said here for every route that is served", () => {
    const served = makeApp({} as Edge).routes.filter(({ method }) => method !== "ALL")
    const names = served.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
    expect([...new Set(TABLE.map(({ route }) => route))].toSorted()).toEqual([...new Set(names)].toSorted())
  })

  it.each(TABLE.map((row) => [row.route, row] as const))("%s", async (_, row) => {
    const { route, path, json, headers, about = "none" } = row
    const [method, declared] = route.split(" ") as [string, string]
    const answered: Record<string, number> = {}
    for (const who of WHO) {
      const id = await subjects[about]()
      const target = (path ?? declared).replace(/\{(?:id|name|hash)\}/, id)
      const body = about === "dana's item" ? { items: [id] } : json
      answered[who] = await statusOf(method, target, { token: tokens[who], json: body, ...(headers && { headers }) })
    }
    expect(answered).toEqual(expectedOf(row))
  })
})

interface TokenEvent {
  readonly id: string
  readonly type: string
  readonly data: { readonly id: string; readonly identity?: string; readonly hash?: string }
}

const statusOf = async (method: string, path: string, request: Request): Promise<number> => {
  if (!path.includes("/stream")) return (await daemon.call(method, path, request)).status
  const events = await openEvents(daemon.url, path, request.token ?? "")
  events.close()
  return events.status
}

describe("an identity", () => {
  it("is never taken from the body", async () => {
    const send = (token: string, json: unknown) => daemon.call("POST", "/v1/events", { token, json })
    expect((await send(daemon.tokens.dana, { type: "note.taken", actor: "erik" })).status).toBe(403)
    expect((await send(daemon.tokens.dana, { type: "note.taken", actor: "@dana" })).status).toBe(200)
    expect((await send(daemon.tokens.reviewer, { type: "note.taken", org: "@elsewhere" })).status).toBe(403)
    expect((await send(daemon.tokens.dana, { type: "note.taken", source: "operator" })).status).toBe(403)
  })

  it("sees only its own organizations in a list without one", async () => {
    await subjects.event()
    const { json } = await daemon.call("GET", "/v1/events", { token: daemon.tokens.stranger })
    const orgs = (json as { readonly items: ReadonlyArray<{ readonly org: string }> }).items.map(({ org }) => org)
    expect(orgs.filter((org) => org !== "@elsewhere")).toEqual([])
  })

  it("reads of tokens only that there is one of its own, at whatever door; an operator reads all", async () => {
    const { json } = await daemon.call("GET", "/v1/events?type=token.*&limit=1000")
    const { items } = json as { readonly items: ReadonlyArray<TokenEvent> }
    const zoes = items.find(({ data }) => data.identity === "@zoe")!
    expect(items.some(({ type }) => type === "token.revoked")).toBe(true)
    const paths = [
      "/v1/events?limit=1000",
      "/v1/events?org=@global&limit=1000&order=asc",
      `/v1/events?correlation=${zoes.id}`,
      `/v1/events/${zoes.id}`,
      `/v1/events/${zoes.id}/explanation`,
      `/v1/events/${zoes.id}/replay`,
      ...TABLE.flatMap(({ route, path }) => {
        const [method, declared] = route.split(" ") as [string, string]
        return method !== "GET" || /[{]|stream|ws$/.test(path ?? declared) ? [] : [path ?? declared]
      }),
    ]
    for (const who of WHO) {
      if (tokens[who] === undefined || who === "operator") continue
      const own = { human: "@dana", "strange human": "@zoe" }[who as string]
      const others = items.flatMap(({ data: { identity, hash } }) =>
        hash === undefined || identity === own ? [] : hash,
      )
      expect(others.length).toBeGreaterThan(0)
      for (const path of paths) {
        const { text } = await daemon.call("GET", path, { token: tokens[who] })
        expect(text, `${path} of ${who}`).not.toContain('"token.revoked"')
        for (const hash of others) expect(text, `${path} of ${who}`).not.toContain(hash)
      }
    }
    const own = await daemon.call("GET", "/v1/events?type=token.created&limit=1000", { token: daemon.tokens.dana })
    const identities = (own.json as { readonly items: ReadonlyArray<TokenEvent> }).items.map(
      ({ data }) => data.identity,
    )
    expect([...new Set(identities)]).toEqual(["@dana"])
  })

  it("follows no tokens but its own", async () => {
    const events = await openEvents(daemon.url, "/v1/events/stream?after=", daemon.tokens.dana)
    const socket = await openSocket(`${daemon.url.replace("http", "ws")}/v1/ws`, {
      authorization: `Bearer ${daemon.tokens.dana}`,
    })
    await socket.ask({ op: "subscribe", types: ["token.*", "note.*"], after: "" })
    await daemon.call("POST", "/v1/events", { json: { type: "note.last", org: "@team" } })
    const followed: Array<TokenEvent> = []
    while (followed.at(-1)?.type !== "note.last") followed.push(JSON.parse((await events.next())!.data) as TokenEvent)
    events.close()
    for (let last = ""; last !== "note.last";) {
      const { event } = (await socket.take(({ op }) => op === "event")) as unknown as { readonly event: TokenEvent }
      followed.push(event)
      last = event.type
    }
    await socket.close()
    const told = followed.filter(({ type }) => type.startsWith("token."))
    expect([...new Set(told.map(({ data }) => data.identity))]).toEqual(["@dana"])
  })

  it("is told of the daemon as far as it sees, and an operator of all", async () => {
    const get = async (token: string, path: string) => (await daemon.call("GET", path, { token })).json
    await subjects.hold()
    const holds: Record<string, number> = {}
    for (const who of ["operator", "dana", "zoe", "bridge"] as const) {
      const token = daemon.tokens[who]
      const status = (await get(token, "/v1/status")) as Readonly<Record<string, unknown>>
      const count = async (path: string) =>
        ((await get(token, path)) as { readonly items: Array<unknown> }).items.length
      expect(status).toMatchObject({
        contracts: await count("/v1/contracts"),
        organizations: await count("/v1/organizations"),
      })
      expect("workspace" in status).toBe(who === "operator")
      holds[who] = status["openHolds"] as number
    }
    expect(holds["bridge"]).toBe(0)
    // What waits in `@global`, which she is in.
    expect(holds["zoe"]).toBeLessThan(holds["dana"]!)
  })

  it("cancels the tasks that it has asked for, and no other's", async () => {
    const cancel = async (token: string, id: string) =>
      (await daemon.call("POST", `/v1/tasks/${id}/cancel`, { token })).status
    for (const about of ["task", "dana's task"] as const) {
      const id = await subjects[about]()
      expect(await cancel(daemon.tokens.erik, id)).toBe(403)
      expect(await cancel(daemon.tokens.dana, id)).toBe(200)
    }
    const { json } = await daemon.call("POST", "/v1/events", {
      token: daemon.tokens.erik,
      json: { type: "errand.requested", org: "@team" },
    })
    const [errand] = (json as { readonly tasks: ReadonlyArray<string> }).tasks
    expect(await cancel(daemon.tokens.dana, errand!)).toBe(403)
    expect(await cancel(daemon.tokens.erik, errand!)).toBe(200)
  })

  it("ends with its token", async () => {
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })
    const { id, token } = made.json as { readonly id: string; readonly token: string }
    expect((await daemon.call("GET", "/v1/status", { token })).status).toBe(200)
    await daemon.call("DELETE", `/v1/tokens/${id}`)
    expect((await daemon.call("GET", "/v1/status", { token })).status).toBe(401)
    expect((await daemon.call("GET", "/v1/status", { token: await expiredToken(daemon) })).status).toBe(401)
  })
})
