/** One keep-alive connection with one request under way: requests made beforehand, answers only looked at for their status. */
import { createConnection, type Socket } from "node:net"

const HEAD_END = Buffer.from("\r\n\r\n")
const LENGTH = /content-length: (\d+)/i

export class Sender {
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

  /** Sends the next request; says when it is answered, and what was wrong where it was not accepted. */
  exchange(answered: (error?: Error) => void): void {
    this.#answered = answered
    this.#socket!.write(this.#requests[this.#next++ % this.#requests.length]!)
  }

  /** Sends until `end`, and waits for the last answer. */
  run(end: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let count = 0
      const answered = (error?: Error): void => {
        if (error !== undefined) return reject(error)
        count++
        if (performance.now() < end) return this.exchange(answered)
        this.#answered = undefined
        resolve(count)
      }
      this.exchange(answered)
    })
  }

  /** Nothing is under way. */
  close(): void {
    this.#answered = undefined
    this.#socket?.destroy()
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
