/** What the tests send and read over real sockets: HTTP, server-sent events, WebSocket messages. */
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import { WebSocket } from "ws"

export interface Request {
  readonly token?: string | undefined
  readonly json?: unknown
  /** In place of `json`, as it is. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body where it is JSON. */
  readonly json: unknown
}

export const call = async (url: string, method: string, path: string, request: Request = {}): Promise<Reply> => {
  const { token, json, type = "application/json", headers = {} } = request
  const body = request.body ?? (json === undefined ? undefined : JSON.stringify(json))
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
}

/** With a path and headers that `fetch` would not send, or over a Unix socket. */
export const callNode = (
  options: {
    readonly port?: number
    readonly socketPath?: string
    readonly method?: string
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
  },
  body?: string,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly json: unknown }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", setHost: false, agent: false, ...options }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, json: jsonOf(text) }))
    })
    sent.on("error", reject).end(body)
  })

/** Sends bytes as they are; the answer until the other side closes. */
export const sendRaw = (port: number, bytes: string | Uint8Array): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
    socket.on("error", reject).on("close", () => resolve(text))
  })

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// ── server-sent events ──────────────────────────────────────────────────────────────────────────────────────────────

export interface SentEvent {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

export interface Events {
  readonly status: number
  readonly headers: Headers
  /** The next message; `undefined` at the end. Comments are left out. */
  readonly next: () => Promise<SentEvent | undefined>
  /** The next block as it came, comments too. */
  readonly block: () => Promise<string | undefined>
  readonly close: () => void
}

export const openEvents = async (
  url: string,
  path: string,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Events> => {
  const stop = new AbortController()
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: stop.signal,
  })
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ""
  const block = async (): Promise<string | undefined> => {
    for (;;) {
      const end = text.indexOf("\n\n")
      if (end !== -1) {
        const found = text.slice(0, end)
        text = text.slice(end + 2)
        return found
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
  }
  const next = async (): Promise<SentEvent | undefined> => {
    for (;;) {
      const found = await block()
      if (found === undefined) return undefined
      const lines = found.split("\n").filter((line) => !line.startsWith(":"))
      if (lines.length > 0) return Object.fromEntries(lines.map(fieldOf)) as unknown as SentEvent
    }
  }
  return { status: response.status, headers: response.headers, next, block, close: () => stop.abort() }
}

const fieldOf = (line: string): readonly [string, string] => {
  const end = line.indexOf(": ")
  return [line.slice(0, end), line.slice(end + 2)]
}

// ── WebSocket ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Message = Readonly<Record<string, unknown>> & { readonly op: string }

export interface Socket {
  readonly raw: WebSocket
  readonly send: (message: unknown) => void
  /** The next message that has not been taken yet and fits; the others stay. */
  readonly take: (fits: (message: Message) => boolean) => Promise<Message>
  /** Sends it with an id, and takes what answers. */
  readonly ask: (message: Readonly<Record<string, unknown>>) => Promise<Message>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly close: () => Promise<void>
}

export const openSocket = async (
  address: string,
  headers: Readonly<Record<string, string>> = {},
  options: { readonly autoPong?: boolean; readonly ca?: Buffer; readonly servername?: string } = {},
): Promise<Socket> => {
  const raw = new WebSocket(address, { headers, perMessageDeflate: false, ...options })
  const messages: Array<Message> = []
  const takers: Array<() => void> = []
  raw.on("message", (data: Buffer) => {
    messages.push(JSON.parse(data.toString("utf8")) as Message)
    for (const taker of takers.splice(0)) taker()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    raw.on("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }))
  })
  await new Promise((resolve, reject) => {
    raw.once("open", resolve).once("error", reject)
  })
  raw.on("error", () => {})
  const take: Socket["take"] = async (fits) => {
    for (;;) {
      const index = messages.findIndex(fits)
      if (index !== -1) return messages.splice(index, 1)[0]!
      await new Promise<void>((resolve) => {
        takers.push(resolve)
      })
    }
  }
  const send = (message: unknown): void => raw.send(JSON.stringify(message))
  let asked = 0
  return {
    raw,
    send,
    take,
    ask: (message) => {
      const id = `ask-${++asked}`
      send({ ...message, id })
      return take((answer) => answer["id"] === id)
    },
    closed,
    close: async () => {
      raw.close()
      await closed
    },
  }
}

/** The status with which an upgrade is refused. */
export const refusedSocket = (address: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { headers })
    socket.on("unexpected-response", (_, response) => {
      resolve(response.statusCode!)
      response.resume()
      socket.terminate()
    })
    socket.on("open", () => reject(new Error("the upgrade was not refused")))
    socket.on("error", () => {})
  })
