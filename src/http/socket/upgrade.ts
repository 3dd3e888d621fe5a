/** The way from an upgrade request to a WebSocket, and the life of all of them. */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Effect, Schedule } from "effect"
import { WebSocketServer } from "ws"
import { bearerToken, type Edge, identify, pathOf } from "../edge.ts"
import { MAX_BODY_BYTES } from "../limits.ts"
import { webSocketLag, webSockets, webSocketWaiting } from "../../observability/metrics.ts"
import { collectWith } from "../../observability/registry.ts"
import { Problem } from "../problem.ts"
import { refuse } from "../refuse.ts"
import { type Connection, serveSocket } from "./connection.ts"

export const SOCKET_PATH = "/v1/ws"

export interface Sockets {
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer, refused: Problem | undefined) => void
  /** Asks every client to go. */
  readonly close: () => void
  /** Ends those that have not gone. */
  readonly terminate: () => void
}

/** Runs the signs of life for as long as its scope. */
export const makeSockets = Effect.fnUntraced(function* (edge: Edge) {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false,
  })
  const connections = new Set<Connection>()
  const collected = collectWith(() => {
    webSockets.set(connections.size)
    const all = [...connections]
    webSocketWaiting.set(all.reduce((bytes, connection) => bytes + connection.waitingBytes(), 0))
    webSocketLag.set(Math.max(0, ...all.map((connection) => connection.lagMs() / 1_000)))
  })
  yield* Effect.addFinalizer(() => Effect.sync(collected))
  yield* Effect.sync(() => connections.forEach((connection) => connection.beat())).pipe(
    Effect.schedule(Schedule.spaced(edge.heartbeatMs)),
    Effect.forkScoped,
  )

  const accept = async (incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const token = bearerToken(incoming)
    if (token !== undefined) {
      const identity = await identify(edge, incoming)
      if (identity instanceof Problem) return refuse(socket, identity, pathOf(incoming))
    }
    server.handleUpgrade(incoming, socket, head, (opened) => {
      const connection = serveSocket(edge, opened, socket, token)
      connections.add(connection)
      opened.once("close", () => connections.delete(connection))
    })
  }

  const sockets: Sockets = {
    upgrade: (incoming, socket, head, refused) => {
      socket.on("error", () => socket.destroy())
      if (refused !== undefined) return refuse(socket, refused, pathOf(incoming))
      if (pathOf(incoming) !== SOCKET_PATH)
        return refuse(socket, new Problem(404, "route-unknown", `the WebSocket is at ${SOCKET_PATH}`), pathOf(incoming))
      void accept(incoming, socket, head)
    },
    close: () => connections.forEach((connection) => connection.close()),
    terminate: () => server.clients.forEach((client) => client.terminate()),
  }
  return sockets
})
