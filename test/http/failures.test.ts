import { Deferred, Effect, Stream } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { refuse, type RefusalCode } from "../../src/domain/refusal.ts"
import { LogUnavailable } from "../../src/log/EventLog.ts"
import { Refused } from "../../src/service/refused.ts"
import { call, openEvents, openSocket } from "./client.ts"
import { answer, type Door, openDoor, type Operations } from "./fake.ts"

let door: Door
const open = async (operations: Operations): Promise<void> => {
  door = await openDoor(operations)
}
afterEach(() => door.close())

const send = (method: string, path: string, json?: unknown) => call(door.url, method, path, { token: "t", json })
const unavailable = new LogUnavailable({ operation: "append", reason: "the disk is full" })

describe("a log that does not answer", () => {
  it("is 503 with Retry-After at every door, and says that nothing has happened", async () => {
    await open({
      publish: () => Effect.fail(unavailable),
      hold: () => Effect.fail(unavailable),
      ready: Effect.fail(unavailable),
      follow: () => Stream.fail(unavailable),
    })
    for (const reply of [
      await send("POST", "/v1/events", { type: "a.b" }),
      await send("POST", "/v1/events", [{ type: "a.b" }]),
      await send("GET", "/v1/holds/h"),
      await send("GET", "/v1/events/stream"),
      await send("GET", "/ready"),
    ]) {
      expect(reply).toMatchObject({
        status: 503,
        json: { type: "urn:charter:problem:log-unavailable", detail: expect.stringContaining("nothing has happened") },
      })
      expect(reply.headers.get("retry-after")).toBe("1")
    }
    const socket = await openSocket(door.url.replace("http", "ws") + "/v1/ws", { authorization: "Bearer t" })
    expect(await socket.ask({ op: "publish", event: { type: "a.b" } })).toMatchObject({
      op: "error",
      problem: { status: 503 },
    })
    await socket.close()
  })

  it("in the middle of a stream is told there", async () => {
    const event = {
      id: "e",
      source: "s",
      type: "a.b",
      time: "2026-01-01T00:00:00.000Z",
      org: "@global",
      actor: { name: "dana", kind: "human" as const, roles: [] },
      correlationid: "e",
      seq: 1,
    }
    await open({
      follow: () =>
        Stream.concat(
          Stream.make({ record: { event }, cursor: "1" }),
          Stream.fromEffect(Effect.andThen(Effect.sleep(1), Effect.fail(unavailable))),
        ),
    })
    const events = await openEvents(door.url, "/v1/events/stream", "t")
    expect(await events.next()).toMatchObject({ id: "1" })
    expect(await events.next()).toMatchObject({ event: "problem", data: expect.stringContaining("log-unavailable") })
    expect(await events.next()).toBeUndefined()
  })
})

describe("a refusal", () => {
  it.each<[RefusalCode, number]>([
    ["invalid", 400],
    ["unauthenticated", 401],
    ["forbidden", 403],
    ["not-found", 404],
    ["conflict", 409],
    ["gone", 410],
    ["too-large", 413],
    ["busy", 503],
    ["unavailable", 503],
  ])("%s is %i, alone and in a batch, with its own type and details", async (code, status) => {
    const refusal = refuse(code, "the-case", "it is so", { state: "open", type: "mine", status: 1 })
    await open({
      publish: (_, events) => Effect.succeed(events.map(() => new Refused({ refusal }))),
      hold: () => Effect.fail(new Refused({ refusal })),
    })
    const problem = { type: "urn:charter:problem:the-case", status, detail: "it is so", state: "open" }
    for (const reply of [await send("GET", "/v1/holds/h"), await send("POST", "/v1/events", { type: "a.b" })])
      expect(reply).toMatchObject({ status, json: problem })
    expect(await send("POST", "/v1/events", [{ type: "a.b" }])).toMatchObject({ status: 200, json: [problem] })
  })
})

describe("a mistake of the daemon's own", () => {
  it("is 500 without a word of what it was, and the next request is answered", async () => {
    await open({
      publish: () => Effect.die(new Error("secret of the inside")),
      hold: () => {
        throw new Error("secret of the inside")
      },
      task: () => Effect.never,
      status: () => Effect.succeed({} as never),
    })
    for (const reply of [await send("POST", "/v1/events", { type: "a.b" }), await send("GET", "/v1/holds/h")]) {
      expect(reply).toMatchObject({ status: 500, json: { type: "urn:charter:problem:internal" } })
      expect(reply.text).not.toContain("secret")
    }
    const socket = await openSocket(door.url.replace("http", "ws") + "/v1/ws", { authorization: "Bearer t" })
    expect(await socket.ask({ op: "publish", event: { type: "a.b" } })).toMatchObject({
      op: "error",
      problem: { status: 500 },
    })
    await socket.close()
    expect((await send("GET", "/v1/status")).status).toBe(200)
  })
})

describe("a client that hangs up", () => {
  it("ends what only it was waiting for", async () => {
    const begun = Deferred.makeUnsafe<void>()
    const ended = Deferred.makeUnsafe<void>()
    const waiting = Effect.onInterrupt(
      Effect.suspend(() => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)),
      () => Deferred.succeed(ended, undefined),
    )
    await open({ publish: () => Effect.as(waiting, [answer]) })
    const abort = new AbortController()
    const sent = fetch(`${door.url}/v1/events?wait=release`, {
      method: "POST",
      headers: { authorization: "Bearer t", "content-type": "application/json" },
      body: '{"type":"a.b"}',
      signal: abort.signal,
    }).catch(() => "aborted")
    await Effect.runPromise(Deferred.await(begun))
    abort.abort()
    expect(await sent).toBe("aborted")
    await Effect.runPromise(Deferred.await(ended))
  })
})
