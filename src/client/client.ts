/**
 * A client of the REST interface whose calls are checked by the compiler: names, parameters, bodies and answers are those
 * of the daemon's own table of routes. Over the Unix socket where there is one, else over TCP. Nothing is tried again.
 *
 *     const charter = makeClient({ host: "127.0.0.1", port: 5099 }, token)
 *     const hold = await charter.call("GET /v1/holds/{id}", { params: { id: "h-team-4" } })
 */
import { type IncomingMessage, request } from "node:http"
import { addressOf } from "../discovery/findDaemon.ts"
import { type Address, urlOf } from "../discovery/daemonFile.ts"
import { VERSION } from "../version.ts"
import { AnswerUnknown, CallRefused, DaemonLost, type Problem } from "./errors.ts"
import type { AnswerOf, BatchAnswer, BodyOf, Given, OperationName } from "./operations.ts"
import { sentEvents } from "./sentEvents.ts"

/** A parameter that is `undefined` is not sent; one with several values is sent several times. */
export type Query = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

export interface Followed<E> {
  /** Where to go on after a break. */
  readonly cursor: string
  readonly event: E
}

export interface Client {
  /** @throws CallRefused, DaemonLost, AnswerUnknown */
  readonly call: <N extends OperationName>(operation: N, ...given: Given<N>) => Promise<AnswerOf<N>>
  /** Many events at once: for each, in order, its decision, or the problem with it. */
  readonly publishAll: (events: ReadonlyArray<BodyOf<"POST /v1/events">>) => Promise<ReadonlyArray<BatchAnswer>>
  /** Events as they come, from the moment of the answer on or after a cursor, until the daemon or whoever reads ends it. */
  readonly follow: (query: {
    readonly org?: string | undefined
    readonly type?: ReadonlyArray<string> | undefined
    readonly after?: string | undefined
  }) => Promise<AsyncGenerator<Followed<AnswerOf<"GET /v1/events/{id}">>>>
  /** The body of an answer that is text. */
  readonly text: (path: "/metrics") => Promise<string>
}

/** What stands on the wire for any operation. */
interface Sent {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Query
  readonly body?: unknown
  readonly ifMatch?: string | undefined
}

/** Without a token it can do what needs none: join by a link. */
export const makeClient = (daemon: Address, token: string | undefined): Client => ({
  call: async <N extends OperationName>(operation: N, ...[input]: Given<N>): Promise<AnswerOf<N>> => {
    const { params = {}, query = {}, body, ifMatch } = (input ?? {}) as Sent
    const [method = "", path = ""] = operation.split(" ", 2)
    const target = withQuery(filled(path, params), query)
    const sent = body ?? (method === "POST" || method === "PUT" ? {} : undefined)
    const response = await ask(daemon, token, method, target, sent, ifMatch)
    const answer = jsonOf(await textOf(response), operation)
    const version = response.headers["charter-version"]
    if (version !== VERSION)
      (await import("./decode.ts")).checkAnswer(operation, answer, typeof version === "string" ? version : "unknown")
    return answer as AnswerOf<N>
  },
  publishAll: async (events) => {
    const response = await ask(daemon, token, "POST", "/v1/events", events)
    return jsonOf(await textOf(response), "POST /v1/events") as ReadonlyArray<BatchAnswer>
  },
  follow: async (query) => {
    const response = await ask(daemon, token, "GET", withQuery("/v1/events/stream", query))
    return followed(daemon, response)
  },
  text: async (path) => textOf(await ask(daemon, token, "GET", path)),
})

const filled = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""))

const withQuery = (path: string, query: Query): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value)
      parameters.append(name, one)
  return parameters.size === 0 ? path : `${path}?${parameters}`
}

/** A success; anything else throws. */
const ask = async (
  daemon: Address,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  ifMatch?: string,
): Promise<IncomingMessage> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const asked = request(
      {
        ...addressOf(daemon),
        method,
        path,
        agent: false,
        headers: {
          host: "localhost",
          ...(token === undefined ? undefined : { authorization: `Bearer ${token}` }),
          ...(ifMatch === undefined ? undefined : { "if-match": JSON.stringify(ifMatch) }),
          ...(json === undefined
            ? undefined
            : { "content-type": "application/json", "content-length": Buffer.byteLength(json) }),
        },
      },
      resolve,
    )
    asked.on("error", (error) => reject(lost(daemon, error)))
    asked.end(json)
  })
  const { statusCode = 0 } = response
  if (statusCode >= 200 && statusCode < 300) return response
  throw new CallRefused(problemOf(statusCode, await textOf(response)))
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  response.setEncoding("utf8")
  let text = ""
  try {
    for await (const chunk of response) text += chunk as string
  } catch {
    throw new DaemonLost("the daemon's answer broke off")
  }
  return text
}

const jsonOf = (text: string, operation: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new AnswerUnknown(`what answers ${operation} is no daemon of Charter`)
  }
}

const problemOf = (status: number, text: string): Problem => {
  try {
    return JSON.parse(text) as Problem
  } catch {
    throw new AnswerUnknown(`the daemon answered with status ${status} and no explanation`)
  }
}

async function* followed<E>(daemon: Address, response: IncomingMessage): AsyncGenerator<Followed<E>> {
  try {
    for await (const { id = "", event, data } of sentEvents(response)) {
      if (event === "problem") throw new CallRefused(JSON.parse(data) as Problem)
      yield { cursor: id, event: JSON.parse(data) as E }
    }
  } catch (error) {
    throw error instanceof CallRefused ? error : lost(daemon, error)
  } finally {
    response.destroy()
  }
}

const lost = (daemon: Address, error: unknown): DaemonLost =>
  new DaemonLost(`the daemon at ${urlOf(daemon)} cannot be reached: ${(error as Error).message}`)
