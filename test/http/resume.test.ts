/** Readers that are cut off at any moment, also by the daemon's end, go on by their cursor: nothing is lost, nothing comes twice. */
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { type Events, openEvents, openSocket, type Socket } from "./client.ts"

const FILES = {
  "organizations/team.yaml": `organization: "@team"
members:
  - { human: dana }
  - { human: erin }
---
organization: "@elsewhere"
members:
  - { human: erin }
`,
}

let house: Household
const tokens: Record<string, string> = {}
beforeAll(async () => {
  house = await Household.open(FILES)
  for (const name of ["dana", "erin"]) {
    const { json } = await house.daemon.call("POST", "/v1/tokens", { json: { identity: `@${name}`, kind: "human" } })
    tokens[name] = (json as { readonly token: string }).token
  }
})
afterAll(() => house.close())

/** What one client has taken, over however many connections. */
interface Reader {
  readonly taken: Array<string>
  /** Cuts it off without a word, and connects again where it was. */
  readonly again: () => Promise<void>
  /** When it has taken this. */
  readonly until: (what: string) => Promise<void>
  readonly close: () => void
}

interface Taken {
  readonly cursor: string
  readonly what: string
}

/** `open` calls back for each thing, in order, and returns how to cut the connection off. */
const makeReader = async (
  open: (cursor: string, take: (taken: Taken) => void) => Promise<() => void>,
): Promise<Reader> => {
  const taken: Array<string> = []
  const waiting = new Set<() => void>()
  let cursor = ""
  let connection = 0
  const connect = async (): Promise<() => void> => {
    const mine = ++connection
    return open(cursor, (one) => {
      // What is under way on a connection that was given up belongs to nobody.
      if (mine !== connection) return
      cursor = one.cursor
      taken.push(one.what)
      for (const look of waiting) look()
    })
  }
  let cut = await connect()
  return {
    taken,
    again: async () => {
      connection++
      cut()
      cut = await connect()
    },
    until: (what) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!taken.includes(what)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close: () => cut(),
  }
}

const socketReader = (who: string, subscription: object) =>
  makeReader(async (after, take) => {
    const socket: Socket = await openSocket(`${house.daemon.url.replace("http", "ws")}/v1/ws`)
    socket.raw.on("message", (data: Buffer) => {
      const { op, cursor, event, item } = JSON.parse(data.toString("utf8")) as {
        readonly op: string
        readonly cursor: string
        readonly event?: { readonly id: string }
        readonly item?: { readonly id: string }
      }
      if (op === "event" || op === "inbox") take({ cursor, what: (event ?? item)!.id })
    })
    socket.send({ op: "hello", token: tokens[who], after })
    socket.send(subscription)
    return () => socket.raw.terminate()
  })

const streamReader = (who: string, query: string) =>
  makeReader(async (after, take) => {
    const headers: Record<string, string> = after === "" ? {} : { "last-event-id": after }
    const path = `/v1/events/stream?${query}${after === "" ? "&after=" : ""}`
    const events: Events = await openEvents(house.daemon.url, path, tokens[who]!, headers)
    void (async () => {
      for (let next; (next = await events.next().catch(() => undefined)) !== undefined;)
        if (next.id !== undefined) take({ cursor: next.id, what: (JSON.parse(next.data) as { id: string }).id })
    })()
    return events.close
  })

/** Until the daemon has answered, whichever daemon that is: the same id is one event. */
const publish = async (event: Readonly<Record<string, unknown>>): Promise<void> => {
  for (;;) {
    try {
      const { status } = await house.daemon.call("POST", "/v1/events", { json: event })
      if (status === 200) return
    } catch {
      // It is gone; another one comes.
    }
    await new Promise(setImmediate)
  }
}

const allOf = async (path: string, who: string): Promise<ReadonlyArray<string>> => {
  const { json } = await house.daemon.call("GET", path, { token: tokens[who] })
  return (json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items.map(({ id }) => id)
}

const STEPS = ["publish", "socket", "stream", "inbox", "kill"] as const
let runs = 0

describe("a reader that is cut off", () => {
  it("goes on without a loss and without a repetition, whatever happens in between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...STEPS), { minLength: 8, maxLength: 16 }).filter((steps) => {
          const kills = steps.filter((step) => step === "kill").length
          return kills >= 1 && kills <= 2 && steps.filter((step) => step === "publish").length >= 3
        }),
        async (steps) => {
          const type = `count${++runs}`
          const readers = {
            socket: await socketReader("dana", { op: "subscribe", types: [`${type}.*`] }),
            stream: await streamReader("erin", `type=${type}.*`),
            inbox: await socketReader("dana", { op: "inbox" }),
          }
          const sent: Array<Promise<void>> = []
          const send = (event: Readonly<Record<string, unknown>>): void => void sent.push(publish(event))
          let n = 0
          for (const step of steps) {
            if (step === "kill") await house.restart()
            else if (step !== "publish") await readers[step].again()
            else
              for (let burst = 0; burst < 20; burst++) {
                const id = `${type}-${n++}`
                send({ id, type: `${type}.up`, org: n % 3 === 0 ? "@elsewhere" : "@team" })
                if (n % 5 === 0)
                  send({
                    id: `say-${id}`,
                    type: "message.send.requested",
                    org: "@team",
                    data: { channel: "general", text: `@dana, ${id}` },
                  })
              }
          }
          // Whoever reads from a daemon that was killed finds the next one.
          for (const reader of Object.values(readers)) await reader.again()
          await Promise.all(sent)
          const last = `${type}-last`
          await publish({ id: last, type: `${type}.end`, org: "@team" })
          await readers.socket.until(last)
          await readers.stream.until(last)
          const events = (org: string, who: string) =>
            allOf(`/v1/events?type=${type}.*&order=asc&limit=1000${org}`, who)
          expect(readers.socket.taken).toEqual(await events("&org=@team", "dana"))
          expect(readers.stream.taken).toEqual(await events("", "erin"))
          expect(new Set(readers.stream.taken).size).toBe(n + 1)
          const items = await allOf("/v1/inbox?order=oldest&limit=1000", "dana")
          await readers.inbox.until(items.at(-1)!)
          expect(readers.inbox.taken).toEqual(items)
          for (const reader of Object.values(readers)) reader.close()
        },
      ),
      { numRuns: 4 },
    )
  })
})
