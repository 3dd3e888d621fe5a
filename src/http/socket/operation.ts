/** What an op of the WebSocket comes to. */
import type { Effect } from "effect"
import type { Failure, Problem } from "../problem.ts"
import type { Message, Op } from "./messages.ts"

export type Answer = Readonly<Record<string, unknown>> & { readonly op: string }

/** `undefined`: what there was to say has been said. */
export type Operation = Effect.Effect<Answer | Problem | undefined, Failure>

export type Operations<O extends Op> = { readonly [K in O]: (message: Message<K>) => Operation }
