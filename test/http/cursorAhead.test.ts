/** A cursor of another log, or from before a restore, is refused at every door: behind it nothing would come, without a word. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeClient } from "../../src/client/client.ts"
import { routes } from "../../src/http/routes.ts"
import { openEvents, openSocket } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"
import { subjectsOf } from "./everybody.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

const AHEAD = "999999"
const PROBLEM = {
  type: "urn:charter:problem:cursor-ahead",
  status: 410,
  detail: expect.stringMatching(/ends at \d+, before the cursor 999999[^]*begin anew/),
  end: expect.stringMatching(/^\d+$/),
}
const STREAM = "/v1/events/stream"

/** The cursor of an event that has just been published. */
const published = async (type: string): Promise<string> => {
  const events = await openEvents(daemon.url, `${STREAM}?type=${type}`, daemon.tokens.dana)
  await daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team" } })
  const { id } = (await events.next())!
  events.close()
  return id!
}

describe("a cursor ahead of the log", () => {
  it.each(routes.filter(({ query }) => "after" in query.fields).map(({ path }) => [path]))(
    "is gone for GET %s",
    async (path) => {
      const task = await subjectsOf(daemon).task()
      const target = path.replace("{id}", task).replace("{name}", "general")
      const token = path === "/v1/tokens" ? daemon.tokens.operator : daemon.tokens.dana
      const more = path.startsWith("/v1/channels") ? "&org=@team" : ""
      const { status, json } = await daemon.call("GET", `${target}?after=${AHEAD}${more}`, { token })
      expect(json).toMatchObject(PROBLEM)
      expect(status).toBe(410)
      expect((await daemon.call("GET", `${target}?after=1${more}`, { token })).status).toBe(200)
    },
  )

  it("is gone for the event stream before it begins, so that an EventSource does not try for ever", async () => {
    for (const [query, headers] of [
      [`?after=${AHEAD}`, {}],
      ["", { "last-event-id": AHEAD }],
    ] as const) {
      const { status, json } = await daemon.call("GET", `${STREAM}${query}`, { token: daemon.tokens.dana, headers })
      expect({ status, json }).toEqual({ status: 410, json: expect.objectContaining(PROBLEM) })
    }
  })

  it("is gone for subscriptions, also one from hello, and the connection goes on", async () => {
    const socket = await openSocket(`${daemon.url.replace("http", "ws")}/v1/ws`)
    await socket.ask({ op: "hello", token: daemon.tokens.dana, after: AHEAD })
    for (const asked of [
      { op: "subscribe" },
      { op: "inbox" },
      { op: "subscribe", after: AHEAD },
      { op: "inbox", after: AHEAD },
    ])
      expect(await socket.ask(asked)).toMatchObject({ op: "error", problem: PROBLEM })
    expect(await socket.ask({ op: "subscribe", after: "" })).toMatchObject({ op: "subscribed" })
    await socket.close()
  })

  it("is told by the client as what it is", async () => {
    const client = makeClient({ host: "127.0.0.1", port: daemon.port }, daemon.tokens.dana)
    await expect(client.follow({ after: AHEAD })).rejects.toMatchObject({ problem: PROBLEM })
  })
})

describe("a cursor that was handed out", () => {
  it("is taken at once, wherever it came from", async () => {
    for (let n = 0; n < 20; n++) {
      const cursor = await published("count.up")
      for (const order of ["asc", "desc"])
        expect(
          (await daemon.call("GET", `/v1/events?order=${order}&after=${cursor}`, { token: daemon.tokens.dana })).status,
        ).toBe(200)
      const next = await openEvents(daemon.url, STREAM, daemon.tokens.dana, { "last-event-id": cursor })
      expect(next.status).toBe(200)
      next.close()
    }
  })
})

describe("a parameter that stands twice", () => {
  it("is told that it does", async () => {
    const { status, json } = await daemon.call("GET", "/v1/events?limit=1&limit=2&type=a.b&type=c.d")
    expect(status).toBe(400)
    expect(json).toMatchObject({ errors: [{ parameter: "limit", detail: "It stands 2 times, and may stand once" }] })
  })
})

describe("a Last-Event-ID that is no cursor", () => {
  it("is named by its own name", async () => {
    const { status, json } = await daemon.call("GET", STREAM, {
      token: daemon.tokens.dana,
      headers: { "last-event-id": "abc" },
    })
    expect(status).toBe(400)
    expect(json).toMatchObject({
      type: "urn:charter:problem:invalid-last-event-id",
      detail: expect.stringContaining("Last-Event-ID"),
    })
  })
})
