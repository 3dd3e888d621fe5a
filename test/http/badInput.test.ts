/**
 * Bad input at every door, from a seed: each is refused in time, with a problem document, and leaves nothing behind.
 *
 * `CHARTER_FUZZ_CASES=2000 npm test -- test/http/badInput.test.ts` for more of it.
 */
import { isUtf8 } from "node:buffer"
import fc from "fast-check"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { openApiDocument } from "../../src/http/openapi/document.ts"
import { messages, type Op, ops } from "../../src/http/socket/messages.ts"
import { fuzzCases } from "../language/conditions/arbitraries.ts"
import { call, type Message, openSocket, type Request, sendRaw } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"
import { valuesFor } from "./schemaValues.ts"

const RUNS = fuzzCases(25)
/** Nothing that is refused takes longer, on a machine that is busy. */
const MAX_CASE_MS = 5_000

const { paths, components } = openApiDocument()
const values = valuesFor(components.schemas, () => ["@team", "dana", "note.taken"])

const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const named = <O extends (typeof operations)[number]>(some: ReadonlyArray<O>) =>
  some.map((one) => [`${one.method} ${one.path}`, one] as const)

let daemon: Daemon
let before: string
beforeAll(async () => {
  daemon = await startDaemon()
  before = await position()
})
afterEach(async () => {
  const [earlier, now] = [before, await position()]
  before = now
  expect(now, "what was refused is in the log").toBe(earlier)
})
afterAll(() => daemon.stop())

/** Of the log: its newest event, in any organization. */
const position = async (): Promise<string> => {
  const { json } = await daemon.call("GET", "/v1/events?limit=1")
  return (json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items[0]!.id
}

const inTime = async <A>(what: string, answer: Promise<A>): Promise<A> => {
  const begun = performance.now()
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer in ${MAX_CASE_MS} ms: ${what}`)), MAX_CASE_MS).unref()
  })
  const answered = await Promise.race([answer, late])
  expect(performance.now() - begun, what).toBeLessThan(MAX_CASE_MS)
  return answered
}

const isProblem = (what: string, json: unknown, status: number): void => {
  expect(json, what).toMatchObject({ type: expect.stringMatching(/^urn:charter:problem:/), status })
}

const refused = async (method: string, target: string, request: Request = {}): Promise<number> => {
  const what = `${method} ${target} ${String(request.body ?? "")}`
  const token = request.token ?? (target.startsWith("/v1/shutdown") ? daemon.tokens.dana : daemon.tokens.operator)
  const reply = await inTime(what, call(daemon.url, method, target, { ...request, token }))
  expect(reply.status, `${what} → ${reply.text}`).toBeGreaterThanOrEqual(400)
  expect(reply.status, `${what} → ${reply.text}`).toBeLessThan(500)
  isProblem(what, reply.json, reply.status)
  return reply.status
}

// ── texts that are no good JSON, whatever they were ─────────────────────────────────────────────────────────────────

type Bytes = Uint8Array<ArrayBuffer>

const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)

const insertedAt = (bytes: Bytes, at: number, more: ReadonlyArray<number>): Bytes =>
  Uint8Array.from([...bytes.subarray(0, at), ...more, ...bytes.subarray(at)])

const NOT_UTF8 = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc0, 0x80]]
const NOT_JSON = ["\u0000", "\u{feff}", "'", "//", "NaN", "\\", "\u2028", "--", "]", "{{"]

/** Each stands where the value of a member that nobody knows would. */
const NO_VALUES = [
  "1e999",
  '1,"no-such-member":1',
  "-1e999",
  '"\\ud800"',
  `${"[".repeat(70)}${"]".repeat(70)}`,
  `${'{"a":'.repeat(5_000)}1`,
]

/** From a good one: always wrong. */
const spoiltJson = (good: fc.Arbitrary<string>): fc.Arbitrary<Bytes> =>
  fc.tuple(good.map(bytesOf), fc.nat()).chain(([bytes, random]) => {
    const at = random % bytes.length
    return fc.oneof(
      fc.constant(bytes.subarray(0, Math.min(at, bytes.length - 1))),
      fc.constantFrom(...NOT_UTF8).map((more) => insertedAt(bytes, at, more)),
      fc.constantFrom(...NOT_JSON).map((more) => Uint8Array.from([...bytesOf(more), ...bytes])),
      fc.constantFrom(...NO_VALUES).map((value) => bytesOf(`{"no-such-member":${value}}`)),
      fc.constantFrom("__proto__", "constructor", "toString").map((key) => bytesOf(`{"${key}":{"a":1}}`)),
      fc.constantFrom('"a"', "1", "null", "true", '[{"a":[1]}]').map(bytesOf),
    )
  })
// An empty body is none.
const spoilt = (good: fc.Arbitrary<string>) => spoiltJson(good).filter((bytes) => bytes.length > 0)

describe("a body", () => {
  const withJson = operations.filter(
    ({ path, operation }) => operation.requestBody?.content["application/json"] !== undefined && path !== "/v1/events",
  )

  it.each(named(withJson.filter(({ path }) => !path.includes("webhooks"))))("%s", async (_, one) => {
    const good = values.of(one.operation.requestBody!.content["application/json"]!.schema)
    const target = one.path.replaceAll(/\{\w+\}/g, "none")
    await fc.assert(
      fc.asyncProperty(spoilt(good.map((value) => JSON.stringify(value))), async (body) => {
        await refused(one.method, target, { body })
      }),
      { numRuns: RUNS },
    )
  })
})

describe("an id that is none", () => {
  const withParams = operations.filter(({ path }) => path.includes("{"))
  const part = fc.constantFrom(
    "..",
    "/",
    "\\",
    "%",
    "\u0000",
    "\r\n",
    "~",
    "@",
    "'",
    ";",
    "*",
    "$",
    "a",
    "💩",
    "\u202e",
  )
  const id = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => `../${parts.join("")}`)

  it.each(named(withParams))("%s", async (_, { method, path, operation }) => {
    const [good = {}] = fc.sample(
      operation.requestBody === undefined
        ? fc.constant({})
        : values.of(operation.requestBody.content["application/json"]!.schema),
      1,
    )
    const body = operation.requestBody === undefined ? {} : { body: JSON.stringify(good) }
    await fc.assert(
      fc.asyncProperty(id, async (text) => {
        const target = path.replaceAll(/\{\w+\}/g, encodeURIComponent(text))
        expect([400, 401, 403, 404]).toContain(await refused(method, target, body))
      }),
      { numRuns: RUNS },
    )
  })
})

describe("an event", () => {
  const attribute = fc.constantFrom("type", "id", "source", "subject", "time", "org", "specversion", "traceparent")
  /** Not one of these may be the value of a text. */
  const noText = fc.oneof(fc.integer(), fc.boolean(), fc.constant({}), fc.array(fc.integer(), { maxLength: 2 }))
  const unfit = fc.oneof(
    fc.tuple(attribute, noText).map(([name, value]) => ({ type: "note.taken", org: "@team", [name]: value })),
    fc.constantFrom("__proto__", "Type", "data_base64", "payload", "corelationid").map((name): unknown => {
      return JSON.parse(`{"type":"note.taken","org":"@team","${name}":{"a":1}}`)
    }),
    fc.constantFrom("vote.cast", "a..b", "", ".", "a b", "x".repeat(300), "*", "a.*").map((type) => ({ type })),
    fc.constantFrom("@nowhere", "../team", "", "@", "@TEAM").map((org) => ({ type: "note.taken", org })),
    fc.constantFrom("yesterday", "2026-13-01T00:00:00Z", "").map((time) => ({ type: "note.taken", time })),
    fc.constantFrom<unknown>(null, "event", 1, [], [[]]),
  )
  const token = () => daemon.tokens.dana

  it("alone is refused", async () => {
    await fc.assert(
      fc.asyncProperty(
        unfit,
        fc.constantFrom("application/json", "application/cloudevents+json"),
        async (event, type) => {
          if (Array.isArray(event)) return
          await refused("POST", "/v1/events", { token: token(), json: event, type })
        },
      ),
      { numRuns: RUNS * 4 },
    )
  })

  it("among others of its kind is refused in its place", async () => {
    const batch = fc.array(unfit, { minLength: 1, maxLength: 5 })
    const types = fc.constantFrom("application/json", "application/cloudevents-batch+json", "application/x-ndjson")
    await fc.assert(
      fc.asyncProperty(batch, types, async (events, type) => {
        const lines = type === "application/x-ndjson"
        const body = lines ? events.map((event) => JSON.stringify(event)).join("\n") : JSON.stringify(events)
        const reply = await inTime(body, daemon.call("POST", "/v1/events", { token: token(), body, type }))
        expect(reply.status, reply.text).toBe(200)
        expect(reply.json).toHaveLength(events.length)
        for (const answer of reply.json as ReadonlyArray<{ readonly status: number }>) {
          expect(answer.status, `${body} → ${reply.text}`).toBeLessThan(500)
          isProblem(body, answer, answer.status)
        }
      }),
      { numRuns: RUNS * 2 },
    )
  })

  it("in binary mode is refused, and not taken for what its data looks like", async () => {
    const headers = { "ce-specversion": "1.0", "ce-type": "drop.requested", "ce-source": "s", "ce-id": "1" }
    for (const type of ["application/json", "application/cloudevents+json", "text/plain", "application/octet-stream"])
      for (const [name, value] of Object.entries(headers))
        await refused("POST", "/v1/events", { json: { type: "note.taken" }, type, headers: { [name]: value } })
  })
})

describe("a WebSocket message", () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, "", "../../etc/passwd", "__proto__", "\u0000", "x".repeat(600), -1, [], {}, [[]]),
    fc.jsonValue({ maxDepth: 2 }),
  )

  it.each(ops)("%s", async (op: Op) => {
    const fields = Object.keys(messages[op].fields).filter((name) => name !== "op" && name !== "id")
    // One thing is always wrong: a field that nobody knows, or an id that is none.
    const message = fc
      .record(Object.fromEntries(fields.map((name) => [name, odd])), { requiredKeys: [] })
      .chain((some) => fc.constantFrom("no-such-field", "__proto__", "constructor").map((name) => ({ some, name })))
      .map(({ some, name }) => `${JSON.stringify({ op, id: "asked", ...some }).slice(0, -1)},"${name}":{"a":1}}`)
    const socket = await openSocket(`${daemon.url.replace("http", "ws")}/v1/ws`, {
      authorization: `Bearer ${daemon.tokens.dana}`,
    })
    const isAnswered = async (text: string | Bytes): Promise<void> => {
      const what = `${op}: ${String(text)}`
      socket.raw.send(text, { binary: false })
      const { problem } = await inTime(
        what,
        socket.take((answer: Message) => answer.op === "error"),
      )
      const { status } = problem as { readonly status: number }
      expect(status, what).toBeLessThan(500)
      isProblem(what, problem, status)
    }
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          message,
          spoilt(message).filter((bytes) => isUtf8(bytes)),
        ),
        (text) => isAnswered(text),
      ),
      { numRuns: RUNS },
    )
    expect(await inTime("ping", socket.ask({ op: "ping" }))).toMatchObject({ op: "pong" })
    // RFC 6455 ends a connection whose text is no text.
    socket.raw.send(Uint8Array.of(0x22, 0xff, 0x22), { binary: false })
    expect(await inTime("no text", socket.closed)).toMatchObject({ code: 1007 })
  })
})

describe("bytes that are no request", () => {
  const GOOD = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
  const answerTo = async (port: number, text: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const answer = await inTime(text.slice(0, 200), sendRaw(port, text))
    const [head = "", body = ""] = answer.split("\r\n\r\n")
    expect(head, text.slice(0, 200)).toContain("application/problem+json")
    return { status: Number(/^HTTP\/1.1 (\d+) /.exec(head)?.[1]), body: JSON.parse(body) }
  }

  it.each([
    ["noise", "\u0000\u0001\u0002\r\n\r\n", 400],
    ["another protocol", "SSH-2.0-OpenSSH_9.9\r\n\r\n", 400],
    ["two lengths", `${GOOD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ["a length and chunks", `${GOOD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["a length that is none", `${GOOD}Content-Length: -2\r\n\r\n{}`, 400],
    ["a chunk that is none", `${GOOD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`, 400],
    ["headers without end", `${GOOD}X-A: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ])("(%s) are answered by a problem", async (_, text, status) => {
    const { status: answered, body } = await answerTo(daemon.port, text)
    expect(answered).toBe(status)
    isProblem(text.slice(0, 200), body, status)
  })

  it("that come too slowly are answered by a problem, with or without a whole head", async () => {
    const hasty = await startDaemon({ requestMs: 200 })
    const head = `${GOOD}Authorization: Bearer ${hasty.tokens.dana}\r\nContent-Length: 26\r\n`
    for (const text of [head, `${head}\r\n{"type":"note.ta`])
      expect(await answerTo(hasty.port, text)).toMatchObject({
        status: 408,
        body: { type: "urn:charter:problem:request-too-slow" },
      })
    expect((await hasty.call("GET", "/ready")).status).toBe(200)
    await hasty.stop()
  })
})
