import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openEvents } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon({ heartbeatMs: 50 })
})
afterAll(() => daemon.stop())

const PATH = "/v1/events/stream"
const publish = (type: string, data?: unknown) =>
  daemon.call("POST", "/v1/events", { token: daemon.tokens.dana, json: { type, org: "@team", data } })
const dataOf = (event: { readonly data: string } | undefined) =>
  JSON.parse(event!.data) as Readonly<Record<string, unknown>>

describe("the event stream", () => {
  it("brings what is published from now on, of the wanted types and organization", async () => {
    await publish("before.taken")
    const events = await openEvents(daemon.url, `${PATH}?org=@team&type=note.*&type=memo.*`, daemon.tokens.dana)
    expect(events.status).toBe(200)
    expect(events.headers.get("content-type")).toBe("text/event-stream; charset=utf-8")
    expect(await events.block()).toBe(": open")
    await publish("other.taken")
    await publish("note.taken", { n: 1 })
    await publish("memo.taken", { n: 2 })
    expect(dataOf(await events.next())).toMatchObject({
      specversion: "1.0",
      type: "note.taken",
      data: { n: 1 },
      org: "@team",
    })
    expect(dataOf(await events.next())).toMatchObject({
      type: "memo.taken",
      data: { n: 2 },
      decision: { verdict: "allow" },
    })
    events.close()
  })

  it("goes on where a client was cut off, without a gap or a repetition", async () => {
    const first = await openEvents(daemon.url, `${PATH}?type=count.*&after=`, daemon.tokens.dana)
    for (let n = 0; n < 20; n++) await publish("count.up", n)
    const seen: Array<unknown> = []
    let last = ""
    for (let n = 0; n < 7; n++) {
      const event = (await first.next())!
      last = event.id!
      seen.push(dataOf(event)["data"])
    }
    first.close()
    const second = await openEvents(daemon.url, `${PATH}?type=count.*`, daemon.tokens.dana, { "last-event-id": last })
    while (seen.length < 20) seen.push(dataOf(await second.next())["data"])
    second.close()
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it("shows a sign of life where nothing happens", async () => {
    const events = await openEvents(daemon.url, `${PATH}?type=nothing.ever`, daemon.tokens.dana)
    expect(await events.block()).toBe(": open")
    expect(await events.block()).toBe(":")
    events.close()
  })

  it("ends when the token is revoked, and says why", async () => {
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@dana", kind: "human" } })
    const { id, token } = made.json as { readonly id: string; readonly token: string }
    const events = await openEvents(daemon.url, `${PATH}?type=nothing.ever`, token)
    await daemon.call("DELETE", `/v1/tokens/${id}`)
    const last = await events.next()
    expect(last).toMatchObject({ event: "problem" })
    expect(dataOf(last)).toMatchObject({ status: 401 })
    expect(await events.next()).toBeUndefined()
  })

  it("refuses before it begins what may not be read", async () => {
    const refused = async (query: string, token: string) => {
      const events = await openEvents(daemon.url, `${PATH}${query}`, token)
      events.close()
      return [events.status, events.headers.get("content-type")]
    }
    expect(await refused("?org=@team", daemon.tokens.stranger)).toEqual([403, "application/problem+json"])
    expect(await refused("?org=@nowhere", daemon.tokens.dana)).toEqual([404, "application/problem+json"])
    expect(await refused("?type=a..b", daemon.tokens.dana)).toEqual([400, "application/problem+json"])
    expect(await refused("", "no-token")).toEqual([401, "application/problem+json"])
  })
})
