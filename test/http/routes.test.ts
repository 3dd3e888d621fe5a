import { createHash } from "node:crypto"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Route } from "../../src/http/route.ts"
import { routes } from "../../src/http/routes.ts"
import { callNode, type Reply, sendRaw } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"

let daemon: Daemon
/** Ids of things that are there, by what they are. */
let ids: Readonly<Record<"event" | "hold" | "proposal" | "task" | "token", string>>

beforeAll(async () => {
  daemon = await startDaemon()
  const held = await publish("deploy.requested")
  const routed = await publish("work.requested")
  const token = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })
  ids = {
    event: held.id,
    hold: held.hold!,
    proposal: held.proposals![0]!,
    task: routed.tasks![0]!,
    token: (token.json as { readonly id: string }).id,
  }
})
afterAll(() => daemon.stop())

interface Published {
  readonly id: string
  readonly hold?: string
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
}
const publish = async (type: string): Promise<Published> =>
  (await daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team" } }))
    .json as Published

const files = {
  "contracts/a.yaml": 'contract: a\nscope: "@global"\non: a.requested\nthen:\n  - deny: never\n',
  "contracts/b.yaml": "contract: b\nwhn: {}\n",
}

/** Each route at work: what is asked, and what the answer is like. */
const examples = (): ReadonlyArray<readonly [route: string, path: string, json: unknown, answer: unknown]> => [
  [
    "GET /v1/events",
    "/v1/events?org=@team&type=deploy.*&type=work.*&limit=2&order=asc",
    undefined,
    { items: [{ type: "deploy.requested" }, { type: "work.requested" }], next: expect.any(String) },
  ],
  [
    "GET /v1/events/{id}",
    `/v1/events/${ids.event}?org=@team`,
    undefined,
    { id: ids.event, decision: { verdict: "hold" } },
  ],
  [
    "GET /v1/events/{id}/replay",
    `/v1/events/${ids.event}/replay`,
    undefined,
    { event: ids.event, then: { verdict: "hold" }, now: { verdict: "hold" }, differs: false },
  ],
  [
    "GET /v1/events/{id}/explanation",
    `/v1/events/${ids.event}/explanation`,
    undefined,
    { event: ids.event, text: expect.stringContaining("deploys-need-two") },
  ],
  [
    "GET /v1/contracts",
    "/v1/contracts?org=@team",
    undefined,
    { items: expect.arrayContaining([expect.objectContaining({ name: "@team/nobody-drops" })]) },
  ],
  [
    "POST /v1/contracts/lint",
    "/v1/contracts/lint",
    { files },
    {
      diagnostics: expect.arrayContaining([expect.objectContaining({ file: "contracts/b.yaml", code: "unknown-key" })]),
    },
  ],
  [
    "POST /v1/contracts/describe",
    "/v1/contracts/describe",
    { files: { a: files["contracts/a.yaml"] } },
    { text: expect.stringContaining("never"), diagnostics: [] },
  ],
  ["POST /v1/contracts/test", "/v1/contracts/test", {}, { passed: 0, failed: 0, coverage: { contracts: 6 } }],
  [
    "GET /v1/contracts/{name}",
    "/v1/contracts/%40team%2Fnobody-drops",
    undefined,
    { name: "@team/nobody-drops", source: expect.stringContaining("nobody-drops") },
  ],
  [
    "GET /v1/contracts/{scope}/{id}",
    "/v1/contracts/@team/nobody-drops",
    undefined,
    { name: "@team/nobody-drops", scope: "@team" },
  ],
  [
    "GET /v1/organizations",
    "/v1/organizations",
    undefined,
    { items: [{ id: "@global" }, { id: "@elsewhere" }, { id: "@team" }] },
  ],
  ["GET /v1/organizations/{org}", "/v1/organizations/@team", undefined, { id: "@team", owner: "dana" }],
  [
    "GET /v1/organizations/{org}/members",
    "/v1/organizations/%40team/members",
    undefined,
    { items: expect.arrayContaining([expect.objectContaining({ name: "erik", kind: "human" })]) },
  ],
  [
    "GET /v1/organizations/{org}/state",
    "/v1/organizations/@team/state",
    undefined,
    { org: "@team", holds: [{ id: ids.hold }], proposals: [{ id: ids.proposal }] },
  ],
  [
    "POST /v1/resources",
    "/v1/resources?org=@team",
    { text: "a text" },
    { verdict: "allow", hash: createHash("sha256").update("a text").digest("hex") },
  ],
  [
    "GET /v1/organizations/{org}/contracts",
    "/v1/organizations/@team/contracts",
    undefined,
    { items: expect.arrayContaining([expect.objectContaining({ name: "@team/deploys-need-two" })]) },
  ],
  ["GET /v1/proposals", "/v1/proposals?state=active&member=dana&limit=1", undefined, { items: [{ id: ids.proposal }] }],
  [
    "GET /v1/proposals/{id}",
    `/v1/proposals/${ids.proposal}`,
    undefined,
    { id: ids.proposal, state: "active", votes: [] },
  ],
  [
    "POST /v1/proposals/{id}/votes",
    `/v1/proposals/${ids.proposal}/votes`,
    { choice: "approve", reason: "fine" },
    { id: ids.proposal, votes: [{ by: "dana", choice: "approve", reason: "fine" }] },
  ],
  [
    "POST /v1/proposals",
    "/v1/proposals",
    { org: "@team", kind: "decision", question: "Do we move?" },
    { org: "@team", verdict: "allow", proposals: [expect.stringMatching(/^p-team-/)] },
  ],
  [
    "GET /v1/holds",
    `/v1/holds?event=${ids.event}`,
    undefined,
    { items: [{ id: ids.hold, event: ids.event, state: "held", proposals: [ids.proposal] }] },
  ],
  ["GET /v1/holds/{id}", `/v1/holds/${ids.hold}`, undefined, { id: ids.hold, state: "held" }],
  [
    "POST /v1/proposals/{id}/cancel",
    `/v1/proposals/${ids.proposal}/cancel`,
    undefined,
    { id: ids.hold, state: "cancelled" },
  ],
  [
    "GET /v1/tasks",
    `/v1/tasks?member=worker&order=oldest`,
    undefined,
    { items: [{ id: ids.task, member: "worker", contract: "@team/work-is-done" }] },
  ],
  ["GET /v1/tasks/{id}", `/v1/tasks/${ids.task}`, undefined, { id: ids.task, attempt: expect.any(Number) }],
  ["POST /v1/tasks/{id}/cancel", `/v1/tasks/${ids.task}/cancel`, { reason: "no need" }, { id: ids.task }],
  [
    "POST /v1/channels/{name}/messages",
    "/v1/channels/general/messages?org=@team",
    { text: "@erik and @worker, see reviewer@team and `@dana`" },
    { org: "@team", verdict: "allow" },
  ],
  [
    "GET /v1/channels/{name}/messages",
    "/v1/channels/general/messages?org=@team&limit=1",
    undefined,
    { items: [{ channel: "general", from: "operator", mentions: ["erik", "worker"] }] },
  ],
  ["GET /v1/inbox", "/v1/inbox?state=new", undefined, { items: [] }],
  [
    "PUT /v1/documents/{name}",
    "/v1/documents/plan.md?org=@team",
    { text: "# Plan\n" },
    { org: "@team", verdict: "allow" },
  ],
  [
    "GET /v1/documents/{name}",
    "/v1/documents/plan.md?org=@team",
    undefined,
    { org: "@team", name: "plan.md", version: 1, by: "operator", bytes: 7, text: "# Plan\n", state: "current" },
  ],
  ["GET /v1/documents", "/v1/documents?org=@team", undefined, { items: [{ name: "plan.md", version: 1 }] }],
  [
    "GET /v1/resources/{hash}",
    `/v1/resources/${createHash("sha256").update("# Plan\n").digest("hex")}`,
    undefined,
    { org: "@team", bytes: 7, text: "# Plan\n" },
  ],
  [
    "GET /v1/tokens",
    "/v1/tokens",
    undefined,
    { items: expect.arrayContaining([expect.objectContaining({ id: ids.token, identity: "@erik" })]) },
  ],
  ["DELETE /v1/tokens/{id}", `/v1/tokens/${ids.token}`, undefined, { id: ids.token, revoked: expect.any(String) }],
  ["GET /v1/changes", "/v1/changes", undefined, { items: [] }],
  ["GET /v1/edits", "/v1/edits", undefined, { items: [] }],
  ["GET /v1/identity", "/v1/identity", undefined, { kind: "operator", name: "operator" }],
  ["GET /v1/status", "/v1/status", undefined, { state: "running", contracts: 6, organizations: 3 }],
]

/** Shown by another test, or refused because there is nothing to do. */
const ELSEWHERE = [
  ...["", "/{name}"].map((path) => `GET /v1/agents${path}`),
  ...["stop", "start", "interrupt", "messages"].map((what) => `POST /v1/agents/{name}/${what}`),
  "GET /v1/tasks/{id}/log",
  ...["complete", "fail", "progress"].map((what) => `POST /v1/tasks/{id}/${what}`),
  "GET /v1/delegations",
  "POST /v1/delegations",
  "DELETE /v1/delegations/{id}",
  "GET /v1/standing",
  "DELETE /v1/standing/{id}",
  "POST /v1/tokens",
  "POST /v1/holds/{id}/cancel",
  "POST /v1/inbox/ack",
  "POST /v1/confirm",
  "POST /v1/shutdown",
  "POST /v1/contracts",
  "GET /v1/contracts/{scope}/{id}/history",
  "GET /v1/changes/{id}",
  "POST /v1/changes/{id}/cancel",
  "POST /v1/holds/{id}/accept",
  "POST /v1/edits/{id}/accept",
  "POST /v1/organizations/{org}/join",
  "POST /v1/organizations/{org}/links",
  "POST /v1/agents",
  "PUT /v1/agents/{name}",
  "DELETE /v1/agents/{name}",
]

const nameOf = ({ method, path }: Route): string => `${method} ${path}`

describe("every route", () => {
  it("answers as described", async () => {
    const done = new Set(ELSEWHERE)
    for (const [route, path, json, answer] of examples()) {
      const token = route.includes("votes") || route.includes("inbox") ? daemon.tokens.dana : daemon.tokens.operator
      const reply = await daemon.call(route.split(" ")[0]!, path, { token, json })
      expect({ route, status: reply.status, json: reply.json }).toMatchObject({ route, status: 200, json: answer })
      done.add(route)
    }
    expect([...done].toSorted()).toEqual(routes.map(nameOf).toSorted())
  })

  it("makes a token, 201, and shows its secret this once", async () => {
    const expires = "2099-01-01T00:00:00Z"
    const reply = await daemon.call("POST", "/v1/tokens", { json: { identity: "@dana", kind: "human", expires } })
    expect(reply.status).toBe(201)
    const { id, token } = reply.json as { readonly id: string; readonly token: string }
    expect((await daemon.call("GET", "/v1/status", { token })).status).toBe(200)
    const { text } = await daemon.call("GET", "/v1/tokens")
    expect(text).toContain(id)
    expect(text).not.toContain(token)
  })

  it("gives a vote to another human, shows that, and takes it back", async () => {
    const token = daemon.tokens.dana
    const json = { org: "@team", to: "@erik", on: "deploy.*", expires: "2099-01-01T00:00:00Z" }
    const made = await daemon.call("POST", "/v1/delegations", { token, json })
    const delegation = { org: "@team", from: "dana", to: "erik", on: "deploy.*", expires: "2099-01-01T00:00:00.000Z" }
    expect(made).toMatchObject({ status: 201, json: delegation })
    const { id } = made.json as { readonly id: string }
    expect((await daemon.call("GET", "/v1/delegations?org=@team", { token })).json).toEqual({
      items: [{ id, ...delegation }],
    })
    expect(await daemon.call("DELETE", `/v1/delegations/${id}`, { token })).toMatchObject({ status: 200, json: { id } })
    expect((await daemon.call("GET", "/v1/delegations", { token })).json).toEqual({ items: [] })
    const { status } = await daemon.call("POST", "/v1/delegations", { token, json: { ...json, to: "nobody" } })
    expect(status).toBe(400)
  })

  it("shows what approves itself again, and takes it back", async () => {
    const token = daemon.tokens.dana
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const { proposals } = await publish("deploy.requested")
    const path = `/v1/proposals/${proposals![0]}/votes`
    await daemon.call("POST", path, { token, json: { choice: "approve", standing: { until, max: 3 } } })
    const again = (await publish("deploy.requested")).proposals![0]!
    const listed = await daemon.call("GET", "/v1/standing?org=@team", { token })
    const { items } = listed.json as { readonly items: ReadonlyArray<{ readonly id: string }> }
    const { id } = items[0]!
    const contract = "@team/deploys-need-two"
    const standing = { id, by: "dana", contract, requester: "dana", type: "deploy.requested", until, left: 2 }
    expect(listed.json).toEqual({ items: [{ ...standing, org: "@team" }] })
    const state = () => daemon.call("GET", "/v1/organizations/@team/state", { token })
    expect((await state()).json).toMatchObject({ standing: [standing] })

    const revoke = (by: string) => daemon.call("DELETE", `/v1/standing/${id}`, { token: by })
    expect(await revoke(daemon.tokens.erik)).toMatchObject({
      status: 403,
      json: { type: "urn:charter:problem:not-the-approver" },
    })
    expect(await revoke(token)).toMatchObject({ status: 200, json: { ...standing, org: "@team" } })
    expect(await revoke(token)).toMatchObject({ status: 404, json: { type: "urn:charter:problem:standing-unknown" } })
    expect((await daemon.call("GET", "/v1/standing", { token })).json).toEqual({ items: [] })
    expect((await state()).json).toMatchObject({ standing: [] })
    // What it has approved stays approved; what comes is not.
    const votesOn = async (proposal: string) => (await daemon.call("GET", `/v1/proposals/${proposal}`, { token })).json
    expect(await votesOn(again)).toMatchObject({ state: "active", votes: [{ by: "dana", bystanding: id }] })
    expect(await votesOn((await publish("deploy.requested")).proposals![0]!)).toMatchObject({ votes: [] })
    const { json } = await daemon.call("GET", "/v1/events?type=approval.revoked&org=@team", { token })
    expect(json).toMatchObject({ items: [{ actor: "dana", data: { id, elector: "dana" } }] })
  })

  it.each([
    ["a human", "zoe", "zoe"],
    ["an agent", "stranger", "stranger@elsewhere"],
  ] as const)("lets %s of another organization take back an approval of its own", async (_, who, by) => {
    const token = daemon.tokens[who]
    const json = { org: "@team", kind: "decision", question: `Does ${who} agree?`, from: ["@erik", `@${by}`] }
    const opened = await daemon.call("POST", "/v1/proposals", { token: daemon.tokens.dana, json })
    const [proposal = ""] = (opened.json as { readonly proposals?: ReadonlyArray<string> }).proposals ?? []
    const standing = { until: new Date(Date.now() + 3_600_000).toISOString(), max: 3 }
    const vote = await daemon.call("POST", `/v1/proposals/${proposal}/votes`, {
      token,
      json: { choice: "approve", standing },
    })
    expect(vote.status, vote.text).toBe(200)
    const { items } = (await daemon.call("GET", "/v1/standing", { token })).json as {
      readonly items: ReadonlyArray<{ readonly id: string; readonly by: string }>
    }
    expect(items).toMatchObject([{ by, org: "@team", contract: "charter/members" }])
    expect((await daemon.call("GET", "/v1/standing?org=@team", { token })).status).toBe(403)
    const revoke = () => daemon.call("DELETE", `/v1/standing/${items[0]!.id}`, { token })
    expect(await revoke()).toMatchObject({ status: 200, json: { by } })
    expect((await revoke()).status).toBe(404)
  })

  it("cancels a hold by its own id", async () => {
    const { hold } = await publish("deploy.requested")
    const reply = await daemon.call("POST", `/v1/holds/${hold}/cancel`, {
      token: daemon.tokens.dana,
      json: { reason: "later" },
    })
    expect(reply).toMatchObject({ status: 200, json: { id: hold, state: "cancelled" } })
    const again = await daemon.call("POST", `/v1/holds/${hold}/cancel`, { token: daemon.tokens.dana })
    expect(again).toMatchObject({ status: 409, json: { type: "urn:charter:problem:hold-ended" } })
  })

  it("has nothing to confirm where nothing waits", async () => {
    expect((await daemon.call("POST", "/v1/confirm")).status).toBe(404)
  })

  it("refuses a vote on something else than was seen, and one from outside the electorate", async () => {
    const { proposals } = await publish("deploy.requested")
    const vote = (token: string, json: unknown) =>
      daemon.call("POST", `/v1/proposals/${proposals![0]}/votes`, { token, json })
    expect((await vote(daemon.tokens.dana, { choice: "approve", digest: "0".repeat(64) })).status).toBe(409)
    expect((await vote(daemon.tokens.reviewer, { choice: "approve" })).status).toBe(403)
    expect((await vote(daemon.tokens.operator, { choice: "approve" })).status).toBe(403)
  })

  it("explains in words to whoever accepts text", async () => {
    const path = `/v1/events/${ids.event}/explanation`
    const reply = await daemon.call("GET", path, { headers: { accept: "text/plain" } })
    expect(reply.headers.get("content-type")).toBe("text/plain; charset=utf-8")
    expect(reply.text).toBe(((await daemon.call("GET", path)).json as { readonly text: string }).text)
  })

  it("lists page by page to the end", async () => {
    const seen: Array<string> = []
    let after: string | undefined
    do {
      const { json } = await daemon.call(
        "GET",
        `/v1/holds?limit=1&order=oldest${after === undefined ? "" : `&after=${after}`}`,
      )
      const page = json as { readonly items: ReadonlyArray<{ readonly id: string }>; readonly next?: string }
      seen.push(...page.items.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    const all = (await daemon.call("GET", "/v1/holds?order=oldest")).json as {
      readonly items: ReadonlyArray<{ readonly id: string }>
    }
    expect(seen).toEqual(all.items.map(({ id }) => id))
    expect(seen.length).toBeGreaterThan(2)
  })

  it("says that it lives and is ready, and its figures to who has a token", async () => {
    expect(await daemon.call("GET", "/health", { token: undefined })).toMatchObject({
      status: 200,
      json: { status: "alive" },
    })
    expect(await daemon.call("GET", "/ready", { token: undefined })).toMatchObject({
      status: 200,
      json: { status: "ready" },
    })
    expect((await daemon.call("GET", "/metrics", { token: undefined })).status).toBe(401)
    const metrics = await daemon.call("GET", "/metrics")
    expect(metrics.headers.get("content-type")).toContain("version=0.0.4")
    expect(metrics.text).toMatch(/^# HELP /m)
  })
})

const isProblem = ({ status, headers, json }: Reply): void => {
  expect(headers.get("content-type")).toBe("application/problem+json")
  expect(json).toMatchObject({
    type: expect.stringMatching(/^urn:charter:problem:[a-z0-9-]+$/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
  })
}

/** A path of the route, with this in place of every parameter. */
const pathWith = (route: Pick<Route, "path">, value: string): string => route.path.replaceAll(/\{\w+\}/g, value)

describe("wrong input", () => {
  const withParams = routes.filter(({ path }) => path.includes("{"))
  const withBody = routes.filter(({ body }) => body !== undefined)

  it.each(routes.map((route) => [nameOf(route), route] as const))(
    "%s: no token, a wrong one, a wrong method, a wrong query",
    async (_, route) => {
      const path = pathWith(route, "x")
      for (const headers of [
        ...(route.needsToken ? [{}] : []),
        { authorization: "Basic YTpi" },
        { authorization: "Bearer no-such-token" },
      ]) {
        const reply = await daemon.call(route.method, path, { token: undefined, headers })
        expect(reply.status).toBe(401)
        expect(reply.headers.get("www-authenticate")).toContain("Bearer")
        isProblem(reply)
      }
      const patch = await daemon.call("PATCH", path)
      expect(patch.status).toBe(405)
      expect(patch.headers.get("allow")).toContain(route.method)
      isProblem(patch)
      const query = await daemon.call(route.method, `${path}?no-such-parameter=1`)
      expect(query).toMatchObject({ status: 400, json: { errors: [{ parameter: "no-such-parameter" }] } })
      isProblem(query)
    },
  )

  const PATHS = [
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e%2f",
    "__proto__",
    "constructor",
    "%00",
    "%zz",
    "a%20b",
    "%F0%9F%92%A9",
    "'--",
    "x".repeat(600),
  ]

  it.each(withParams.map((route) => [nameOf(route), route] as const))("%s: ids that are none", async (_, route) => {
    for (const value of PATHS) {
      const reply = await daemon.call(route.method, pathWith(route, value), {
        json: route.method === "POST" ? { choice: "approve" } : undefined,
      })
      expect([400, 403, 404], `${value}: ${reply.text}`).toContain(reply.status)
      isProblem(reply)
    }
  })

  it.each([
    ...withBody.map((route) => [nameOf(route), route] as const),
    ["POST /v1/events", { method: "POST", path: "/v1/events" }] as const,
  ])("%s: bodies that are none", async (name, route) => {
    if (name === "POST /v1/shutdown") return
    const path = pathWith(route, ids.proposal)
    const send = (body: string | Uint8Array<ArrayBuffer>, type = "application/json", headers = {}) =>
      daemon.call(route.method, path, { body, type, headers })
    const deep = `${'{"data":'.repeat(80)}1${"}".repeat(80)}`
    const cases: ReadonlyArray<readonly [number, Promise<Reply>]> = [
      [400, send('{"a":')],
      [400, send('"text"')],
      [400, send('{"no-such-key":{"a":1}}')],
      [400, send('{"__proto__":{"choice":"approve"},"constructor":1}')],
      [400, send(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
      [400, send(deep)],
      [400, send('{"data":1e999}')],
      [400, send('{"data":"\\ud800"}')],
      [413, send(`{"a":"${"x".repeat(1024 * 1024)}"}`)],
      [415, send("{}", "text/plain")],
      [415, send("{}", "application/json; charset=latin1")],
      [415, send("{}", "application/x-www-form-urlencoded")],
      [415, send("{}", "application/json", { "content-encoding": "gzip" })],
    ]
    for (const [status, sent] of cases) {
      const reply = await sent
      expect(reply.status, reply.text).toBe(status)
      isProblem(reply)
    }
  })

  it.each([
    ["/v1/events?limit=0", "limit"],
    ["/v1/events?limit=1e2", "limit"],
    ["/v1/events?limit=5000", "limit"],
    ["/v1/events?limit=1&limit=2", "limit"],
    ["/v1/events?order=newest", "order"],
    ["/v1/events?since=tomorrow", "since"],
    ["/v1/events?type=a..b", "type"],
    ["/v1/events?types=a.b", "types"],
    ["/v1/proposals?state=open", "state"],
    ["/v1/tasks?org=", "org"],
  ])("%s names the parameter", async (path, parameter) => {
    const reply = await daemon.call("GET", path)
    expect(reply).toMatchObject({ status: 400, json: { errors: [{ parameter }] } })
    isProblem(reply)
  })

  it.each([
    "/v1/events?after=no-cursor",
    "/v1/holds?after=no-cursor",
    "/v1/events/stream?after=no-cursor",
    "/v1/events?after=-1",
  ])("%s is no cursor", async (path) => {
    const reply = await daemon.call("GET", path)
    expect(reply.status).toBe(400)
    isProblem(reply)
  })

  it("gives a suggestion for a slip in a query and in a body", async () => {
    const query = await daemon.call("GET", "/v1/events?corelation=a")
    expect(query.text).toContain('Did you mean \\"correlation\\"?')
    const body = await daemon.call("POST", "/v1/tokens", { json: { identiy: "@dana", kind: "human" } })
    expect(body.text).toContain('Did you mean \\"identity\\"?')
  })

  it("finds nothing at other paths, over any method", async () => {
    for (const path of ["/", "/v1", "/v2/events", "/v1/events/", "/v1/events/a/b", "//", "/v1/../etc/passwd"])
      for (const method of ["GET", "POST", "DELETE"]) {
        const reply = await callNode({
          port: daemon.port,
          method,
          path,
          headers: { host: "localhost", authorization: `Bearer ${daemon.tokens.operator}` },
        })
        expect(reply.status, `${method} ${path}`).toBe(404)
      }
  })

  it("answers HEAD like GET, without the body", async () => {
    const reply = await daemon.call("HEAD", "/v1/status")
    expect(reply).toMatchObject({ status: 200, text: "" })
    const stream = await daemon.call("HEAD", "/v1/events/stream")
    expect(stream.status).toBe(200)
  })

  it("refuses a body that is declared too long before it is sent, and one that grows too long", async () => {
    const head = `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${daemon.tokens.operator}\r\nContent-Type: application/json\r\n`
    expect(await sendRaw(daemon.port, `${head}Content-Length: 9999999999\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /)
    const chunk = `${(64 * 1024).toString(16)}\r\n${"x".repeat(64 * 1024)}\r\n`
    expect(await sendRaw(daemon.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}`)).toMatch(
      /^HTTP\/1.1 413 /,
    )
  })

  it("of any kind is answered by a decision or by a problem", async () => {
    const names = ["type", "id", "source", "org", "actor", "data", "time", "subject", "specversion", "__proto__"]
    const attributes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
    const event = attributes.map((given) => ({ type: "fuzz.sent", ...given }))
    const body = fc.oneof(event, fc.array(event, { maxLength: 4 }), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.constantFrom(daemon.tokens.dana, daemon.tokens.operator, daemon.tokens.bridge),
        async (json, token) => {
          const reply = await daemon.call("POST", "/v1/events", { token, json })
          expect([200, 202, 400, 403, 404, 409, 413], reply.text).toContain(reply.status)
          const answers = Array.isArray(reply.json) ? reply.json : [reply.json]
          for (const answer of answers) expect(answer.verdict ?? answer.type, reply.text).toEqual(expect.any(String))
        },
      ),
      { numRuns: 300 },
    )
  })

  it("is no reason to stop: the daemon is as ready as before", async () => {
    expect((await daemon.call("GET", "/ready")).status).toBe(200)
    expect((await daemon.call("GET", `/v1/holds/${ids.hold}`)).status).toBe(200)
  })
})

describe("who may send", () => {
  const status = (headers: Readonly<Record<string, string>>) =>
    callNode({ port: daemon.port, path: "/health", headers }).then((reply) => reply.status)

  it("only who calls the daemon by one of its names", async () => {
    for (const host of ["localhost", `localhost:${daemon.port}`, "LocalHost", "127.0.0.1:1", `[::1]:${daemon.port}`])
      expect(await status({ host }), host).toBe(200)
    for (const host of [
      "evil.example",
      `evil.example:${daemon.port}`,
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "",
      "[::1",
      "localhost:x@evil",
    ])
      expect([400, 403], host).toContain(await status({ host }))
  })

  it("no page of a foreign origin, and none is given leave", async () => {
    const host = `localhost:${daemon.port}`
    expect(await status({ host, origin: `http://${host}` })).toBe(200)
    for (const origin of [
      "http://evil.example",
      "null",
      `http://${host}.evil.example`,
      "http://localhost:1",
      "http://localhost",
    ])
      expect(await status({ host, origin }), origin).toBe(403)
    const reply = await callNode({
      port: daemon.port,
      method: "OPTIONS",
      path: "/v1/events",
      headers: { host, "access-control-request-method": "POST" },
    })
    expect(reply.status).toBe(405)
    expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([])
  })

  it("whoever reaches the Unix socket, under any name but from no page", async () => {
    const socketPath = daemon.socket
    expect((await callNode({ socketPath, path: "/health", headers: { host: "charter" } })).status).toBe(200)
    expect(
      (await callNode({ socketPath, path: "/health", headers: { host: "charter", origin: "http://evil.example" } }))
        .status,
    ).toBe(403)
    expect((await callNode({ socketPath, path: "/v1/status", headers: { host: "charter" } })).status).toBe(401)
  })

  it("gets its request id back", async () => {
    expect(
      (await daemon.call("GET", "/health", { headers: { "x-request-id": "r-1" } })).headers.get("x-request-id"),
    ).toBe("r-1")
  })
})
