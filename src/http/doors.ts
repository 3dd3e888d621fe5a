/** Spans of what comes in through a door: a request, or one message of a WebSocket. */
import { AsyncLocalStorage } from "node:async_hooks"
import type { IncomingMessage } from "node:http"
import { Effect, type Fiber, Tracer } from "effect"
import { methodOf } from "./observe.ts"
import { CurrentSpan, type Spans, type TraceSpan } from "../observability/Tracing.ts"

/** Asked again and again by machines that want to know how the daemon is. */
const UNFOLLOWED = new Set(["/health", "/ready", "/metrics"])

export interface Doors {
  /** Goes on with the trace that the request names. */
  readonly request: (incoming: IncomingMessage, route: string, answer: () => Promise<Response>) => Promise<Response>
  /** Until what `run` has started has ended. */
  readonly message: <A, E>(op: string, run: () => Fiber.Fiber<A, E>) => Fiber.Fiber<A, E>
  /** As part of the request or message that is being answered. */
  readonly within: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

export const makeDoors = (tracing: Spans): Doors => {
  const current = new AsyncLocalStorage<TraceSpan>()
  return {
    request: async (incoming, route, answer) => {
      if (UNFOLLOWED.has(route)) return answer()
      const method = methodOf(incoming)
      const { traceparent } = incoming.headers
      const span = tracing.begin(`${method} ${route}`, {
        kind: "server",
        parent: typeof traceparent === "string" ? traceparent : undefined,
        attributes: { "http.request.method": method, "http.route": route },
      })
      const response = await current.run(span, answer)
      span.set({ "http.response.status_code": response.status })
      span.end(response.status >= 500 ? { problem: `answered with ${response.status}` } : {})
      return response
    },
    message: (op, run) => {
      const span = tracing.begin(`WebSocket ${op}`, { kind: "server", attributes: { "charter.websocket.op": op } })
      const fiber = current.run(span, run)
      fiber.addObserver(() => span.end())
      return fiber
    },
    within: (effect) => {
      const span = current.getStore()
      return span === undefined
        ? effect
        : effect.pipe(Effect.provideService(CurrentSpan, span), Effect.provideService(Tracer.ParentSpan, span.span))
    },
  }
}
