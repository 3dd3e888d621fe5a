import { statSync } from "node:fs"
import { createServer } from "node:http"
import { Deferred, Effect, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { call, callNode, openEvents, openSocket } from "./client.ts"
import { answer, openDoor } from "./fake.ts"

describe("closing", () => {
  it("lets a request that is under way end, and takes no new one", async () => {
    const begun = Deferred.makeUnsafe<void>()
    const go = Deferred.makeUnsafe<void>()
    const door = await openDoor({
      publish: () => Effect.as(Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(go)), [answer]),
    })
    const sent = call(door.url, "POST", "/v1/events", { token: "t", json: { type: "a.b" } })
    await Effect.runPromise(Deferred.await(begun))
    const closed = door.close()
    await expect(callNode({ port: door.port, path: "/health", headers: { host: "localhost" } })).rejects.toThrow(
      "ECONNREFUSED",
    )
    await Effect.runPromise(Deferred.succeed(go, undefined))
    expect(await sent).toMatchObject({ status: 200, json: { id: "e" } })
    await closed
  })

  it("ends streams and WebSockets, and tells the latter that it goes", async () => {
    const door = await openDoor({ follow: () => Stream.never })
    const events = await openEvents(door.url, "/v1/events/stream", "t")
    const socket = await openSocket(door.url.replace("http", "ws") + "/v1/ws", { authorization: "Bearer t" })
    await socket.ask({ op: "subscribe" })
    await door.close()
    expect(await events.next()).toBeUndefined()
    expect(await socket.closed).toMatchObject({ code: 1001 })
  })

  it("waits for nobody beyond its time", async () => {
    const begun = Deferred.makeUnsafe<void>()
    const door = await openDoor(
      { publish: () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never) },
      { drainMs: 50 },
    )
    const sent = call(door.url, "POST", "/v1/events", { token: "t", json: { type: "a.b" } }).catch(() => "cut")
    await Effect.runPromise(Deferred.await(begun))
    await door.close()
    expect(await sent).toBe("cut")
  })

  it("ends a connection that is kept busy", async () => {
    const door = await openDoor({ publish: () => Effect.succeed([answer]) })
    let closed = false
    const busy = (async () => {
      for (;;)
        try {
          await call(door.url, "POST", "/v1/events", { token: "t", json: { type: "a.b" } })
        } catch {
          if (closed) return
        }
    })()
    await door.close()
    closed = true
    await busy
  })
})

describe("opening", () => {
  it("says in words that the port is taken", async () => {
    const other = createServer()
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve))
    const { port } = other.address() as { readonly port: number }
    await expect(openDoor({}, { port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program listens there`,
    )
    await new Promise((resolve) => void other.close(resolve))
  })

  it("takes over a socket file that was left behind, and keeps it to its owner", async () => {
    const first = await openDoor({})
    // A second server on the same path stands for one after a crash, which has left the file.
    const second = await openDoor({}, { socket: first.socket })
    expect(statSync(first.socket).mode & 0o777).toBe(0o600)
    expect((await callNode({ socketPath: first.socket, path: "/health", headers: { host: "charter" } })).status).toBe(
      200,
    )
    await second.close()
    await first.close()
  })

  it("listens on IPv6, and is called by that name", async () => {
    const door = await openDoor({}, { host: "::1" })
    expect(door.url).toBe(`http://[::1]:${door.port}`)
    expect((await call(door.url, "GET", "/health")).status).toBe(200)
    await door.close()
  })

  it("is called by further names where it is told so", async () => {
    const door = await openDoor({}, { hosts: ["charter.example"], origins: ["https://page.example"] })
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await callNode({ port: door.port, path: "/health", headers })).status
    expect(await status({ host: "charter.example:80", origin: "https://page.example" })).toBe(200)
    expect(await status({ host: "other.example" })).toBe(403)
    await door.close()
  })
})
