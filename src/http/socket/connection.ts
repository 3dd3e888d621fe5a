/**
 * One WebSocket: who it is, what it asks for, and when it is read on.
 *
 * Nothing here grows with a slow or greedy client: its subscriptions fetch the next event only when the ones before
 * are gone, and it is read no further while too many of its operations are under way or too many bytes wait for it.
 */
import type { Duplex } from "node:stream"
import { Effect, Exit, type Fiber, Result } from "effect"
import type { WebSocket } from "ws"
import type { Identity } from "../../service/identity.ts"
import { refuse } from "../../domain/refusal.ts"
import { Refused } from "../../service/refused.ts"
import { orDidYouMean } from "../../language/suggest.ts"
import { type Edge, problemOf } from "../edge.ts"
import { parseJson } from "../json.ts"
import { MAX_BUFFERED_BYTES, MAX_OPERATIONS_UNDER_WAY } from "../limits.ts"
import { type Failure, internal, invalid, Problem } from "../problem.ts"
import { makeCalls } from "./calls.ts"
import { decoders, identified, isOp, type Message, type MessageId, type Op, ops } from "./messages.ts"
import type { Operation, Operations } from "./operation.ts"
import { makeOutgoing, type Outgoing } from "./outgoing.ts"
import { makeSubscriptions } from "./subscriptions.ts"

/** Close codes of RFC 6455 that are used here. */
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008

export interface Connection {
  /** Asks for a sign of life, and ends a connection that has given none since the last time. */
  readonly beat: () => void
  readonly close: () => void
  /** Bytes that its reader has not taken yet. */
  readonly waitingBytes: () => number
  readonly lagMs: Outgoing["lagMs"]
}

/** `stream`: what is below the WebSocket. `presented`: the token of the upgrade request, already verified. */
export const serveSocket = (
  edge: Edge,
  socket: WebSocket,
  stream: Duplex,
  presented: string | undefined,
): Connection => {
  const { service } = edge
  let token = presented
  let heard = true
  let waitingBytes = 0
  /** What came with the last chunk from the network: a paused socket still hands that out. */
  const inbox: Array<{ readonly data: Buffer; readonly isBinary: boolean }> = []
  /** Operations. */
  const underWay = new Set<Fiber.Fiber<unknown, unknown>>()
  const outgoing = makeOutgoing(socket, stream, () => readOn())
  const { send } = outgoing

  const fail = (problem: Problem, id: MessageId | undefined): void => {
    send({ op: "error", ...identified(id), problem: problem.document() }, readOn)
    // Whoever is not, or no longer, known has nothing more to say here.
    if (problem.status === 401) socket.close(POLICY_VIOLATION, problem.type)
  }
  const mustWait = (): boolean =>
    underWay.size >= MAX_OPERATIONS_UNDER_WAY || socket.bufferedAmount > MAX_BUFFERED_BYTES
  /** Takes up what has been received, and has more received only when that is done. */
  const readOn = (): void => {
    while (inbox.length > 0 && !mustWait()) take(inbox.shift()!)
    if (inbox.length > 0 || mustWait()) socket.pause()
    else if (socket.isPaused) socket.resume()
  }

  /** Asked before every single thing, so that a revoked token ends here too. Synchronous but for its first use. */
  const identity: Effect.Effect<Identity, Failure> = Effect.suspend(() =>
    token === undefined ? Effect.fail(unidentified) : service.authenticate(token),
  )

  const subscriptions = makeSubscriptions(edge, identity, outgoing, fail)

  const hello = (message: Message<"hello">): Operation => {
    if (message.token !== undefined && token !== undefined && message.token !== token)
      return Effect.succeed(
        new Problem(409, "already-identified", "this connection has said who it is; open another one"),
      )
    token ??= message.token
    if (message.after !== undefined) subscriptions.resumeAfter(message.after)
    return Effect.map(identity, ({ kind, name, org }) => {
      clearTimeout(silence)
      return {
        op: "welcome",
        identity: { kind, name, ...(org === undefined ? undefined : { org }) },
        heartbeatMs: edge.heartbeatMs,
      }
    })
  }

  const operations: Operations<Op> = {
    hello,
    ...makeCalls(service, identity),
    ...subscriptions.operations,
  }

  const operate = <O extends Op>(op: O, json: unknown): Operation | Problem => {
    const message = decoders[op](json)
    return Result.isSuccess(message) ? operations[op](message.success) : message.failure
  }

  const receive = (json: unknown): void => {
    const { op, id: given } = (typeof json === "object" && json !== null ? json : {}) as {
      readonly op?: unknown
      readonly id?: unknown
    }
    const id = typeof given === "string" || typeof given === "number" ? given : undefined
    if (!isOp(op)) return fail(unknownOp(op), id)
    const operation = operate(op, json)
    if (operation instanceof Problem) return fail(operation, id)
    const fiber = edge.doors === undefined ? edge.run(operation) : edge.doors.message(op, () => edge.run(operation))
    underWay.add(fiber)
    fiber.addObserver((exit) => {
      underWay.delete(fiber)
      const answer = Exit.isSuccess(exit) ? exit.value : problemOf(edge, exit.cause, `the operation ${op}`)
      if (answer instanceof Problem) fail(answer, id)
      else if (answer !== undefined) send({ ...answer, ...identified(id) }, readOn)
      else readOn()
    })
  }

  const take = ({ data, isBinary }: (typeof inbox)[number]): void => {
    const parsed = isBinary ? invalid("binary-message", "send messages as text") : parseJson(data)
    if (parsed instanceof Problem) return fail(parsed, undefined)
    try {
      receive(parsed.json)
    } catch (error) {
      edge.run(Effect.logError("a WebSocket message failed:", error))
      fail(internal(), undefined)
    }
  }

  const silence = setTimeout(() => {
    send({ op: "error", problem: new Problem(408, "hello-overdue", "say hello with a token first").document() })
    socket.close(POLICY_VIOLATION, "hello-overdue")
  }, edge.helloMs)
  if (presented !== undefined) clearTimeout(silence)

  socket.on("message", (data, isBinary) => {
    heard = true
    inbox.push({ data: data as Buffer, isBinary })
    readOn()
  })
  socket.on("pong", () => (heard = true))
  // The library closes the connection itself, with the code that fits.
  socket.on("error", () => {})
  socket.on("close", () => {
    clearTimeout(silence)
    inbox.length = 0
    for (const fiber of underWay) fiber.interruptUnsafe()
    subscriptions.end()
  })

  return {
    beat: () => {
      const before = waitingBytes
      waitingBytes = socket.bufferedAmount
      // A reader that takes something, however slowly, lives; so does one that waits for us.
      if (!heard && waitingBytes >= before && underWay.size === 0) return socket.terminate()
      heard = false
      socket.ping()
      if (token === undefined) return
      edge.run(identity).addObserver((exit) => {
        if (Exit.isFailure(exit)) fail(problemOf(edge, exit.cause, "authentication"), undefined)
      })
    },
    close: () => socket.close(GOING_AWAY, "the daemon stops"),
    waitingBytes: () => socket.bufferedAmount,
    lagMs: outgoing.lagMs,
  }
}

const unknownOp = (op: unknown): Problem => {
  if (typeof op !== "string")
    return invalid("op-missing", `a message is { "op": ${ops.map((name) => JSON.stringify(name)).join(" | ")}, ... }`)
  const meant = orDidYouMean(op, ops, `there is ${ops.join(", ")}`)
  return invalid("op-unknown", `there is no op ${JSON.stringify(op)}${meant}`)
}

const unidentified = new Refused({
  refusal: refuse("unauthenticated", "unauthenticated", "say hello with a token first"),
})
