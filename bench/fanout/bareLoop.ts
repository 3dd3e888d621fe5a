/** The least that can be done: the library's server, and a loop over its clients that sends each the same text. */
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import type { Prepare } from "../contest/contestant.ts"
import { type FanOutInput, toldTo } from "./toldTo.ts"

const prepare: Prepare<FanOutInput> = async ({ members }) => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false })
  await once(server, "listening")
  server.on("connection", (socket) => socket.once("message", () => socket.send('{"op":"subscribed","id":"all"}')))
  const happen = (events: number): void => {
    for (let event = 0; event < events; event++) {
      const text = message()
      for (const client of server.clients) client.send(text)
    }
  }
  const close = (): Promise<void> => {
    server.clients.forEach((client) => client.terminate())
    return new Promise((resolve) => server.close(() => resolve()))
  }
  const { port } = server.address() as AddressInfo
  return toldTo(
    `ws://127.0.0.1:${port}`,
    Array.from({ length: members }, () => "none"),
    happen,
    close,
  )
}

export default prepare

/** As long as what the daemon says of such an event. */
const message = (): string => {
  const id = randomUUID()
  const event = {
    specversion: "1.0",
    id,
    source: "/members/m0",
    type: "note.taken",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    org: "@hall",
    actor: "m0",
    actorkind: "human",
    correlationid: id,
    seq: 1_000,
    data: { text: "x".repeat(100) },
    decision: { verdict: "allow", rule: "default", revision: "0".repeat(64), contracts: [], outcomes: [] },
  }
  return JSON.stringify({ op: "event", id: "all", cursor: "1000000", event })
}
