/** Every route as seen by everybody: the door lets in who has a token, the service says what he may do there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { openEvents } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"

const WHO = ["none", "operator", "human", "agent", "run", "stranger", "bridge"] as const
type Who = (typeof WHO)[number]

let daemon: Daemon
let tokens: Readonly<Record<Who, string | undefined>>

beforeAll(async () => {
  daemon = await startDaemon()
  const { operator, dana, reviewer, stranger, bridge } = daemon.tokens
  tokens = { none: undefined, operator, human: dana, agent: reviewer, run: await daemon.runToken(), stranger, bridge }
})
afterAll(() => daemon.stop())

const publish = async (type: string) => {
  const { json } = await daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team" } })
  return json as { id: string; hold?: string; proposals?: ReadonlyArray<string>; tasks?: ReadonlyArray<string> }
}

let documents = 0
const write = async (name: string): Promise<string> => {
  await daemon.call("PUT", `/v1/documents/${name}?org=@team`, { json: { text: `the text of ${name}` } })
  return name
}

let files = 0
/** By an agent: it waits for a human of the team, or for the operator. */
const propose = async (scope: string) => {
  const id = `never-${++files}`
  const text = `contract: ${id}\nscope: "${scope}"\non: ${id}.requested\nthen: deny("never")\n`
  const { reviewer: token } = daemon.tokens
  const { json } = await daemon.call("POST", "/v1/contracts", {
    token,
    json: { files: { [`contracts/${id}.yaml`]: text } },
  })
  return json as { readonly change: string; readonly requests: ReadonlyArray<{ readonly hold?: string }> }
}

/** Made anew for each request, since some requests end it. */
const SUBJECTS = {
  none: async () => "",
  event: async () => (await publish("note.taken")).id,
  proposal: async () => (await publish("deploy.requested")).proposals![0]!,
  hold: async () => (await publish("deploy.requested")).hold!,
  task: async () => (await publish("work.requested")).tasks![0]!,
  "dana's task": async () => (await publish("errand.requested")).tasks![0]!,
  agent: async () => {
    await daemon.call("POST", "/v1/agents/reviewer@team/start")
    return "reviewer@team"
  },
  "stopped agent": async () => {
    await daemon.call("POST", "/v1/agents/reviewer@team/stop")
    return "reviewer@team"
  },
  delegation: async () => {
    const json = { org: "@team", to: "erik", on: "never.requested", expires: "2099-01-01T00:00:00Z" }
    const { json: made } = await daemon.call("POST", "/v1/delegations", { token: daemon.tokens.dana, json })
    return (made as { readonly id: string }).id
  },
  change: async () => (await propose("@team")).change,
  "operator's hold": async () => (await propose("@global")).requests[0]!.hold!,
  "dana's item": async () => {
    await daemon.call("POST", "/v1/channels/general/messages?org=@team", { json: { text: "@dana: look" } })
    const { json } = await daemon.call("GET", "/v1/inbox?limit=1", { token: daemon.tokens.dana })
    return (json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items[0]!.id
  },
  "new document": async () => `document-${++documents}.md`,
  document: () => write(`document-${++documents}.md`),
  resource: async () => {
    const { json } = await daemon.call("GET", `/v1/documents/${await write(`document-${++documents}.md`)}?org=@team`)
    return (json as { readonly hash: string }).hash
  },
  token: async () => {
    const { json } = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })
    return (json as { readonly id: string }).id
  },
} as const

interface Row {
  readonly route: string
  readonly path?: string
  readonly json?: unknown
  readonly about?: keyof typeof SUBJECTS
  /** In the order of {@link WHO}. */
  readonly statuses: ReadonlyArray<number>
}

/** Of everybody with a token; members of the team; the operator alone; ... */
const ALL = [401, 200, 200, 200, 200, 200, 200]
const TEAM = [401, 200, 200, 200, 200, 404, 404]
const INSIDE = [401, 200, 200, 200, 200, 403, 403]
const OPERATOR = [401, 200, 403, 403, 403, 403, 403]
const DANA = [401, 403, 200, 403, 403, 404, 404]

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
  { route: "POST /v1/holds/{id}/accept", about: "operator's hold", statuses: OPERATOR },
  { route: "GET /v1/edits", statuses: OPERATOR },
  { route: "POST /v1/edits/{id}/accept", path: "/v1/edits/none/accept", statuses: [401, 404, 403, 403, 403, 403, 403] },
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
  { route: "POST /v1/shutdown", statuses: [401, 202, 403, 403, 403, 403, 403] },
]

describe("what each identity is answered", () => {
  it("is said here for every route", () => {
    const declared = routes.map(({ method, path }) => `${method} ${path}`)
    const others = ["POST /v1/events", "GET /v1/events/stream", "GET /metrics"]
    expect(TABLE.map(({ route }) => route).toSorted()).toEqual([...declared, ...others].toSorted())
  })

  it.each(TABLE.map((row) => [row.route, row] as const))(
    "%s",
    async (_, { route, path, json, about = "none", statuses }) => {
      const [method, declared] = route.split(" ") as [string, string]
      const answered: Array<number> = []
      for (const who of WHO) {
        const id = await SUBJECTS[about]()
        const target = (path ?? declared).replace(/\{(?:id|name|hash)\}/, id)
        const body = about === "dana's item" ? { items: [id] } : json
        answered.push(await statusOf(method, target, tokens[who], body))
      }
      expect(Object.fromEntries(WHO.map((who, index) => [who, answered[index]]))).toEqual(
        Object.fromEntries(WHO.map((who, index) => [who, statuses[index]])),
      )
    },
  )
})

const statusOf = async (method: string, path: string, token: string | undefined, json: unknown): Promise<number> => {
  if (!path.includes("/stream")) return (await daemon.call(method, path, { token, json })).status
  const events = await openEvents(daemon.url, path, token ?? "")
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
    await publish("note.taken")
    const { json } = await daemon.call("GET", "/v1/events", { token: daemon.tokens.stranger })
    const orgs = (json as { readonly items: ReadonlyArray<{ readonly org: string }> }).items.map(({ org }) => org)
    expect(orgs.filter((org) => org !== "@elsewhere")).toEqual([])
  })

  it("ends with its token", async () => {
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })
    const { id, token } = made.json as { readonly id: string; readonly token: string }
    expect((await daemon.call("GET", "/v1/status", { token })).status).toBe(200)
    await daemon.call("DELETE", `/v1/tokens/${id}`)
    expect((await daemon.call("GET", "/v1/status", { token })).status).toBe(401)
    const late = await daemon.call("POST", "/v1/tokens", {
      json: { identity: "@erik", kind: "human", expires: "2020-01-01T00:00:00Z" },
    })
    const { token: expired } = late.json as { readonly token: string }
    expect((await daemon.call("GET", "/v1/status", { token: expired })).status).toBe(401)
  })
})
