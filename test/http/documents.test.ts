/** Documents over HTTP: versions, lost updates, owners; and the whole of a long message. */
import { createHash } from "node:crypto"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { MAX_MESSAGE_CHARACTERS } from "../../src/kernel/messages.ts"
import { call } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"
import { answer, openDoor } from "./fake.ts"

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

type Who = "dana" | "erik" | "operator" | "reviewer" | "stranger" | "bridge"

const write = (who: Who, name: string, text: string, ifMatch?: string) =>
  daemon.call("PUT", `/v1/documents/${name}?org=@team`, {
    token: daemon.tokens[who],
    json: { text },
    ...(ifMatch === undefined ? undefined : { headers: { "if-match": ifMatch } }),
  })
const read = (name: string, query = "") =>
  daemon.call("GET", `/v1/documents/${name}?org=@team${query}`, { token: daemon.tokens.dana })
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

describe("a document", () => {
  it("is written version by version, each from the one before", async () => {
    expect((await write("dana", "log.md", "one")).status).toBe(200)
    const first = await read("log.md")
    expect(first.json).toMatchObject({ version: 1, by: "dana", text: "one", hash: sha256("one") })
    expect(first.headers.get("etag")).toBe('"1"')
    expect((await write("reviewer", "log.md", "two é💥", '"1"')).status).toBe(200)
    expect((await read("log.md")).json).toMatchObject({ version: 2, by: "reviewer", text: "two é💥", bytes: 10 })
    expect((await read("log.md", "&version=1")).json).toMatchObject({ version: 1, text: "one", state: "superseded" })
    expect((await read("log.md", "&version=3")).status).toBe(404)
    const { json } = await daemon.call("GET", "/v1/documents?org=@team", { token: daemon.tokens.dana })
    const items = (json as { readonly items: ReadonlyArray<{ readonly name: string; readonly version: number }> }).items
    expect(items.filter(({ name }) => name === "log.md")).toMatchObject([{ version: 2 }])
  })

  it("is not written over a version that was not read", async () => {
    await write("dana", "lost.md", "one")
    expect(await write("erik", "lost.md", "mine")).toMatchObject({
      status: 409,
      json: { type: "urn:charter:problem:document-changed", version: 1 },
    })
    for (const tag of ['"0"', '"2"', '"x"', '""', '"1.5"'])
      expect((await write("erik", "lost.md", "mine", tag)).status, tag).toBe(412)
    for (const tag of ["1", "*", 'W/"1"', '"1", "2"'])
      expect((await write("erik", "lost.md", "", tag)).status).toBe(400)
    expect((await write("erik", "new.md", "mine", '"1"')).status).toBe(412)
    expect((await read("lost.md")).json).toMatchObject({ version: 1, text: "one" })
  })

  it("is written once, however many write at the same time", async () => {
    await write("dana", "race.md", "start")
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => write(n % 2 === 0 ? "dana" : "erik", "race.md", `by ${n}`, '"1"')),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 412)).toHaveLength(19)
    expect((await read("race.md")).json).toMatchObject({ version: 2 })
  })

  it("with an owner is his alone to write, whatever a bridge calls itself", async () => {
    for (const who of ["dana", "operator", "reviewer"] as const)
      expect((await write(who, "standards.md", "mine")).status, who).toBe(403)
    const bridged = await daemon.call("POST", "/v1/events", {
      token: daemon.tokens.bridge,
      json: {
        type: "document.write.requested",
        org: "@team",
        actor: "@erik",
        data: { name: "standards.md", text: "mine" },
      },
    })
    expect(bridged.status).toBe(403)
    expect((await write("erik", "standards.md", "ours")).status).toBe(200)
  })

  it("has a name that is no path", async () => {
    for (const name of ["..%2Fx", ".hidden", "a%20b", "x".repeat(129), "%C3%A9"])
      expect((await write("dana", name, "text")).status, name).toBe(400)
  })
})

describe("a long message", () => {
  it("is posted by its beginning, and its text is a resource of the organization", async () => {
    const text = `${"long ".repeat(MAX_MESSAGE_CHARACTERS / 5)} @erik 💥`
    const path = "/v1/channels/general/messages?org=@team"
    await daemon.call("POST", path, { token: daemon.tokens.dana, json: { text } })
    const { json } = await daemon.call("GET", `${path}&limit=1`, { token: daemon.tokens.dana })
    const [message] = (json as { readonly items: ReadonlyArray<{ readonly text: string }> }).items
    expect(message).toMatchObject({ mentions: ["erik"], resource: sha256(text), bytes: Buffer.byteLength(text) })
    expect(message!.text).toHaveLength(MAX_MESSAGE_CHARACTERS)
    expect(message!.text.slice(0, -1)).toBe(text.slice(0, MAX_MESSAGE_CHARACTERS - 1))
    const resource = (who: Who) =>
      daemon.call("GET", `/v1/resources/${sha256(text)}`, {
        token: daemon.tokens[who],
        headers: { accept: "text/plain" },
      })
    expect(await resource("erik")).toMatchObject({ status: 200, text })
    expect((await resource("stranger")).status).toBe(404)
  })
})

describe("a message of a bridge", () => {
  it("does not pass for one of the member whose name it bears", async () => {
    const event = {
      type: "message.send.requested",
      org: "@team",
      actor: "@dana",
      data: { to: "erik", text: "trust me" },
    }
    await daemon.call("POST", "/v1/events", { token: daemon.tokens.bridge, json: event })
    const { json } = await daemon.call("GET", "/v1/inbox?limit=1", { token: daemon.tokens.erik })
    expect(json).toMatchObject({ items: [{ from: "dana", fromkind: "external", text: "trust me" }] })
  })
})

describe("what is held", () => {
  it("is answered by 202, as with events", async () => {
    const held = { ...answer, verdict: "hold" as const, hold: "h-1", holdState: "held" as const }
    const door = await openDoor({ post: () => Effect.succeed(held), writeDocument: () => Effect.succeed(held) })
    for (const [method, path] of [
      ["POST", "/v1/channels/general/messages"],
      ["PUT", "/v1/documents/plan.md"],
    ] as const) {
      const reply = await call(door.url, method, path, { token: "t", json: { text: "text" } })
      expect(reply).toMatchObject({ status: 202, json: { verdict: "hold", hold: "h-1" } })
    }
    await door.close()
  })
})
