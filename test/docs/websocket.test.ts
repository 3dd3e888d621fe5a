/** What `docs/websocket.md` shows is what a daemon does. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ops } from "../../src/http/socket/messages.ts"
import { type Daemon, startDaemon } from "../http/daemon.ts"
import { openEvents, openSocket } from "../http/client.ts"
import { type Marked, markedIn } from "./examples.ts"

const page = markedIn("docs/websocket.md")
const marked = (kind: string): ReadonlyArray<Marked> => page.filter((one) => one.kind === kind)

let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

/** What `<name>` stood for where it came in, for whoever sends it later. */
const known = new Map<string, string>()

const filled = (text: string, token: string): string =>
  text.replaceAll(/<(\w+)>/g, (_, name: string) => (name === "token" ? token : known.get(name)!))

/** All that is shown is there; a `<name>` takes what it finds. */
const fits = (shown: unknown, found: unknown): boolean => {
  const name = typeof shown === "string" ? /^<(\w+)>$/.exec(shown)?.[1] : undefined
  if (name !== undefined) {
    if (typeof found !== "string") return false
    known.set(name, found)
    return true
  }
  if (typeof shown !== "object" || shown === null) return shown === found
  if (typeof found !== "object" || found === null) return false
  return Object.entries(shown).every(([key, one]) => fits(one, (found as Readonly<Record<string, unknown>>)[key]))
}

describe("docs/websocket.md", () => {
  it("names every op", () => {
    const rows = marked("ops")[0]!.text.split("\n").slice(2)
    expect(rows.map((row) => /^\| `(\w+)` /.exec(row)![1])).toEqual([...ops])
  })

  // In their order: what one has been shown, another refers to.
  it.each(
    page
      .filter(({ kind }) => ["conversation", "stream"].includes(kind))
      .map((one) => [`line ${one.line}`, one] as const),
  )("%s is what happens", async (_, { kind, argument, text }) => {
    const [who, query] = argument.split(" ")
    const token = daemon.tokens[who as "dana" | "erik"]
    if (kind === "stream") {
      const events = await openEvents(daemon.url, `/v1/events/stream${query}&after=`, token)
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(text)!
      const found = await events.next()
      expect([fits(id, found!.id), fits(JSON.parse(data!), JSON.parse(found!.data))], found!.data).toEqual([true, true])
      return events.close()
    }
    const socket = await openSocket(`ws://127.0.0.1:${daemon.port}/v1/ws`)
    for (const line of text.split("\n")) {
      const message: unknown = JSON.parse(filled(line.slice(2), token))
      if (line.startsWith("→")) socket.send(message)
      else await socket.take((found) => fits(JSON.parse(line.slice(2)), found))
    }
    await socket.close()
  })
})
