/** The subscriptions of one WebSocket: what each brings, from where, and until when. */
import { Effect, Exit, type Fiber, Stream } from "effect"
import type { Identity } from "../../service/identity.ts"
import { type Edge, problemOf } from "../edge.ts"
import { eventJson } from "../envelope.ts"
import { MAX_SUBSCRIPTIONS } from "../limits.ts"
import { type Failure, Problem } from "../problem.ts"
import { identified, type MessageId } from "./messages.ts"
import type { Operation, Operations } from "./operation.ts"
import type { Delivery, Outgoing } from "./outgoing.ts"

export interface Subscriptions {
  readonly operations: Operations<"subscribe" | "unsubscribe" | "inbox">
  /** Where subscriptions go on that say nothing themselves. */
  readonly resumeAfter: (cursor: string) => void
  readonly end: () => void
}

/** `identity` is asked before every single delivery. `fail` is told what ends a subscription from this side. */
export const makeSubscriptions = (
  edge: Edge,
  identity: Effect.Effect<Identity, Failure>,
  { send, deliver }: Outgoing,
  fail: (problem: Problem, id: MessageId | undefined) => void,
): Subscriptions => {
  const { service } = edge
  let resume: string | undefined
  const fibers = new Map<MessageId | symbol, Fiber.Fiber<unknown, unknown>>()

  /** Goes on until it is ended, by either side. */
  const open = (id: MessageId | undefined, follow: (who: Identity) => Stream.Stream<Delivery, Failure>): Operation =>
    Effect.map(identity, (who) => {
      if (fibers.size >= MAX_SUBSCRIPTIONS)
        return new Problem(409, "too-many-subscriptions", `a connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`)
      if (id !== undefined && fibers.has(id))
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
      fibers.set(key, fiber)
      fiber.addObserver((exit) => {
        fibers.delete(key)
        if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) fail(problemOf(edge, exit.cause, "a subscription"), id)
      })
      return undefined
    })

  return {
    operations: {
      subscribe: ({ op: _, id, after = resume, ...filter }) =>
        open(id, (who) =>
          Stream.map(
            service.follow(who, { ...filter, ...(after === undefined ? undefined : { after }) }),
            ({ record, cursor }) => ({
              cursor,
              time: record.event.time,
              op: "event",
              member: "event",
              json: eventJson(record),
            }),
          ),
        ),
      inbox: ({ id, after = resume }) =>
        open(id, (who) =>
          Stream.map(service.followInbox(who, after), ({ item, cursor }) => ({
            cursor,
            time: item.at,
            op: "inbox",
            member: "item",
            json: JSON.stringify(item),
          })),
        ),
      unsubscribe: ({ id }) =>
        Effect.map(identity, () => {
          const fiber = id === undefined ? undefined : fibers.get(id)
          if (fiber === undefined)
            return new Problem(404, "subscription-unknown", "id names no subscription of this connection")
          fiber.interruptUnsafe()
          return { op: "unsubscribed" }
        }),
    },
    resumeAfter: (cursor) => (resume = cursor),
    end: () => {
      for (const fiber of fibers.values()) fiber.interruptUnsafe()
    },
  }
}
