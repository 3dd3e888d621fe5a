/**
 * Subscribers that are slow, frozen or dead, over server-sent events and WebSockets: nobody who publishes waits for one,
 * the daemon keeps no more for one than its bounds say, and who reads again gets everything, once and in order.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { type IncomingMessage, request } from "node:http"
import { createInterface } from "node:readline"
import { afterEach, expect, it } from "vitest"
import { MAX_BUFFERED_BYTES } from "../../src/http/limits.ts"
import { openSocket } from "../http/client.ts"
import { Household } from "../support/Household.ts"

const EVENTS = 200
const EVENT_BYTES = 100_000
const PRODUCERS = 8

const FILES = { "organizations/team.yaml": `organization: "@team"\nmembers:\n  - { human: dana }\n` }
const STREAM = "/v1/events/stream?type=large.sent"

interface Reader {
  /** Numbers of the events that it was given, in its order. */
  readonly taken: ReadonlyArray<number>
  readonly sleep: () => void
  readonly wake: () => void
  readonly close: () => void
}

let house: Household
const readers: Array<Reader> = []
const children: Array<ChildProcess> = []
afterEach(async () => {
  for (const reader of readers) reader.close()
  for (const child of children) child.kill("SIGKILL")
  await house.close()
})

const numberOf = ({ data }: { readonly data: string }): number => Number(/^\d+/.exec(data)![0])

const streamReader = async (token: string): Promise<Reader> => {
  const sent = request(`${house.daemon.url}${STREAM}`, { headers: { authorization: `Bearer ${token}` } }).end()
  const [response] = (await once(sent, "response")) as [IncomingMessage]
  const taken: Array<number> = []
  response.on("error", () => {})
  createInterface({ input: response })
    .on("line", (line) => {
      if (line.startsWith("data: ")) taken.push(numberOf(JSON.parse(line.slice("data: ".length)) as never))
    })
    .on("error", () => {})
  const reader = {
    taken,
    sleep: () => response.socket.pause(),
    wake: () => response.socket.resume(),
    close: () => sent.destroy(),
  }
  readers.push(reader)
  return reader
}

const socketReader = async (token: string): Promise<Reader> => {
  const { raw, ask } = await openSocket(`${house.daemon.url.replace("http", "ws")}/v1/ws`, {
    authorization: `Bearer ${token}`,
  })
  const taken: Array<number> = []
  raw.on("message", (text: Buffer) => {
    const { op, event } = JSON.parse(text.toString("utf8")) as { readonly op: string; readonly event: never }
    if (op === "event") taken.push(numberOf(event))
  })
  await ask({ op: "subscribe", types: ["large.sent"] })
  const reader = { taken, sleep: () => raw.pause(), wake: () => raw.resume(), close: () => raw.terminate() }
  readers.push(reader)
  return reader
}

/** A program of its own that reads the stream, until somebody stops or ends it. */
const programReader = async (token: string): Promise<ChildProcess> => {
  const program = `const { body } = await fetch(process.argv[1], { headers: { authorization: process.argv[2] } })
for await (const _ of body) console.log("read")`
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, `${house.daemon.url}${STREAM}`, `Bearer ${token}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  children.push(child)
  await once(child.stdout!, "data")
  return child
}

/** The numbers of the events in the order of the log. */
const publish = async (): Promise<ReadonlyArray<number>> => {
  const places: Array<{ readonly seq: number; readonly number: number }> = []
  let published = 0
  const produce = async (): Promise<void> => {
    while (published < EVENTS) {
      const number = published++
      const { status, verdict, seq } = await house.publish("large.sent", `${number} ${"x".repeat(EVENT_BYTES)}`)
      expect([status, verdict]).toEqual([200, "allow"])
      places.push({ seq, number })
    }
  }
  await Promise.all(Array.from({ length: PRODUCERS }, produce))
  return places.toSorted((one, other) => one.seq - other.seq).map(({ number }) => number)
}

const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)$`, "m").exec((await house.daemon.call("GET", "/metrics")).text)![1])

it("hold nobody up, cost what the bounds say, and lose nothing", { timeout: 60_000 }, async () => {
  house = await Household.open(FILES)
  const token = await house.token("@dana")
  const awake = [await streamReader(token), await socketReader(token)]
  const asleep = [await streamReader(token), await socketReader(token)]
  const dying = await programReader(token)
  const frozen = await programReader(token)
  expect(await metric("charter_event_streams")).toBe(4)
  for (const { sleep } of asleep) sleep()
  frozen.kill("SIGSTOP")
  dying.kill("SIGKILL")
  const sent = await publish()
  for (const { taken } of awake) await house.until(() => Promise.resolve(taken.length === EVENTS))
  await house.until(async () => (await metric("charter_event_streams")) === 3)
  for (const { taken } of asleep) expect(taken.length).toBeLessThan(EVENTS)
  expect(await metric("charter_websocket_waiting_bytes")).toBeLessThan(MAX_BUFFERED_BYTES + 2 * EVENT_BYTES)

  for (const { wake } of asleep) wake()
  for (const { taken } of asleep) await house.until(() => Promise.resolve(taken.length >= EVENTS))
  for (const { taken } of readers) expect(taken).toEqual(sent)
  expect((await house.inspect({ settled: true })).violations).toEqual([])
})
