import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openSocket, refusedSocket, type Socket } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"

let daemon: Daemon
let address: string
beforeAll(async () => {
  daemon = await startDaemon()
  address = `ws://127.0.0.1:${daemon.port}/v1/ws`
})
afterAll(() => daemon.stop())

const as = async (token: string): Promise<Socket> => {
  const socket = await openSocket(address)
  expect(await socket.ask({ op: "hello", token })).toMatchObject({ op: "welcome" })
  return socket
}
const publish = (type: string, data?: unknown) =>
  daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team", data } })
const problemOf = (message: unknown) =>
  (message as { readonly problem: { readonly status: number; readonly type: string } }).problem

describe("hello", () => {
  it("with a token is welcomed by name", async () => {
    const socket = await openSocket(address)
    expect(await socket.ask({ op: "hello", token: daemon.tokens.reviewer })).toMatchObject({
      op: "welcome",
      identity: { kind: "agent", name: "reviewer", org: "@team" },
    })
    await socket.close()
  })

  it("is not needed where the header says it, and may be said all the same", async () => {
    const socket = await openSocket(address, { authorization: `Bearer ${daemon.tokens.dana}` })
    expect(await socket.ask({ op: "ping" })).toMatchObject({ op: "pong" })
    expect(await socket.ask({ op: "hello" })).toMatchObject({
      op: "welcome",
      identity: { kind: "human", name: "dana" },
    })
    await socket.close()
  })

  it("cannot make somebody of somebody else", async () => {
    const socket = await as(daemon.tokens.dana)
    expect(problemOf(await socket.ask({ op: "hello", token: daemon.tokens.operator }))).toMatchObject({ status: 409 })
    expect(await socket.ask({ op: "hello" })).toMatchObject({ identity: { name: "dana" } })
    await socket.close()
  })

  it.each([
    ["with a wrong token", { op: "hello", token: "no-such-token" }],
    ["without one", { op: "hello" }],
    ["that is missing", { op: "publish", event: { type: "note.taken" } }],
  ])("%s ends the connection", async (_, message) => {
    const socket = await openSocket(address)
    expect(problemOf(await socket.ask(message))).toMatchObject({ status: 401 })
    expect(await socket.closed).toMatchObject({ code: 1008 })
  })

  it("that does not come ends the connection too", async () => {
    const impatient = await startDaemon({ helloMs: 20 })
    const socket = await openSocket(`ws://127.0.0.1:${impatient.port}/v1/ws`)
    expect(problemOf(await socket.take(({ op }) => op === "error"))).toMatchObject({ status: 408 })
    expect(await socket.closed).toMatchObject({ code: 1008, reason: "hello-overdue" })
    await impatient.stop()
  })
})

describe("the upgrade", () => {
  it("is refused with a wrong token, from a foreign page, under a foreign name, at another path", async () => {
    const base = `ws://127.0.0.1:${daemon.port}`
    expect(await refusedSocket(address, { authorization: "Bearer no-such-token" })).toBe(401)
    expect(await refusedSocket(address, { origin: "http://evil.example" })).toBe(403)
    expect(await refusedSocket(address, { host: "evil.example" })).toBe(403)
    expect(await refusedSocket(`${base}/v1/events`)).toBe(404)
    expect((await daemon.call("GET", "/v1/ws")).status).toBe(426)
  })
})

describe("publish", () => {
  it("is answered by the decision under its id", async () => {
    const socket = await as(daemon.tokens.dana)
    socket.send({ op: "publish", id: 7, event: { type: "note.taken", org: "@team" } })
    socket.send({ op: "publish", id: "seven", event: { type: "drop.requested", org: "@team" } })
    expect(await socket.take(({ id }) => id === 7)).toMatchObject({
      op: "decision",
      decision: { verdict: "allow", seq: expect.any(Number) },
    })
    expect(await socket.take(({ id }) => id === "seven")).toMatchObject({
      op: "decision",
      decision: { verdict: "deny" },
    })
    await socket.close()
  })

  it("keeps the order in which it was asked", async () => {
    const socket = await as(daemon.tokens.dana)
    const count = 300
    for (let n = 0; n < count; n++) socket.send({ op: "publish", id: n, event: { type: "note.taken", org: "@team" } })
    const seqs: Array<number> = []
    for (let n = 0; n < count; n++) {
      const { decision } = (await socket.take(({ id }) => id === n)) as unknown as {
        readonly decision: { readonly seq: number }
      }
      seqs.push(decision.seq)
    }
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
    await socket.close()
  })

  it("waits for a release while others vote here", async () => {
    const dana = await as(daemon.tokens.dana)
    const erik = await as(daemon.tokens.erik)
    await dana.ask({ op: "subscribe", types: ["proposal.opened"], org: "@team" })
    dana.send({
      op: "publish",
      id: "deploy",
      wait: "release",
      timeout: "60s",
      event: { type: "deploy.requested", org: "@team" },
    })
    const opened = (await dana.take(({ op }) => op === "event")) as unknown as {
      readonly event: { readonly data: { readonly id: string; readonly digest: string } }
    }
    const { id: proposal, digest } = opened.event.data
    expect(problemOf(await erik.ask({ op: "approve", proposal, digest: "0".repeat(64) }))).toMatchObject({
      status: 409,
    })
    expect(await erik.ask({ op: "approve", proposal, digest })).toMatchObject({
      op: "voted",
      proposal: { id: proposal, state: "active" },
    })
    expect(await dana.ask({ op: "vote", proposal, choice: "approve", reason: "go" })).toMatchObject({
      op: "voted",
      proposal: { state: "succeeded" },
    })
    expect(await dana.take(({ id }) => id === "deploy")).toMatchObject({ decision: { holdState: "released" } })
    expect(problemOf(await erik.ask({ op: "deny", proposal }))).toMatchObject({ status: 409 })
    await dana.close()
    await erik.close()
  })
})

describe("subscribe", () => {
  it("brings what is published from then on, once for each subscription that covers it", async () => {
    const socket = await as(daemon.tokens.dana)
    expect(await socket.ask({ op: "subscribe", types: ["memo.*"], org: "@team" })).toEqual({
      op: "subscribed",
      id: "ask-2",
    })
    socket.send({ op: "subscribe", id: "all", types: ["**"] })
    await socket.take(({ op, id }) => op === "subscribed" && id === "all")
    await publish("memo.taken", { n: 1 })
    const first = await socket.take(({ op, id }) => op === "event" && id === "ask-2")
    expect(first).toMatchObject({
      cursor: expect.any(String),
      event: { specversion: "1.0", type: "memo.taken", data: { n: 1 } },
    })
    expect(await socket.take(({ op, id }) => op === "event" && id === "all")).toMatchObject({ event: first["event"] })
    await socket.close()
  })

  it("is refused for an organization that is not there, and has not been confirmed before", async () => {
    const socket = await as(daemon.tokens.dana)
    expect(problemOf(await socket.ask({ op: "subscribe", org: "@nowhere" }))).toMatchObject({
      status: 404,
      type: "urn:charter:problem:organization-unknown",
    })
    await socket.close()
  })

  it("goes on from a cursor after a break", async () => {
    const before = await as(daemon.tokens.dana)
    await before.ask({ op: "subscribe", types: ["step.*"], org: "@team" })
    for (let n = 0; n < 6; n++) await publish("step.done", n)
    let cursor: unknown
    const seen: Array<unknown> = []
    const takeOne = async (socket: Socket): Promise<void> => {
      const message = (await socket.take(({ op }) => op === "event")) as unknown as {
        readonly cursor: string
        readonly event: { readonly data: number }
      }
      cursor = message.cursor
      seen.push(message.event.data)
    }
    for (let n = 0; n < 2; n++) await takeOne(before)
    before.raw.terminate()
    const after = await openSocket(address)
    await after.ask({ op: "hello", token: daemon.tokens.dana, after: cursor })
    await after.ask({ op: "subscribe", types: ["step.*"], org: "@team" })
    for (let n = 0; n < 4; n++) await takeOne(after)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
    await after.close()
  })

  it("ends by unsubscribe, and its id is free again", async () => {
    const socket = await as(daemon.tokens.dana)
    const subscribe = { op: "subscribe", id: "s", types: ["ended.*"], org: "@team" }
    socket.send(subscribe)
    await socket.take(({ op }) => op === "subscribed")
    socket.send(subscribe)
    expect(problemOf(await socket.take(({ op }) => op === "error"))).toMatchObject({ status: 409 })
    socket.send({ op: "unsubscribe", id: "s" })
    await socket.take(({ op }) => op === "unsubscribed")
    await publish("ended.first")
    socket.send(subscribe)
    await socket.take(({ op }) => op === "subscribed")
    await publish("ended.second")
    expect(await socket.take(({ op }) => op === "event")).toMatchObject({ event: { type: "ended.second" } })
    await socket.close()
  })

  it("is refused for what may not be read, and beyond its number", async () => {
    const stranger = await as(daemon.tokens.stranger)
    stranger.send({ op: "subscribe", id: "s", org: "@team" })
    expect(problemOf(await stranger.take(({ op }) => op === "error"))).toMatchObject({ status: 403 })
    for (let n = 0; n < 32; n++) expect(await stranger.ask({ op: "subscribe" })).toMatchObject({ op: "subscribed" })
    expect(problemOf(await stranger.ask({ op: "subscribe" }))).toMatchObject({ status: 409 })
    await stranger.close()
  })

  it("ends with the token", async () => {
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@dana", kind: "human" } })
    const { id, token } = made.json as { readonly id: string; readonly token: string }
    const socket = await as(token)
    await socket.ask({ op: "subscribe", types: ["secret.*"], org: "@team" })
    await daemon.call("DELETE", `/v1/tokens/${id}`)
    await publish("secret.told")
    expect(await socket.closed).toMatchObject({ code: 1008 })
    expect(await socket.take(() => true)).toMatchObject({ op: "error", problem: { status: 401 } })
  })
})

describe("a message that is none", () => {
  it.each([
    ["no JSON", "{", 400],
    ["no object", "[]", 400],
    ["null", "null", 400],
    ["no op", "{}", 400],
    ["an unknown op", '{"op":"publsh"}', 400],
    ["an op that an object has", '{"op":"constructor"}', 400],
    ["a missing field", '{"op":"vote","choice":"approve"}', 400],
    ["a field of the wrong type", '{"op":"subscribe","types":"a.b"}', 400],
    ["an unknown field", '{"op":"subscribe","type":"a.b"}', 400],
    ["an event that is none", '{"op":"publish","event":{"typ":"a.b"}}', 400],
    ["no cursor", '{"op":"subscribe","after":"yesterday"}', 400],
    ["a proposal that is a path", '{"op":"approve","proposal":"../../etc/passwd"}', 404],
    ["a number beyond a double", '{"op":"publish","event":{"type":"a.b","data":1e999}}', 400],
  ])("(%s) is answered by a problem, and the connection goes on", async (_, text, status) => {
    const socket = await as(daemon.tokens.dana)
    socket.raw.send(text)
    expect(problemOf(await socket.take(({ op }) => op === "error"))).toMatchObject({ status })
    expect(await socket.ask({ op: "ping" })).toMatchObject({ op: "pong" })
    await socket.close()
  })

  it("names the slip", async () => {
    const socket = await as(daemon.tokens.dana)
    expect(JSON.stringify(await socket.ask({ op: "publsh" }))).toContain('did you mean \\"publish\\"?')
    socket.raw.send(Buffer.from([1, 2, 3]))
    expect(problemOf(await socket.take(({ op }) => op === "error"))).toMatchObject({ status: 400 })
    await socket.close()
  })

  it("of too many bytes ends the connection with the code for that", async () => {
    const socket = await as(daemon.tokens.dana)
    socket.raw.send("x".repeat(1024 * 1024 + 1))
    expect(await socket.closed).toMatchObject({ code: 1009 })
  })
})

describe("a connection", () => {
  it("that shows no sign of life is ended, another is not", async () => {
    const quick = await startDaemon({ heartbeatMs: 30 })
    const url = `ws://127.0.0.1:${quick.port}/v1/ws`
    const headers = { authorization: `Bearer ${quick.tokens.dana}` }
    const alive = await openSocket(url, headers)
    const silent = await openSocket(url, headers, { autoPong: false })
    expect(await silent.closed).toMatchObject({ code: 1006 })
    expect(await alive.ask({ op: "ping" })).toMatchObject({ op: "pong" })
    await alive.close()
    await quick.stop()
  })
})

describe("the inbox", () => {
  it("is pushed as it fills: messages to a member, and his mentions; and is acknowledged over the same socket", async () => {
    const dana = await as(daemon.tokens.dana)
    const erik = await as(daemon.tokens.erik)
    erik.send({ op: "inbox", id: "mine" })
    await erik.take(({ op, id }) => op === "subscribed" && id === "mine")
    const posted = await dana.ask({ op: "post", org: "@team", channel: "general", text: "@worker, ask @erik" })
    expect(posted).toMatchObject({ op: "decision", decision: { verdict: "allow" } })
    await dana.ask({ op: "post", org: "@team", to: "erik", text: "have a look" })
    const mention = await erik.take(({ op }) => op === "inbox")
    expect(mention).toMatchObject({
      id: "mine",
      cursor: expect.any(String),
      item: {
        org: "@team",
        kind: "mention",
        from: "dana",
        channel: "general",
        text: "@worker, ask @erik",
        state: "new",
      },
    })
    const message = await erik.take(({ op }) => op === "inbox")
    expect(message).toMatchObject({ item: { kind: "message", from: "dana", text: "have a look" } })
    const idOf = (pushed: unknown) => (pushed as { readonly item: { readonly id: string } }).item.id
    expect(await erik.ask({ op: "ack", items: [idOf(mention)] })).toMatchObject({
      op: "acked",
      items: [{ id: idOf(mention), state: "acknowledged", acknowledgedAt: expect.any(String) }],
    })
    expect(problemOf(await dana.ask({ op: "ack", items: [idOf(message)] }))).toMatchObject({ status: 404 })
    const left = await daemon.call("GET", "/v1/inbox?org=@team&state=new", { token: daemon.tokens.erik })
    expect(left.json).toMatchObject({ items: [{ id: idOf(message), text: "have a look" }] })
    await Promise.all([dana.close(), erik.close()])
  })

  it("goes on from a cursor: what came meanwhile is not lost", async () => {
    const dana = await as(daemon.tokens.dana)
    const first = await as(daemon.tokens.erik)
    first.send({ op: "inbox" })
    await first.take(({ op }) => op === "subscribed")
    const say = (text: string) => dana.ask({ op: "post", org: "@team", to: "erik", text })
    await say("one")
    const { cursor } = await first.take(({ op }) => op === "inbox")
    await first.close()
    await say("two")
    await say("three")
    const second = await as(daemon.tokens.erik)
    second.send({ op: "inbox", after: cursor })
    for (const text of ["two", "three"])
      expect(await second.take(({ op }) => op === "inbox")).toMatchObject({ item: { text } })
    await Promise.all([dana.close(), second.close()])
  })

  it("is nobody's who is no member, and a post goes somewhere that is there", async () => {
    const operator = await as(daemon.tokens.operator)
    operator.send({ op: "inbox" })
    expect(problemOf(await operator.take(({ op }) => op === "error"))).toMatchObject({ status: 403 })
    for (const [where, status] of [
      [{ channel: "generel" }, 404],
      [{ to: "nobody" }, 404],
      [{}, 400],
      [{ channel: "general", to: "erik" }, 400],
    ] as const)
      expect(problemOf(await operator.ask({ op: "post", org: "@team", text: "hello", ...where }))).toMatchObject({
        status,
      })
    await operator.close()
  })
})
