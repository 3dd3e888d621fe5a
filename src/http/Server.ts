/**
 * The door: HTTP and WebSocket on a TCP port, and the same on a Unix socket where one is named.
 *
 * When its scope closes it takes no more connections, ends streams and WebSockets, lets the requests that are under way
 * end within {@link DRAIN_MS}, and then cuts what is left.
 */
import { chmod, unlink } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from "node:http"
import type { AddressInfo, ListenOptions } from "node:net"
import type { Duplex } from "node:stream"
import { getRequestListener, type HttpBindings } from "@hono/node-server"
import { Context, Data, Deferred, Effect, Layer, LogLevel, References } from "effect"
import { Service } from "../service/Service.ts"
import { VERSION } from "../version.ts"
import { makeApp } from "./app.ts"
import { Tracing } from "../observability/Tracing.ts"
import { makeDoors } from "./doors.ts"
import { type Edge, pathOf } from "./edge.ts"
import { makeGuard } from "./guard.ts"
import {
  DRAIN_MS,
  HEADERS_TIMEOUT_MS,
  HEARTBEAT_MS,
  HELLO_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_CONNECTIONS,
  REQUEST_TIMEOUT_MS,
} from "./limits.ts"
import { countRequest, NO_ROUTE } from "./observe.ts"
import { invalid } from "./problem.ts"
import { problemOfBytes, refuse } from "./refuse.ts"
import { makeSockets } from "./socket/upgrade.ts"

export interface ServerOptions {
  /** `127.0.0.1` where only this machine is to reach it. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /**
   * Path of a Unix socket, for the owner alone. A file that is left there is removed: the caller knows that no other
   * daemon serves it.
   */
  readonly socket?: string
  /** Names beside those of the loopback and `host` by which clients may call it. */
  readonly hosts?: ReadonlyArray<string>
  /** Origins whose pages may send requests, beside its own. */
  readonly origins?: ReadonlyArray<string>
  readonly drainMs?: number
  /** A client has this long to send a whole request. */
  readonly requestMs?: number
  readonly heartbeatMs?: number
  readonly helloMs?: number
}

export class ListenFailed extends Data.TaggedError("ListenFailed")<{
  readonly address: string
  readonly reason: string
}> {
  override get message(): string {
    return `cannot listen on ${this.address}: ${this.reason}`
  }
}

export class Server extends Context.Service<
  Server,
  {
    readonly host: string
    /** The one that it got. */
    readonly port: number
    /** `http://127.0.0.1:5099` */
    readonly url: string
    readonly socket?: string
  }
>()("charter/http/Server") {
  static readonly layer = (options: ServerOptions): Layer.Layer<Server, ListenFailed, Service> =>
    Layer.effect(this, make(options))
}

const make = Effect.fnUntraced(function* (options: ServerOptions) {
  const { host, socket, drainMs = DRAIN_MS, requestMs = REQUEST_TIMEOUT_MS } = options
  const logsRequests = LogLevel.isGreaterThanOrEqualTo("Debug", yield* References.MinimumLogLevel)
  const closed = yield* Deferred.make<void>()
  const tracing = yield* Tracing
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const doors = tracing === undefined ? undefined : makeDoors(tracing)
  const edge: Edge = {
    service: yield* Service,
    run: doors === undefined ? run : (effect) => run(doors.within(effect)),
    doors,
    closing: Deferred.await(closed),
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    helloMs: options.helloMs ?? HELLO_TIMEOUT_MS,
  }
  const app = makeApp(edge)
  const guard = makeGuard({ hosts: [host, ...(options.hosts ?? [])], origins: options.origins ?? [] })
  const sockets = yield* makeSockets(edge)
  let closing = false

  const serverFor = (local: boolean): NodeServer => {
    const answering = new WeakMap<Duplex, ServerResponse>()
    const answer = (request: Request, bindings: HttpBindings): Response | Promise<Response> => {
      const { incoming, outgoing } = bindings as { incoming: IncomingMessage; outgoing: ServerResponse }
      answering.set(incoming.socket, outgoing)
      if (closing) outgoing.shouldKeepAlive = false
      outgoing.setHeader("charter-version", VERSION)
      const requestId = incoming.headers["x-request-id"]
      if (typeof requestId === "string") outgoing.setHeader("x-request-id", requestId)
      if (logsRequests) logRequest(edge, incoming, outgoing)
      const refused = guard(incoming, local)
      if (refused === undefined) return app.fetch(request, bindings)
      countRequest(incoming, NO_ROUTE, refused.status)
      return refused.response(pathOf(incoming))
    }
    const listener = getRequestListener(answer as Parameters<typeof getRequestListener>[0], {
      errorHandler: () =>
        invalid("invalid-request", "the target or the Host of the request is not valid").response("/"),
    })
    const server = createServer(
      {
        headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestMs),
        requestTimeout: requestMs,
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: Math.min(5_000, requestMs),
      },
      listener,
    )
    server.maxConnections = MAX_CONNECTIONS
    server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
      const current = answering.get(stream)
      const isAnswering = current !== undefined && current.headersSent && !current.writableFinished
      // In the middle of an answer, nothing more can be said.
      if (error.code === "ECONNRESET" || !stream.writable || isAnswering) return void stream.destroy()
      refuse(stream, problemOfBytes(error), "/")
    })
    return server.on("upgrade", (incoming, stream, head) =>
      sockets.upgrade(incoming, stream, head, guard(incoming, local)),
    )
  }

  const shut = (server: NodeServer): Effect.Effect<void> =>
    Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))).pipe(
      Effect.raceFirst(
        // A connection that was busy when the server closed is idle after its answer.
        Effect.forever(
          Effect.andThen(
            Effect.sleep("20 millis"),
            Effect.sync(() => server.closeIdleConnections()),
          ),
        ),
      ),
      Effect.timeoutOrElse({
        duration: drainMs,
        orElse: () =>
          Effect.sync(() => {
            sockets.terminate()
            server.closeAllConnections()
          }),
      }),
    )
  const listen = (server: NodeServer, address: string, on: ListenOptions): Effect.Effect<void, ListenFailed> =>
    Effect.callback((resume) => {
      const onError = (error: NodeJS.ErrnoException) =>
        resume(Effect.fail(new ListenFailed({ address, reason: REASONS[error.code ?? ""] ?? error.message })))
      server.once("error", onError).listen(on, () => {
        server.off("error", onError)
        resume(Effect.void)
      })
    })

  const tcp = serverFor(false)
  const unix = socket === undefined ? undefined : serverFor(true)
  const servers = [tcp, ...(unix === undefined ? [] : [unix])]
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closing = true
      Deferred.doneUnsafe(closed, Effect.void)
      sockets.close()
      return Effect.forEach(
        servers.filter((server) => server.listening),
        shut,
        { concurrency: "unbounded", discard: true },
      )
    }),
  )
  yield* listen(tcp, `${bracketed(host)}:${options.port}`, { host, port: options.port })
  if (unix !== undefined && socket !== undefined) {
    yield* Effect.promise(() => unlink(socket).catch(() => {}))
    yield* listen(unix, socket, { path: socket })
    yield* Effect.promise(() => chmod(socket, 0o600))
  }
  const { port } = tcp.address() as AddressInfo
  return { host, port, url: `http://${bracketed(host)}:${port}`, ...(socket === undefined ? undefined : { socket }) }
})

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; choose another port, or 0 for any",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "that needs more rights; ports below 1024 belong to the system",
  ENOTFOUND: "there is no such host",
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host)

const logRequest = (edge: Edge, incoming: IncomingMessage, outgoing: ServerResponse): void => {
  const begun = performance.now()
  outgoing.once("close", () => {
    const ms = (performance.now() - begun).toFixed(1)
    edge.run(Effect.logDebug(`${incoming.method} ${pathOf(incoming)} ${outgoing.statusCode} ${ms} ms`))
  })
}
