/** A reader that does not read costs the daemon what the bounds say, and loses nothing. */
import { type IncomingMessage, request } from "node:http"
import { Effect, Stream } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MAX_BUFFERED_BYTES, MAX_OPERATIONS_UNDER_WAY } from "../../src/http/limits.ts"
import type { Service } from "../../src/service/Service.ts"
import { openEvents, openSocket, type Socket } from "./client.ts"
import { type Door, openDoor } from "./fake.ts"

const EVENT_BYTES = 100_000
/** What the two kernels and the client's library may hold of one loopback connection, by far. */
const UNDERWAY_BYTES = 24_000_000

let door: Door
/** Its signs of life tell the time. */
let clock: Door
let fetched = 0
let operations = 0

/** Events without end, each made when it is asked for. */
const follow: Service["Service"]["follow"] = (_, { after }) => {
  let n = Number(after ?? 0)
  return Stream.fromEffectRepeat(
    Effect.sync(() => {
      fetched++
      const event = {
        id: `e-${++n}`,
        source: "s",
        type: "large.sent",
        time: "2026-01-01T00:00:00.000Z",
        org: "@global",
        actor: { name: "dana", kind: "human" as const, roles: [] },
        correlationid: "c",
        seq: n,
        data: "x".repeat(EVENT_BYTES),
      }
      return { record: { event }, cursor: String(n) }
    }),
  )
}

beforeEach(async () => {
  fetched = 0
  operations = 0
  door = await openDoor({
    follow,
    publish: () =>
      Effect.suspend(() => {
        operations++
        return Effect.never
      }),
    vote: () =>
      Effect.sync(() => {
        operations++
        return { question: "x".repeat(EVENT_BYTES) } as never
      }),
  })
  clock = await openDoor({ follow: () => Stream.never }, { heartbeatMs: 20 })
})
afterEach(async () => {
  await door.close()
  await clock.close()
})

/** The count when it has not changed for as long as another server takes for twenty signs of life. */
const settled = async (count: () => number): Promise<number> => {
  const ticks = await openEvents(clock.url, "/v1/events/stream", "t")
  for (;;) {
    const before = count()
    for (let n = 0; n < 20; n++) await ticks.block()
    if (count() !== before || before === 0) continue
    ticks.close()
    return before
  }
}
const openSlow = async (): Promise<Socket> =>
  openSocket(`ws://127.0.0.1:${door.port}/v1/ws`, { authorization: "Bearer t" })

describe("a stream that is not read", () => {
  it("is fetched no further, and then goes on in order", async () => {
    const sent = request({ port: door.port, path: "/v1/events/stream?after=", headers: { authorization: "Bearer t" } })
    const response = await new Promise<IncomingMessage>((resolve) => void sent.on("response", resolve).end())
    const held = await settled(() => fetched)
    expect(held * EVENT_BYTES).toBeLessThan(UNDERWAY_BYTES)
    const ids: Array<string> = []
    let rest = ""
    for await (const chunk of response.setEncoding("utf8")) {
      const lines = (rest + String(chunk)).split("\n")
      rest = lines.pop()!
      ids.push(...lines.filter((line) => line.startsWith("id: ")))
      if (ids.length > held + 20) break
    }
    sent.destroy()
    expect(ids).toEqual(ids.map((_, index) => `id: ${index + 1}`))
  })
})

describe("a WebSocket that is not read", () => {
  it("is told how far behind it is, is fetched no further, and goes on in order", async () => {
    const socket = await openSlow()
    socket.raw.pause()
    socket.send({ op: "subscribe", id: "s", after: "" })
    const held = await settled(() => fetched)
    expect(held * EVENT_BYTES).toBeLessThan(UNDERWAY_BYTES + MAX_BUFFERED_BYTES)
    expect(held * EVENT_BYTES).toBeGreaterThan(MAX_BUFFERED_BYTES)
    socket.raw.resume()
    const behind = await socket.take(({ op }) => op === "behind")
    expect(behind).toMatchObject({ id: "s", by: expect.any(Number), cursor: expect.any(String) })
    const cursors: Array<unknown> = []
    while (cursors.length < held + 20) cursors.push((await socket.take(({ op }) => op === "event"))["cursor"])
    expect(cursors).toEqual(cursors.map((_, index) => String(index + 1)))
    socket.raw.terminate()
    await socket.closed
  })

  it("is read no further while too many of its operations are under way", async () => {
    const socket = await openSlow()
    for (let n = 0; n < MAX_OPERATIONS_UNDER_WAY * 3; n++) socket.send({ op: "publish", id: n, event: { type: "a.b" } })
    expect(await settled(() => operations)).toBe(MAX_OPERATIONS_UNDER_WAY)
    socket.raw.terminate()
    await socket.closed
  })

  it("is read no further while too many answers wait for it", async () => {
    const socket = await openSlow()
    socket.raw.pause()
    const count = 1_000
    for (let n = 0; n < count; n++) socket.send({ op: "approve", id: n, proposal: "p" })
    expect((await settled(() => operations)) * EVENT_BYTES).toBeLessThan(UNDERWAY_BYTES + MAX_BUFFERED_BYTES)
    socket.raw.resume()
    for (let n = 0; n < count; n++) await socket.take(({ op, id }) => op === "voted" && id === n)
    expect(operations).toBe(count)
    await socket.close()
  })
})
