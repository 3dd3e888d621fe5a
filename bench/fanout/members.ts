/** The members' side, in a process of its own: so many WebSockets that count what they are told. The same for every server. */
import { WebSocket } from "ws"
import { answerMessages } from "../contest/helper.ts"

export type MembersMessage =
  | { readonly op: "connect"; readonly url: string; readonly tokens: ReadonlyArray<string> }
  /** Asks to be answered when so many deliveries have come since the connections were made. */
  | { readonly op: "await"; readonly deliveries: number }
export interface MembersAnswer {
  /** Of the last delivery. */
  readonly bytes: number
}

/** Connections that are being made at the same time. */
const CONNECTING = 50

let deliveries = 0
let bytes = 0
let wanted = 0

let arrived: (() => void) | undefined

const settle = (): void => {
  if (deliveries < wanted) return
  arrived?.()
  arrived = undefined
}

/** Resolves when it is subscribed; what is not a confirmation counts. */
const connect = (url: string, token: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false })
    let confirmed = false
    socket.once("error", reject)
    // Whoever waits for deliveries then hears that there will be none.
    socket.once("close", () => process.exit(1))
    socket.once("open", () => socket.send('{"op":"subscribe","id":"all"}'))
    socket.on("message", (data: Buffer) => {
      if (!confirmed) {
        confirmed = true
        return resolve()
      }
      deliveries++
      bytes = data.length
      settle()
    })
  })

answerMessages(async (message: MembersMessage): Promise<MembersAnswer> => {
  if (message.op === "await")
    await new Promise<void>((resolve) => {
      wanted = message.deliveries
      arrived = resolve
      settle()
    })
  else
    for (let at = 0; at < message.tokens.length; at += CONNECTING)
      await Promise.all(message.tokens.slice(at, at + CONNECTING).map((token) => connect(message.url, token)))
  return { bytes }
})
