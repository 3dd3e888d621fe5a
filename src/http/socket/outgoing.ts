/** What is sent over one WebSocket, and what waits for its reader. */
import type { Duplex } from "node:stream"
import { Clock, Effect } from "effect"
import type { WebSocket } from "ws"
import { MAX_BUFFERED_BYTES } from "../limits.ts"
import { identified, type MessageId } from "./messages.ts"
import type { Answer } from "./operation.ts"

/** One thing that a subscription brings; `time`: when it happened. */
export interface Delivery {
  readonly cursor: string
  readonly time: string
  readonly op: "event" | "inbox"
  /** The member of the message that holds it. */
  readonly member: "event" | "item"
  /** Its JSON: what many are told is written once. */
  readonly json: string
}

export interface Outgoing {
  readonly send: (answer: Answer, sent?: () => void) => void
  /** Returns when the reader may be sent more. */
  readonly deliver: (id: MessageId | undefined, delivery: Delivery) => Effect.Effect<void>
  /** How long ago the event happened that a subscription waits to be rid of; 0 where the reader keeps up. */
  readonly lagMs: () => number
}

/** `stream`: what is below the WebSocket. `taken` is called when a reader that was behind has taken what waited. */
export const makeOutgoing = (socket: WebSocket, stream: Duplex, taken: () => void): Outgoing => {
  let isCorked = false
  /** Deliveries that wait for the reader. */
  const behind = new Set<{ readonly since: number }>()

  const send: Outgoing["send"] = (answer, sent) => {
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

  return {
    send,
    deliver: (id, { op, member, json, cursor, time }) =>
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
              taken()
              resume(Effect.void)
            })
          }),
        )
      }),
    lagMs: () => Math.max(0, ...[...behind].map(({ since }) => Date.now() - since)),
  }
}
