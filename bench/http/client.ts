/**
 * A load generator in a process of its own: so many keep-alive connections, each with one request under way, requests
 * made beforehand, answers only counted. The same for every server, so what it costs itself falls out of the ratio.
 */
import { createConnection, type Socket } from "node:net"

export interface LoadRequest {
  readonly port: number
  readonly connections: ReadonlyArray<Connection>
}

export interface Connection {
  /** Whole HTTP/1.1 requests; sent one after the other, again and again. */
  readonly requests: ReadonlyArray<string>
}

export type ClientMessage =
  | { readonly op: "connect"; readonly load: LoadRequest }
  | { readonly op: "run"; readonly ms: number }
export type ClientAnswer =
  | { readonly connected: true }
  | { readonly answered: number; readonly ms: number }
  | { readonly failed: string }

const HEAD_END = Buffer.from("\r\n\r\n")
const LENGTH = /content-length: (\d+)/i

class Sender {
  readonly #port: number
  readonly #requests: ReadonlyArray<Buffer>
  #socket: Socket | undefined
  #next = 0
  #received: Buffer = Buffer.alloc(0)
  #answered: ((error?: Error) => void) | undefined

  constructor(port: number, requests: ReadonlyArray<string>) {
    this.#port = port
    this.#requests = requests.map((text) => Buffer.from(text))
  }

  /** Connects, where that has not been done or the server has closed the connection while nothing was sent. */
  open(): Promise<void> {
    if (this.#socket !== undefined) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: "127.0.0.1", port: this.#port, noDelay: true })
      const ended = (error?: Error): void => {
        this.#socket = undefined
        this.#answered?.(error ?? new Error("the server closed a connection"))
        reject(error)
      }
      socket
        .once("connect", () => {
          this.#socket = socket
          resolve()
        })
        .on("data", (chunk: Buffer) => this.#receive(chunk))
        .once("error", ended)
        .once("close", () => ended())
    })
  }

  /** Sends until `end`, and waits for the last answer. */
  run(end: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let count = 0
      const send = (): void => {
        this.#socket!.write(this.#requests[this.#next++ % this.#requests.length]!)
      }
      this.#answered = (error) => {
        if (error !== undefined) return reject(error)
        count++
        if (performance.now() < end) return send()
        this.#answered = undefined
        resolve(count)
      }
      send()
    })
  }

  #receive(chunk: Buffer): void {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = received.indexOf(HEAD_END)
    const head = headEnd < 0 ? undefined : received.toString("latin1", 0, headEnd)
    const length = head === undefined ? undefined : Number(LENGTH.exec(head)?.[1] ?? Number.NaN)
    if (head === undefined || length === undefined || received.length < headEnd + 4 + length) {
      this.#received = received
      return
    }
    this.#received = Buffer.alloc(0)
    const accepted = head.startsWith("HTTP/1.1 200") || head.startsWith("HTTP/1.1 202")
    this.#answered?.(
      accepted && !Number.isNaN(length) ? undefined : new Error(`${head}\n${received.toString("utf8", headEnd)}`),
    )
  }
}

let senders: ReadonlyArray<Sender> = []

const answer = async (message: ClientMessage): Promise<ClientAnswer> => {
  if (message.op === "connect") {
    const { port, connections } = message.load
    senders = connections.map(({ requests }) => new Sender(port, requests))
    return { connected: true }
  }
  await Promise.all(senders.map((sender) => sender.open()))
  const start = performance.now()
  const counts = await Promise.all(senders.map((sender) => sender.run(start + message.ms)))
  return { answered: counts.reduce((sum, count) => sum + count, 0), ms: performance.now() - start }
}

process.on("message", (message: ClientMessage) => {
  answer(message).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ failed: String(error) } satisfies ClientAnswer),
  )
})
process.on("disconnect", () => process.exit())
