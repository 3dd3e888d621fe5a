/** What is open in an organization, now and then; and what is asked for twice with one key. */
import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PublishAnswer } from "../../src/service/views/events.ts"
import { type Daemon, startDaemon } from "./daemon.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

const publish = async (type: string, more: object = {}) =>
  (await daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team", ...more } }))
    .json as PublishAnswer
const stateOf = async (query = "") =>
  (await daemon.call("GET", `/v1/organizations/@team/state${query}`, { token: daemon.tokens.dana })).json as {
    readonly seq: number
    readonly time: string
    readonly holds: ReadonlyArray<{ readonly id: string }>
  }

describe("the state of an organization", () => {
  it("is what is open now, and what was open then", async () => {
    const held = await publish("deploy.requested")
    const before = await stateOf()
    expect(before).toMatchObject({
      org: "@team",
      holds: [{ id: held.hold, type: "deploy.requested", actor: "dana", proposals: held.proposals }],
      proposals: [{ id: held.proposals![0], votes: [] }],
      documents: [],
    })
    // Log time has milliseconds: what comes now is later than what was.
    while (Date.now() <= Date.parse(before.time)) await new Promise(setImmediate)
    await daemon.call("POST", `/v1/proposals/${held.proposals![0]}/votes`, {
      token: daemon.tokens.erik,
      json: { choice: "approve" },
    })
    await daemon.call("PUT", "/v1/documents/plan.md?org=@team", { token: daemon.tokens.dana, json: { text: "x" } })
    await daemon.call("POST", `/v1/holds/${held.hold}/cancel`, { json: {} })
    const after = await stateOf()
    expect(after).toMatchObject({ holds: [], proposals: [], documents: [{ name: "plan.md", version: 1 }] })
    expect(await stateOf(`?at=${encodeURIComponent(before.time)}`)).toEqual(before)
    expect(await stateOf("?at=2000-01-01")).toMatchObject({ seq: 0, holds: [], revision: "" })
    expect(await stateOf("?at=2999-01-01")).toEqual(after)
  })

  it("is for those who are in it", async () => {
    for (const [who, status] of [
      ["stranger", 403],
      ["bridge", 403],
      ["reviewer", 200],
    ] as const) {
      const reply = await daemon.call("GET", "/v1/organizations/@team/state", { token: daemon.tokens[who] })
      expect([who, reply.status]).toEqual([who, status])
    }
    expect((await daemon.call("GET", "/v1/organizations/@nowhere/state")).status).toBe(404)
  })
})

describe("what is asked for twice with one Idempotency-Key", () => {
  const send = (method: string, path: string, key: string, json: object, token = daemon.tokens.dana) =>
    daemon.call(method, path, { token, json, headers: { "idempotency-key": key } })

  it("is one delegation", async () => {
    const wanted = { org: "@team", to: "erik", on: "a.*", expires: "2099-01-01T00:00:00Z" }
    const first = await send("POST", "/v1/delegations", "give", wanted)
    expect(first.status).toBe(201)
    expect(await send("POST", "/v1/delegations", '"give"', wanted)).toMatchObject({ status: 201, json: first.json })
    expect((await send("POST", "/v1/delegations", "give", { ...wanted, on: "b.*" })).status).toBe(409)
    const { json } = await daemon.call("GET", "/v1/delegations", { token: daemon.tokens.dana })
    expect(json).toMatchObject({ items: [{ on: "a.*" }] })
    expect((await send("POST", "/v1/delegations", "", wanted)).status).toBe(400)
  })

  it("is one token, whose secret is shown once", async () => {
    const wanted = { identity: "@dana", kind: "human" }
    const { operator } = daemon.tokens
    const first = await send("POST", "/v1/tokens", "mint", wanted, operator)
    expect(first.status).toBe(201)
    const { id } = first.json as { readonly id: string }
    expect(await send("POST", "/v1/tokens", "mint", wanted, operator)).toMatchObject({
      status: 409,
      json: { type: "urn:charter:problem:token-made", token: id },
    })
  })

  it("is one message, one version of a document, and one kept text", async () => {
    const messages = "/v1/channels/general/messages?org=@team"
    const said = await send("POST", messages, "say", { text: "hello" })
    expect(await send("POST", messages, "say", { text: "hello" })).toMatchObject({
      status: 200,
      json: { id: (said.json as PublishAnswer).id, duplicate: true },
    })
    expect((await send("POST", messages, "say", { text: "bye" })).status).toBe(409)
    const written = await send("PUT", "/v1/documents/key.md?org=@team", "write", { text: "one" })
    expect(written.status).toBe(200)
    expect(await send("PUT", "/v1/documents/key.md?org=@team", "write", { text: "one" })).toMatchObject({
      status: 200,
      json: { duplicate: true },
    })
    const kept = await send("POST", "/v1/resources?org=@team", "keep", { text: "a text" })
    expect(kept).toMatchObject({ status: 200, json: { verdict: "allow" } })
    expect((await send("POST", "/v1/resources?org=@team", "keep", { text: "a text" })).json).toMatchObject({
      duplicate: true,
    })
  })
})

describe("a resource", () => {
  it("is kept by its hash, and read by those who are in the organization", async () => {
    const text = "long\n".repeat(2_000)
    const hash = createHash("sha256").update(text).digest("hex")
    const path = "/v1/resources?org=@team"
    const { json } = await daemon.call("POST", path, { token: daemon.tokens.reviewer, json: { text } })
    expect(json).toMatchObject({ verdict: "allow", hash })
    const read = (token: string) => daemon.call("GET", `/v1/resources/${hash}`, { token })
    expect((await read(daemon.tokens.dana)).json).toEqual({ org: "@team", hash, bytes: 10_000, text })
    expect((await read(daemon.tokens.stranger)).status).toBe(404)
    expect((await daemon.call("POST", path, { json: { text: "" } })).status).toBe(400)
    expect((await daemon.call("POST", path, { json: { text: "x".repeat(300_000) } })).status).toBe(413)
  })
})
