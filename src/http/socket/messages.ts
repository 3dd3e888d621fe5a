/** What a client may send over the WebSocket: `{ op, id?, ... }`, in JSON. Answers carry the same `id`. */
import { Schema } from "effect"
import { type Decode, decoder } from "../decode.ts"
import { MotionMap } from "../../language/schemas/motion.ts"
import { PublishQuery } from "../publish.ts"
import { Acknowledgement, Cursor, EventPattern, Name, Reason } from "../schemas.ts"

const optional = Schema.optionalKey

/** Chosen by the client. */
export type MessageId = string | number
export const MessageId = Schema.Union([Name, Schema.Finite])

const message = <F extends Schema.Struct.Fields>(fields: F) =>
  Schema.Struct({ op: Schema.String, id: optional(MessageId), ...fields })

const ballot = { proposal: Name, reason: optional(Reason), digest: optional(Name) }

export const messages = {
  /** `after`: where subscriptions go on that say nothing themselves. */
  hello: message({ token: optional(Name), after: optional(Cursor) }),
  subscribe: message({ org: optional(Name), types: optional(Schema.Array(EventPattern)), after: optional(Cursor) }),
  /** `id` is that of the subscription. */
  unsubscribe: message({}),
  publish: message({ event: Schema.Unknown, ...PublishQuery.fields }),
  vote: message({ ...ballot, choice: Name }),
  approve: message(ballot),
  deny: message(ballot),
  /** Opens a proposal without a contract. */
  propose: message({ org: optional(Name), proposal: Schema.Struct(MotionMap.fields) }),
  /** To a channel of `org`, or to a member. */
  post: message({ org: optional(Name), channel: optional(Name), to: optional(Name), text: Schema.String }),
  /** A subscription to the inbox of whoever this is. */
  inbox: message({ after: optional(Cursor) }),
  ack: message(Acknowledgement.fields),
  /** Of a task that no executor runs, by its member. */
  complete: message({ task: Name, result: optional(Schema.Unknown) }),
  fail: message({ task: Name, error: Reason, again: optional(Schema.Boolean) }),
  progress: message({ task: Name, text: optional(Reason), data: optional(Schema.Unknown) }),
  ping: message({}),
} as const

export type Op = keyof typeof messages
export type Message<O extends Op> = (typeof messages)[O]["Type"]

export const ops = Object.keys(messages) as ReadonlyArray<Op>

export const isOp = (text: unknown): text is Op => ops.includes(text as Op)

export const decoders = Object.fromEntries(ops.map((op) => [op, decoder(messages[op], "body")])) as {
  readonly [O in Op]: Decode<Message<O>>
}

export const identified = (id: MessageId | undefined): { readonly id?: MessageId } => (id === undefined ? {} : { id })
