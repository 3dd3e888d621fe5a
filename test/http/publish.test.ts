import { createHmac, randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Daemon, startDaemon, WEBHOOK_SECRET } from "./daemon.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

const publish = (json: unknown, headers: Readonly<Record<string, string>> = {}, query = "") =>
  daemon.call("POST", `/v1/events${query}`, { token: daemon.tokens.dana, json, headers })

const read = (id: string) => daemon.call("GET", `/v1/events/${id}`)

const idOf = (json: unknown): string => (json as { readonly id: string }).id

const errorsOf = (json: unknown): ReadonlyArray<{ readonly pointer: string; readonly detail: string }> =>
  (json as { readonly errors: ReadonlyArray<{ readonly pointer: string; readonly detail: string }> }).errors

const approve = async (proposal: string): Promise<void> => {
  for (const token of [daemon.tokens.dana, daemon.tokens.erik])
    await daemon.call("POST", `/v1/proposals/${proposal}/votes`, { token, json: { choice: "approve" } })
}

/** The proposal about an event that another request publishes meanwhile. */
const proposalFor = async (event: string): Promise<string> => {
  for (;;) {
    const { json } = await daemon.call("GET", `/v1/holds?event=${event}`)
    const [hold] = (json as { readonly items: ReadonlyArray<{ readonly proposals: ReadonlyArray<string> }> }).items
    if (hold !== undefined) return hold.proposals[0]!
  }
}

describe("one event", () => {
  it("is answered 200 with its verdict, allowed or denied", async () => {
    const allowed = await publish({ type: "note.taken", org: "@team", data: { text: "hello" } })
    expect(allowed.status).toBe(200)
    expect(allowed.json).toMatchObject({
      verdict: "allow",
      org: "@team",
      seq: expect.any(Number),
      revision: expect.any(String),
    })
    const denied = await publish({ type: "drop.requested", org: "@team" })
    expect(denied.status).toBe(200)
    expect(denied.json).toMatchObject({ verdict: "deny", reason: expect.stringContaining("nothing is dropped here") })
  })

  it("is answered 202 while it is held, and 200 once it is not", async () => {
    const event = { id: randomUUID(), type: "deploy.requested", org: "@team" }
    const held = await publish(event)
    expect(held.status).toBe(202)
    await approve((held.json as { readonly proposals: ReadonlyArray<string> }).proposals[0]!)
    const again = await publish(event)
    expect(again.status).toBe(200)
    expect(again.json).toMatchObject({ duplicate: true, holdState: "released", id: event.id })
  })

  it("waits for a release where it is asked to", async () => {
    const id = randomUUID()
    const waiting = publish({ id, type: "deploy.requested", org: "@team" }, {}, "?wait=release&timeout=60s")
    await approve(await proposalFor(id))
    const reply = await waiting
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject({ holdState: "released", id })
  })

  it("is still 202 when the wait is over before the hold", async () => {
    const reply = await publish({ type: "deploy.requested", org: "@team" }, {}, "?wait=release&timeout=20ms")
    expect(reply.status).toBe(202)
  })

  it("is the same one under the same Idempotency-Key, and 409 with other content", async () => {
    const headers = { "idempotency-key": `"${randomUUID()}"` }
    const first = await publish({ type: "note.taken", data: 1 }, headers)
    const second = await publish({ type: "note.taken", data: 1 }, headers)
    expect(second.json).toMatchObject({ id: idOf(first.json), duplicate: true })
    const third = await publish({ type: "note.taken", data: 2 }, headers)
    expect(third.status).toBe(409)
  })

  it("carries the trace of the request where it names none", async () => {
    const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    const own = "00-11111111111111111111111111111111-2222222222222222-01"
    const unnamed = await publish({ type: "note.taken" }, { traceparent: trace })
    expect((await read(idOf(unnamed.json))).json).toMatchObject({ traceparent: trace })
    const named = await publish({ type: "note.taken", traceparent: own }, { traceparent: trace })
    expect((await read(idOf(named.json))).json).toMatchObject({ traceparent: own })
  })

  it("reads back as a CloudEvent with its decision", async () => {
    const published = await publish({
      specversion: "1.0",
      type: "note.taken",
      subject: "s/1",
      org: "@team",
      datacontenttype: "application/json",
      data: { a: 1 },
    })
    const reply = await read(idOf(published.json))
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject({
      specversion: "1.0",
      type: "note.taken",
      subject: "s/1",
      org: "@team",
      actor: "dana",
      actorkind: "human",
      datacontenttype: "application/json",
      data: { a: 1 },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      decision: { verdict: "allow" },
    })
  })

  it("may have further extension attributes, and attributes that are null", async () => {
    const reply = await publish({ type: "note.taken", subject: null, partitionkey: "a", sampledrate: 3 })
    expect(reply.status).toBe(200)
  })
})

describe("an event without an organization", () => {
  const organizationOf = async (token: string, more: object = {}) =>
    daemon.call("POST", "/v1/events", { token, json: { type: "note.taken", ...more } })

  it("is one of the only organization that a person is in, and of @global for an operator", async () => {
    expect((await organizationOf(daemon.tokens.erik)).json).toMatchObject({ org: "@team" })
    expect((await organizationOf(daemon.tokens.erik, { org: "@global" })).json).toMatchObject({ org: "@global" })
    expect((await organizationOf(daemon.tokens.operator)).json).toMatchObject({ org: "@global" })
  })

  it("is refused where a person is in several, with their names", async () => {
    const { json } = await daemon.call("POST", "/v1/tokens", { json: { identity: "@yves", kind: "human" } })
    const { token } = json as { readonly token: string }
    const refused = await organizationOf(token)
    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({
      type: "urn:charter:problem:organization-missing",
      detail: expect.stringContaining("@elsewhere, @team"),
    })
    expect((await organizationOf(token, { org: "@elsewhere" })).json).toMatchObject({ org: "@elsewhere" })
  })
})

describe("a malformed event", () => {
  it.each([
    ["without a type", {}, "#/type"],
    ["with a type that is no text", { type: 3 }, "#/type"],
    ["with an id that is no text", { type: "a.b", id: 3 }, "#/id"],
    ["of a newer version", { type: "a.b", specversion: "2.0" }, "#/specversion"],
    ["with a time that is none", { type: "a.b", time: "yesterday" }, "#/time"],
    ["with data that is no JSON", { type: "a.b", datacontenttype: "text/xml" }, "#/datacontenttype"],
    ["with binary data", { type: "a.b", data_base64: "AAAA" }, "#/data_base64"],
    ["with a broken trace", { type: "a.b", traceparent: "00-1-2-3" }, "#/traceparent"],
    ["with an object as actor", { type: "a.b", actor: { name: "erik" } }, "#/actor"],
    ["that is a text", "a.b", "#"],
    ["that is null", null, "#"],
  ])("%s is 400 and names the place", async (_, event, place) => {
    const reply = await publish(event)
    expect(reply.status).toBe(400)
    expect(reply.headers.get("content-type")).toBe("application/problem+json")
    expect(errorsOf(reply.json).map(({ pointer }) => pointer)).toEqual([place])
  })

  it.each([
    ["corelationid", '"correlationid"'],
    ["correlationId", '"correlationid"'],
    ["correlation_id", '"correlationid"'],
    ["sorce", '"source"'],
    ["subjekt", '"subject"'],
    ["orgg", '"org"'],
    ["ogr", '"org"'],
    ["Org", '"org"'],
    ["organization", '"org"'],
    ["organisation", '"org"'],
    ["tpye", '"type"'],
    ["datas", '"data"'],
  ])("with the slip %s learns what it meant", async (name, meant) => {
    const reply = await publish({ type: "a.b", [name]: "x" })
    expect(reply.status).toBe(400)
    expect(errorsOf(reply.json)[0]?.detail).toContain(meant)
  })

  it("with its payload beside data learns where that belongs", async () => {
    const reply = await publish({ type: "a.b", payload: { a: 1 } })
    expect(errorsOf(reply.json)).toEqual([{ pointer: "#/payload", detail: expect.stringContaining("data") }])
  })

  it("learns all its mistakes at once", async () => {
    const reply = await publish({ type: 1, id: 2, subjekt: "a", payload: [] })
    const places = errorsOf(reply.json).map(({ pointer }) => pointer)
    expect(places.toSorted()).toEqual(["#/id", "#/payload", "#/subjekt", "#/type"])
  })
})

describe("a batch", () => {
  const events = [
    { id: "batch-1", type: "note.taken", org: "@team" },
    { id: "batch-2" },
    { id: "batch-3", type: "drop.requested", org: "@team" },
    "no event",
    { id: "batch-4", type: "vote.cast", org: "@team" },
  ]
  const expected = [
    { id: "batch-1", verdict: "allow" },
    { status: 400, errors: [{ pointer: "#/1/type" }] },
    { id: "batch-3", verdict: "deny" },
    { status: 400, errors: [{ pointer: "#/3" }] },
    { status: 403, type: "urn:charter:problem:type-reserved" },
  ]

  it.each([
    ["application/json", JSON.stringify(events)],
    ["application/cloudevents-batch+json; charset=utf-8", JSON.stringify(events)],
    ["application/x-ndjson", events.map((event) => JSON.stringify(event)).join("\r\n")],
  ])("as %s is answered event by event, in order", async (type, body) => {
    const reply = await daemon.call("POST", "/v1/events", { token: daemon.tokens.erik, body, type })
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject(expected)
  })

  it("may have a line that is no JSON among others", async () => {
    const body = '{"type":"a.b"}\n{\n\n{"type":"c.d"}\n'
    const reply = await daemon.call("POST", "/v1/events", { body, type: "application/x-ndjson" })
    expect(reply.json).toMatchObject([{ verdict: "allow" }, { status: 400 }, { verdict: "allow" }])
  })

  it("may be empty, and has a bound", async () => {
    expect(await publish([])).toMatchObject({ status: 200, json: [] })
    expect((await publish(Array.from({ length: 1_001 }, () => ({ type: "a.b" })))).status).toBe(413)
    const body = '{"type":"a.b"}\n'.repeat(1_001)
    expect((await daemon.call("POST", "/v1/events", { body, type: "application/x-ndjson" })).status).toBe(413)
  })

  it("is no single event, nor the other way round", async () => {
    const send = (type: string, json: unknown) => daemon.call("POST", "/v1/events", { type, json })
    expect((await send("application/cloudevents+json", [])).status).toBe(400)
    expect((await send("application/cloudevents-batch+json", {})).status).toBe(400)
    expect((await publish([{ type: "a.b" }], { "idempotency-key": "one" })).status).toBe(400)
  })
})

describe("a webhook", () => {
  const deliver = (body: string, headers: Readonly<Record<string, string>>) =>
    daemon.call("POST", "/v1/webhooks/github", { token: undefined, body, headers })
  const body = JSON.stringify({
    action: "opened",
    sender: { login: "mona" },
    repository: { full_name: "a/b" },
    number: 7,
  })
  const signed = (text: string) => ({
    "x-github-event": "pull_request",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", WEBHOOK_SECRET).update(text).digest("hex")}`,
  })

  it("needs no token but a signature over the very bytes", async () => {
    const reply = await deliver(body, signed(body))
    expect(reply.status).toBe(200)
    expect((await read(idOf(reply.json))).json).toMatchObject({
      type: "github.pull_request.opened",
      actor: "github:mona",
      subject: "a/b#7",
      org: "@team",
    })
    expect((await deliver(`${body} `, signed(body))).status).toBe(401)
    expect((await deliver(body, {})).status).toBe(401)
  })

  it("is refused for an unknown source, other content and too many bytes", async () => {
    const unknown = async (source: string) =>
      (await daemon.call("POST", `/v1/webhooks/${source}`, { token: undefined, body: "{}" })).json
    expect(await unknown("nobody")).toMatchObject({
      status: 404,
      type: "urn:charter:problem:webhook-unknown",
      detail: 'there is no webhook "nobody"; known are github',
    })
    expect(await unknown("gitub")).toMatchObject({
      status: 404,
      detail: 'there is no webhook "gitub"; did you mean "github"?',
    })
    const text = "no JSON"
    expect((await deliver(text, signed(text))).status).toBe(400)
    expect((await deliver("x".repeat(1024 * 1024 + 1), {})).status).toBe(413)
  })
})
