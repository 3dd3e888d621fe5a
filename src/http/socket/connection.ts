/**
 * One WebSocket: who it is, what it has asked for, and how much waits for its reader.
 *
 * Nothing here grows with a slow or greedy client: its subscriptions fetch the next event only when the ones before
 * are gone, and it is read no further while too many of its operations are under way or too many bytes wait for it.
 */
import type { Duplex } from "node:stream"
import { Clock, Effect, Exit, type Fiber, Result, Stream } from "effect"
import type { WebSocket } from "ws"
import type { Identity } from "../../service/identity.ts"
import { refuse } from "../../domain/refusal.ts"
import { Refused } from "../../service/refused.ts"
import { didYouMean } from "../../language/suggest.ts"
import { type Edge, problemOf } from "../edge.ts"
import { eventJson, readEvent } from "../envelope.ts"
import { parseJson } from "../json.ts"
import { MAX_BUFFERED_BYTES, MAX_OPERATIONS_UNDER_WAY, MAX_SUBSCRIPTIONS } from "../limits.ts"
import { type Failure, internal, invalid, Problem, problemOfRefusal } from "../problem.ts"
import { isRefused, optionsOf } from "../publish.ts"
import { decoders, isOp, type Message, type MessageId, type Op, ops } from "./messages.ts"

/** Close codes of RFC 6455 that are used here. */
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008

export interface Connection {
  /** Asks for a sign of life, and ends a connection that has given none since the last time. */
  readonly beat: () => void
  readonly close: () => void
  /** Bytes that its reader has not taken yet. */
  readonly waitingBytes: () => number
  /** How long ago the event happened that a subscription waits to be rid of; 0 where the reader keeps up. */
  readonly lagMs: () => number
}

type Answer = Readonly<Record<string, unknown>> & { readonly op: string }
type Operation = Effect.Effect<Answer | Problem | undefined, Failure>

/** One thing that a subscription brings; `time`: when it happened. */
interface Delivery {
  readonly cursor: string
  readonly time: string
  readonly op: "event" | "inbox"
  /** The member of the message that holds it. */
  readonly member: "event" | "item"
  /** Its JSON: what many are told is written once. */
  readonly json: string
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
  let resumeAfter: string | undefined
  let heard = true
  let waitingBytes = 0
  let underWay = 0
  let isCorked = false
  /** What came with the last chunk from the network: a paused socket still hands that out. */
  const inbox: Array<{ readonly data: Buffer; readonly isBinary: boolean }> = []
  /** Deliveries that wait for the reader. */
  const behind = new Set<{ readonly since: number }>()
  const operations = new Set<Fiber.Fiber<unknown, unknown>>()
  const subscriptions = new Map<MessageId | symbol, Fiber.Fiber<unknown, unknown>>()

  const send = (answer: Answer, sent?: () => void): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(answer), sent)
  }
  /** What is delivered in one go leaves with one call of the system, which costs more than all the rest of a message. */
  const cork = (): void => {
    if (isCorked) return
    isCorked = true
    stream.cork()
    process.nextTick(uncork)
  }
  const uncork = (): void => {
    if (!isCorked) return
    isCorked = false
    stream.uncork()
  }
  const fail = (problem: Problem, id: MessageId | undefined): void => {
    send({ op: "error", ...identified(id), problem: problem.document() }, readOn)
    // Whoever is not, or no longer, known has nothing more to say here.
    if (problem.status === 401) socket.close(POLICY_VIOLATION, problem.type)
  }
  const mustWait = (): boolean => underWay >= MAX_OPERATIONS_UNDER_WAY || socket.bufferedAmount > MAX_BUFFERED_BYTES
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

  const hello = (message: Message<"hello">): Operation => {
    if (message.token !== undefined && token !== undefined && message.token !== token)
      return Effect.succeed(
        new Problem(409, "already-identified", "this connection has said who it is; open another one"),
      )
    token ??= message.token
    resumeAfter = message.after ?? resumeAfter
    return Effect.map(identity, ({ kind, name, org }) => {
      clearTimeout(silence)
      return {
        op: "welcome",
        identity: { kind, name, ...(org === undefined ? undefined : { org }) },
        heartbeatMs: edge.heartbeatMs,
      }
    })
  }

  const publish = ({ event, ...query }: Message<"publish">): Operation => {
    const input = readEvent(event, ["event"])
    if (Result.isFailure(input)) return Effect.succeed(input.failure)
    const bytes = Buffer.byteLength(JSON.stringify(event))
    return Effect.flatMap(identity, (who) =>
      Effect.map(service.publish(who, [{ ...input.success, bytes }], optionsOf(query)), ([answer]) =>
        isRefused(answer!) ? problemOfRefusal(answer.refusal) : { op: "decision", decision: answer },
      ),
    )
  }

  const vote = ({ proposal, choice, reason, digest }: Omit<Message<"vote">, "op">): Operation =>
    Effect.flatMap(identity, (who) =>
      Effect.map(
        service.vote(who, proposal, {
          choice,
          ...(reason === undefined ? undefined : { reason }),
          ...(digest === undefined ? undefined : { digest }),
        }),
        (view) => ({ op: "voted", proposal: view }),
      ),
    )

  const propose = ({ org, proposal }: Message<"propose">): Operation =>
    Effect.flatMap(identity, (who) =>
      Effect.map(
        service.openProposal(who, { ...proposal, ...(org === undefined ? undefined : { org }) }),
        (decision) => ({ op: "decision", decision }),
      ),
    )

  const post = ({ org, channel, to, text }: Message<"post">): Operation =>
    Effect.flatMap(identity, (who) =>
      Effect.map(
        service.post(who, {
          text,
          ...(org === undefined ? undefined : { org }),
          ...(channel === undefined ? undefined : { channel }),
          ...(to === undefined ? undefined : { to }),
        }),
        (decision) => ({ op: "decision", decision }),
      ),
    )

  const ack = ({ items, state = "acknowledged" }: Message<"ack">): Operation =>
    Effect.flatMap(identity, (who) =>
      Effect.map(service.markInbox(who, items, state), (marked) => ({ op: "acked", items: marked })),
    )

  /** What a member says of a task of his own. */
  const work = (say: (who: Identity) => Effect.Effect<unknown, Failure>): Operation =>
    Effect.map(Effect.flatMap(identity, say), (task) => ({ op: "task", task }))

  const subscribe = ({ id, org, types, after = resumeAfter }: Message<"subscribe">): Operation =>
    read(id, (who) =>
      Stream.map(
        service.follow(who, {
          ...(org === undefined ? undefined : { org }),
          ...(types === undefined ? undefined : { types }),
          ...(after === undefined ? undefined : { after }),
        }),
        ({ record, cursor }) => ({
          cursor,
          time: record.event.time,
          op: "event",
          member: "event",
          json: eventJson(record),
        }),
      ),
    )

  const inboxOf = ({ id, after = resumeAfter }: Message<"inbox">): Operation =>
    read(id, (who) =>
      Stream.map(service.followInbox(who, after), ({ item, cursor }) => ({
        cursor,
        time: item.at,
        op: "inbox",
        member: "item",
        json: JSON.stringify(item),
      })),
    )

  /** A subscription: goes on until it is ended, by either side. */
  const read = (id: MessageId | undefined, follow: (who: Identity) => Stream.Stream<Delivery, Failure>): Operation =>
    Effect.map(identity, (who) => {
      if (subscriptions.size >= MAX_SUBSCRIPTIONS)
        return new Problem(409, "too-many-subscriptions", `a connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`)
      if (id !== undefined && subscriptions.has(id))
        return new Problem(409, "subscription-exists", `there is a subscription ${JSON.stringify(id)} already`)
      let isConfirmed = false
      const confirm = (): void => {
        if (!isConfirmed) send({ op: "subscribed", ...identified(id) })
        isConfirmed = true
      }
      const followed = Stream.suspend(() => follow(who))
      const key = id ?? Symbol("subscription")
      const fiber = edge.run(
        Stream.runForEach(followed, (next) =>
          Effect.andThen(
            identity,
            Effect.suspend(() => {
              confirm()
              return deliver(id, next)
            }),
          ),
        ),
      )
      // What is refused at once has never been subscribed to.
      const early = fiber.pollUnsafe()
      if (early !== undefined && Exit.isFailure(early)) return problemOf(edge, early.cause, "a subscription")
      confirm()
      subscriptions.set(key, fiber)
      fiber.addObserver((exit) => {
        subscriptions.delete(key)
        if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) fail(problemOf(edge, exit.cause, "a subscription"), id)
      })
      return undefined
    })

  const unsubscribe = ({ id }: Message<"unsubscribe">): Operation =>
    Effect.map(identity, () => {
      const fiber = id === undefined ? undefined : subscriptions.get(id)
      if (fiber === undefined)
        return new Problem(404, "subscription-unknown", "id names no subscription of this connection")
      fiber.interruptUnsafe()
      return { op: "unsubscribed" }
    })

  /** Returns when the reader may be sent more. */
  const deliver = (id: MessageId | undefined, { op, member, json, cursor, time }: Delivery): Effect.Effect<void> =>
    Effect.suspend(() => {
      const head = JSON.stringify({ op, ...identified(id), cursor })
      if (socket.readyState === socket.OPEN) {
        cork()
        socket.send(`${head.slice(0, -1)},"${member}":${json}}`)
      }
      // What waits for nothing but that is not behind.
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) uncork()
      if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return Effect.void
      return Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.callback<void>((resume) => {
          const by = Math.max(0, now - Date.parse(time))
          const waits = { since: Date.parse(time) }
          behind.add(waits)
          send({ op: "behind", ...identified(id), by, cursor }, () => {
            behind.delete(waits)
            readOn()
            resume(Effect.void)
          })
        }),
      )
    })

  const operate = (op: Op, message: unknown): Operation | Problem => {
    switch (op) {
      case "hello":
        return decoded(decoders.hello(message), hello)
      case "publish":
        return decoded(decoders.publish(message), publish)
      case "subscribe":
        return decoded(decoders.subscribe(message), subscribe)
      case "unsubscribe":
        return decoded(decoders.unsubscribe(message), unsubscribe)
      case "vote":
        return decoded(decoders.vote(message), vote)
      case "approve":
      case "deny":
        return decoded(decoders[op](message), (ballot) => vote({ ...ballot, choice: op }))
      case "propose":
        return decoded(decoders.propose(message), propose)
      case "post":
        return decoded(decoders.post(message), post)
      case "inbox":
        return decoded(decoders.inbox(message), inboxOf)
      case "ack":
        return decoded(decoders.ack(message), ack)
      case "complete":
        return decoded(decoders.complete(message), ({ task, result = null }) =>
          work((who) => service.completeTask(who, task, result)),
        )
      case "fail":
        return decoded(decoders.fail(message), ({ task, op: _, id: __, ...failure }) =>
          work((who) => service.failTask(who, task, failure)),
        )
      case "progress":
        return decoded(decoders.progress(message), ({ task, op: _, id: __, ...progress }) =>
          work((who) => service.progressTask(who, task, progress)),
        )
      case "ping":
        return decoded(decoders.ping(message), () => Effect.as(identity, { op: "pong" }))
    }
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
    underWay++
    operations.add(fiber)
    fiber.addObserver((exit) => {
      underWay--
      operations.delete(fiber)
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
    for (const fiber of [...operations, ...subscriptions.values()]) fiber.interruptUnsafe()
  })

  return {
    beat: () => {
      const before = waitingBytes
      waitingBytes = socket.bufferedAmount
      // A reader that takes something, however slowly, lives; so does one that waits for us.
      if (!heard && waitingBytes >= before && underWay === 0) return socket.terminate()
      heard = false
      socket.ping()
      if (token === undefined) return
      edge.run(identity).addObserver((exit) => {
        if (Exit.isFailure(exit)) fail(problemOf(edge, exit.cause, "authentication"), undefined)
      })
    },
    close: () => socket.close(GOING_AWAY, "the daemon stops"),
    waitingBytes: () => socket.bufferedAmount,
    lagMs: () => Math.max(0, ...[...behind].map(({ since }) => Date.now() - since)),
  }
}

const identified = (id: MessageId | undefined): { readonly id?: MessageId } => (id === undefined ? {} : { id })

const decoded = <M>(result: Result.Result<M, Problem>, handle: (message: M) => Operation): Operation | Problem =>
  Result.isSuccess(result) ? handle(result.success) : result.failure

const unknownOp = (op: unknown): Problem =>
  typeof op === "string"
    ? invalid(
        "op-unknown",
        `there is no op ${JSON.stringify(op)}; ${didYouMean(op, ops) ?? `there is ${ops.join(", ")}`}`,
      )
    : invalid("op-missing", `a message is { "op": ${ops.map((name) => JSON.stringify(name)).join(" | ")}, ... }`)

const unidentified = new Refused({
  refusal: refuse("unauthenticated", "unauthenticated", "say hello with a token first"),
})
