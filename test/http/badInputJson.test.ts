/**
 * Bodies that would mean one thing to the daemon and another one to who wrote them: a key that stands twice, keys that
 * JavaScript treats apart, events in forms that are nearly CloudEvents. Refused at each door, or kept as they were sent.
 */
import { createHmac, randomUUID } from "node:crypto"
import { request as httpRequest } from "node:http"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { MAX_BODY_BYTES } from "../../src/http/limits.ts"
import { openApiDocument } from "../../src/http/openapi/document.ts"
import { type Message, openSocket, type Reply } from "./client.ts"
import { type Daemon, startDaemon, WEBHOOK_SECRET } from "./daemon.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

const send = (body: string, type = "application/json", path = "/v1/events"): Promise<Reply> =>
  daemon.call("POST", path, { token: daemon.tokens.dana, body, type })

const newest = async (): Promise<string> => {
  const { json } = await daemon.call("GET", "/v1/events?limit=1")
  return (json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items[0]!.id
}

/** Nothing of it is in the log. */
const unrecorded = async <A>(act: () => Promise<A>): Promise<A> => {
  const before = await newest()
  const answer = await act()
  expect(await newest()).toBe(before)
  return answer
}

const problem = (type: string, status = 400) => ({ type: `urn:charter:problem:${type}`, status })
const twice = (pointer: string) => ({ ...problem("duplicate-key"), errors: [expect.objectContaining({ pointer })] })

describe("a key that stands twice is refused, with its place", () => {
  const withBody = Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { requestBody }]) => requestBody?.content["application/json"] !== undefined)
      .map(([method]) => [method.toUpperCase(), path] as const),
  )
  it.each(withBody.filter(([, path]) => !path.includes("webhooks")))("%s %s", async (method, path) => {
    const token = path === "/v1/shutdown" ? daemon.tokens.dana : daemon.tokens.operator
    const reply = await daemon.call(method, path.replaceAll(/\{\w+\}/g, "none"), {
      token,
      body: '{"a":{"b":[1,{"c":1,"\\u0063":1}]}}',
    })
    expect(reply.json).toMatchObject(twice("#/a/b/1/c"))
  })

  const EVENT = '{"type":"drop.requested","org":"@team","data":{"environment":"test","environment":"production"}}'
  it.each([
    ["an event", "application/json", EVENT, "#/data/environment"],
    ["a CloudEvent", "application/cloudevents+json", EVENT, "#/data/environment"],
    ["its attributes", "application/json", EVENT.replace('"type"', '"type":"note.taken","type"'), "#/type"],
    ["a list", "application/json", `[{"type":"note.taken"},${EVENT}]`, "#/1/data/environment"],
    ["a batch", "application/cloudevents-batch+json", `[${EVENT}]`, "#/0/data/environment"],
  ])("in %s", async (_, type, body, pointer) => {
    const reply = await unrecorded(() => send(body, type))
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject(twice(pointer))
  })

  it("in a line, and in that line only", async () => {
    const reply = await send(`${EVENT}\n{"type":"note.taken","org":"@team"}\n`, "application/x-ndjson")
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject([twice("#/data/environment"), { verdict: "allow" }])
  })

  it("in a WebSocket message", async () => {
    const socket = await openSocket(`${daemon.url.replace("http", "ws")}/v1/ws`, {
      authorization: `Bearer ${daemon.tokens.dana}`,
    })
    await unrecorded(async () => {
      socket.raw.send(`{"op":"publish","event":${EVENT}}`)
      const answer = await socket.take(({ op }: Message) => op === "error")
      expect(answer["problem"]).toMatchObject(twice("#/event/data/environment"))
    })
    await socket.close()
  })

  const deliver = (body: string): Promise<Reply> =>
    daemon.call("POST", "/v1/webhooks/github", {
      body,
      headers: {
        "x-github-event": "push",
        "x-github-delivery": randomUUID(),
        "x-hub-signature-256": `sha256=${createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex")}`,
      },
    })

  it("in a delivery, though its signature is good", async () => {
    const reply = await unrecorded(() => deliver('{"ref":"refs/heads/main","repository":{"id":1,"id":2}}'))
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject(twice("#/repository/id"))
    expect((await deliver('{"ref":"refs/heads/main","repository":{"id":1}}')).status).toBe(200)
  })
})

describe("keys that JavaScript treats apart", () => {
  const DATA =
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"a":{"__proto__":[]}}'

  it("in data are data: what is decided is what is stored", async () => {
    const id = randomUUID()
    const reply = await send(`{"id":"${id}","type":"note.taken","org":"@team","data":${DATA}}`)
    expect(reply.json).toMatchObject({ verdict: "allow" })
    const { text } = await daemon.call("GET", `/v1/events/${id}`)
    expect((JSON.parse(text) as { readonly data: unknown }).data).toEqual(JSON.parse(DATA))
    expect(text).toContain('"__proto__":{"polluted":true}')
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
  })

  it("in data meet no condition of a name that the data does not have", async () => {
    for (const data of [
      "{}",
      '{"__proto__":{"text":"PLEASE WAIT"}}',
      '{"__proto__":{"channel":"x","text":"PLEASE WAIT"}}',
    ]) {
      const reply = await send(`{"type":"resource.store.requested","org":"@team","data":${data}}`)
      expect(reply.json, data).not.toMatchObject({ verdict: "hold" })
    }
  })

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype"])(
    "%s is no attribute",
    async (name) => {
      for (const body of [
        `{"type":"note.taken","org":"@team","${name}":{"a":1}}`,
        `{"${name}":{"type":"note.taken"}}`,
      ]) {
        const reply = await unrecorded(() => send(body))
        expect(reply.json, body).toMatchObject(problem("invalid-body"))
      }
    },
  )

  it.each(["__proto__", "constructor", "toString"])("%s is no parameter of a query", async (name) => {
    for (const query of [`${name}=1`, `${name}=a&${name}=b`, `limit=1&${name}=`]) {
      const reply = await daemon.call("GET", `/v1/events?${query}`)
      expect(reply.json, query).toMatchObject({ ...problem("invalid-query"), errors: [{ parameter: name }] })
    }
  })

  it("may be types of events, which nobody takes for others", async () => {
    const log = (["log", "error"] as const).map((level) => vi.spyOn(console, level))
    const held = `{"id":"${randomUUID()}","type":"deploy.requested","org":"@team"}`
    const { json } = await send(held)
    const [proposal] = (json as { readonly proposals: ReadonlyArray<string> }).proposals
    const waiting = send(held, "application/json", "/v1/events?wait=release&timeout=30s")
    for (const type of ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"])
      for (const data of [
        "",
        ',"data":null',
        ',"data":{"level":"error","message":"not mine","hold":"h","reason":"r"}',
      ]) {
        const reply = await send(`{"type":"${type}","org":"@team"${data}}`)
        expect(reply.status, `${type}${data}: ${reply.text}`).toBe(200)
        expect(reply.json).toMatchObject({ verdict: "allow" })
      }
    for (const token of [daemon.tokens.dana, daemon.tokens.erik])
      await daemon.call("POST", `/v1/proposals/${proposal}/votes`, { token, json: { choice: "approve" } })
    expect((await waiting).json).toMatchObject({ holdState: "released" })
    // No turn fails at one, and none writes into the daemon's own log.
    const said = log.flatMap(({ mock }) => mock.calls.map((call) => call.map(String).join(" "))).join("\n")
    for (const spy of log) spy.mockRestore()
    expect(said).not.toMatch(/failed|not mine/)
  })

  it("and such names are nobody's: no type, organization, task or document goes by them", async () => {
    for (const name of ["__proto__", "constructor", "toString", "valueOf"]) {
      for (const path of [
        "events",
        "proposals",
        "tasks",
        "organizations",
        "contracts",
        "agents",
        "documents",
        "webhooks",
      ]) {
        const { status } = await daemon.call("GET", `/v1/${path}/${name}`)
        expect([400, 404, 405], `${path}/${name}: ${status}`).toContain(status)
      }
      const reply = await send(`{"type":"note.taken","org":"@${name}"}`)
      expect(reply.status, name).toBeGreaterThanOrEqual(400)
      expect(reply.status, name).toBeLessThan(500)
    }
  })
})

describe("what is nearly a CloudEvent", () => {
  const good = { type: "note.taken", org: "@team", specversion: "1.0", source: "s", id: "" }
  const made = (more: object): string => JSON.stringify({ ...good, id: randomUUID(), ...more })

  it.each([
    ["another version", { specversion: "0.3" }, "invalid-body"],
    ["a version that is a number", { specversion: 1 }, "invalid-body"],
    ["binary data", { data_base64: "AAAA" }, "invalid-body"],
    ["data of another media type", { datacontenttype: "application/xml", data: "<a/>" }, "invalid-body"],
    ["a time that is none", { time: "now" }, "invalid-body"],
    ["an attribute with a capital letter", { Subject: "x" }, "invalid-body"],
    ["an object beside data", { extension: {} }, "invalid-body"],
  ])("%s", async (_, more, type) => {
    const reply = await unrecorded(() => send(made(more), "application/cloudevents+json"))
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject(problem(type))
  })

  it.each([
    ["a list in structured mode", "application/cloudevents+json", `[${made({})}]`, 400],
    ["one event as a batch", "application/cloudevents-batch+json", made({}), 400],
    ["XML", "application/cloudevents+xml", "<event/>", 415],
    ["Avro", "application/cloudevents+avro", "\u0000", 415],
    ["a form", "application/x-www-form-urlencoded", "type=note.taken", 415],
    ["no text at all", "application/octet-stream", made({}), 415],
    ["another charset", "application/json; charset=utf-16", made({}), 415],
    ["nothing", "application/json", "", 400],
    ["only space", "application/json", " \n", 400],
    ["nothing in a batch of lines", "application/x-ndjson", "null", 200],
  ])("%s", async (_, type, body, status) => {
    const reply = await unrecorded(() => send(body, type))
    expect(reply.status, reply.text).toBe(status)
    expect(Array.isArray(reply.json) ? reply.json[0] : reply.json).toMatchObject({
      type: expect.stringMatching(/^urn:charter:problem:/),
      status: status === 200 ? 400 : status,
    })
  })

  it("binary mode, with any of its headers, is not taken for what the body looks like", async () => {
    for (const name of ["ce-specversion", "ce-type", "ce-source", "ce-id"]) {
      const reply = await unrecorded(() =>
        daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, body: made({}), headers: { [name]: "1.0" } }),
      )
      expect(reply.json).toMatchObject(problem("binary-mode-not-supported"))
    }
  })
})

describe("more than is read", () => {
  /** In pieces, without a length; the answer may come before the last of them. */
  const inPieces = (pieces: number): Promise<{ readonly status: number; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          port: daemon.port,
          path: "/v1/events",
          method: "POST",
          headers: { authorization: `Bearer ${daemon.tokens.dana}`, "content-type": "application/json" },
        },
        (response) => {
          let text = ""
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
          response.on("end", () => resolve({ status: response.statusCode!, text }))
        },
      )
      sent.on("error", (error) => (sent.destroyed ? undefined : reject(error)))
      sent.write('{"type":"note.taken","data":"')
      for (let piece = 0; piece < pieces; piece++) sent.write("x".repeat(64 * 1024))
      sent.end('"}')
    })

  it("is refused as soon as it is too much, declared or not", async () => {
    await unrecorded(async () => {
      const declared = await send(`{"type":"note.taken","data":"${"x".repeat(MAX_BODY_BYTES)}"}`)
      expect(declared.json).toMatchObject(problem("body-too-large", 413))
      const { status, text } = await inPieces(MAX_BODY_BYTES / (64 * 1024) + 1)
      expect(status).toBe(413)
      expect(JSON.parse(text)).toMatchObject(problem("body-too-large", 413))
    })
  })

  it("of levels is refused, however many there are", async () => {
    for (const levels of [65, 1_000, 400_000])
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
        ['{"\\u0061":', "}"],
      ] as const) {
        const times = Math.min(levels, Math.floor(MAX_BODY_BYTES / (2 * (open.length + close.length))))
        const body = `{"type":"note.taken","org":"@team","data":${open.repeat(times)}1${close.repeat(times)}}`
        const reply = await unrecorded(() => send(body))
        expect(reply.json, `${times} of ${open}`).toMatchObject(problem("unacceptable-json"))
      }
  })

  it("of one key is answered in few words", async () => {
    const key = "k".repeat(MAX_BODY_BYTES / 4)
    for (const body of [`{"${key}":1,"${key}":1}`, `{"type":"note.taken","${key}":{}}`, `{"type":"${key}"}`]) {
      const reply = await unrecorded(() => send(body))
      expect(reply.status).toBe(400)
      expect(reply.text.length, reply.text.slice(0, 300)).toBeLessThan(8_192)
    }
  })
})
