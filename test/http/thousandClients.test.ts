/** A thousand clients of one daemon: each gets all that it may see, in order, and nothing else. */
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { Household } from "../support/Household.ts"

const CLIENTS = 1_000
/** Of them so many do not read at first. */
const ASLEEP = 20
const EVENTS = 60
const DATA_BYTES = 20_000
const MOST_GROWTH_BYTES = 300 * 1024 * 1024

const FILES = {
  "organizations/teams.yaml": ["red", "blue"]
    .map((name) => `organization: "@${name}"\nmembers:\n  - { human: ${name} }\n  - { human: both }\n`)
    .join("---\n"),
}
const SEES = { red: ["@red"], blue: ["@blue"], both: ["@red", "@blue"] } as const
const NAMES = ["red", "blue", "both"] as const

let house: Household
const tokens = new Map<string, string>()
beforeAll(async () => {
  house = await Household.open(FILES)
  for (const name of NAMES) {
    const { json } = await house.daemon.call("POST", "/v1/tokens", { json: { identity: `@${name}`, kind: "human" } })
    tokens.set(name, (json as { readonly token: string }).token)
  }
})
afterAll(() => house.close())

interface Client {
  readonly name: (typeof NAMES)[number]
  readonly socket: WebSocket
  readonly ids: Array<string>
  /** When it has got so many. */
  readonly got: (count: number) => Promise<void>
}

const connect = (name: Client["name"]): Promise<Client> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${house.daemon.url.replace("http", "ws")}/v1/ws`, {
      headers: { authorization: `Bearer ${tokens.get(name)}` },
      perMessageDeflate: false,
    })
    const ids: Array<string> = []
    let wanted = { count: Number.POSITIVE_INFINITY, resume: () => {} }
    const got: Client["got"] = (count) =>
      new Promise((resume) => {
        if (ids.length >= count) return resume()
        wanted = { count, resume }
      })
    socket.once("error", reject)
    socket.once("open", () => socket.send('{"op":"subscribe","id":"all","types":["count.*"]}'))
    socket.on("message", (data: Buffer) => {
      const { op, event } = JSON.parse(data.toString("utf8")) as { op: string; event: { id: string; org: string } }
      if (op === "subscribed") resolve({ name, socket, ids, got })
      if (op === "event") {
        ids.push(`${event.org} ${event.id}`)
        if (ids.length >= wanted.count) wanted.resume()
      }
    })
  })

/** What the daemon's process keeps in memory. */
const residentBytes = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${house.daemon.pid}/status`, "utf8"))![1]) * 1024

describe(`${CLIENTS} clients`, () => {
  it("all get what they may see, in order, also those that wake up late", async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => connect(NAMES[n % NAMES.length]!)))
    const asleep = clients.slice(0, ASLEEP)
    for (const { socket } of asleep) socket.pause()
    const before = residentBytes()
    const published: Array<string> = []
    for (let n = 0; n < EVENTS; n++) {
      const org = n % 2 === 0 ? "@red" : "@blue"
      const data = "x".repeat(n % 10 === 0 ? DATA_BYTES : 10)
      const reply = await house.daemon.call("POST", "/v1/events", {
        json: { id: `e-${n}`, type: "count.up", org, data },
      })
      expect(reply.status).toBe(200)
      published.push(`${org} e-${n}`)
    }
    const expected = (name: Client["name"]) =>
      published.filter((one) => SEES[name].some((org) => one.startsWith(`${org} `)))
    const awake = clients.slice(ASLEEP)
    await Promise.all(awake.map(({ name, got }) => got(expected(name).length)))
    expect(residentBytes() - before).toBeLessThan(MOST_GROWTH_BYTES)
    for (const { socket } of asleep) socket.resume()
    await Promise.all(asleep.map(({ name, got }) => got(expected(name).length)))
    // Whoever got more than he may see would have got it before this.
    const last = await house.daemon.call("POST", "/v1/events", { json: { id: "end", type: "count.end", org: "@red" } })
    expect(last.status).toBe(200)
    await Promise.all(
      clients.filter(({ name }) => name !== "blue").map(({ name, got }) => got(expected(name).length + 1)),
    )
    for (const { name, ids } of clients)
      expect(ids).toEqual([...expected(name), ...(name === "blue" ? [] : ["@red end"])])
    for (const { socket } of clients) socket.terminate()
  })
})
