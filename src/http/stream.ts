/**
 * `GET /v1/events/stream`: events as server-sent events. `id` is the cursor, with which a client goes on after a
 * break (`Last-Event-ID`, or `?after=`; without either, from now on). A reader that is slow lags by its cursor: the next
 * event is fetched when it has taken the one before.
 */
import type { ServerResponse } from "node:http"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import type { Context } from "hono"
import { Cause, Effect, Exit, Result, Schema, Stream } from "effect"
import { isCursor } from "../service/cursor.ts"
import type { Service } from "../service/Service.ts"
import { queryDecoder } from "./decode.ts"
import { bearerToken, type Edge, type Env, identify, problemOf, queryOf } from "./edge.ts"
import { eventJson } from "./envelope.ts"
import { eventStreams } from "../observability/metrics.ts"
import { collectWith } from "../observability/registry.ts"
import { invalid, Problem } from "./problem.ts"
import { Cursor, EventPattern, Name } from "./schemas.ts"

export const STREAM_PATH = "/v1/events/stream"

export const StreamQuery = Schema.Struct({
  org: Schema.optionalKey(Name),
  type: Schema.optionalKey(Schema.Array(EventPattern)),
  /** Empty: from the very first event. */
  after: Schema.optionalKey(Cursor),
})

/** Those of every server of this process. */
const openStreams = new Set<unknown>()
collectWith(() => eventStreams.set(openStreams.size))

/** An event with its place in the log. */
export type Followed = Stream.Success<ReturnType<Service["Service"]["follow"]>>

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
}

const decodeQuery = queryDecoder(StreamQuery)

export const eventStream =
  (edge: Edge) =>
  async ({ env: { incoming, outgoing } }: Context<Env>): Promise<Response> => {
    const identity = await identify(edge, incoming)
    if (identity instanceof Problem) return identity.response(STREAM_PATH)
    const asked = new URLSearchParams(queryOf(incoming))
    const last = incoming.headers["last-event-id"]
    if (typeof last === "string") {
      if (!isCursor(last))
        return invalid(
          "invalid-last-event-id",
          "Last-Event-ID is no cursor: send the id of the last event that was taken, as it came",
        ).response(STREAM_PATH)
      asked.set("after", last)
    }
    const query = decodeQuery(asked)
    if (Result.isFailure(query)) return query.failure.response(STREAM_PATH)
    if (incoming.method === "HEAD") return new Response(null, { headers: HEADERS })

    const { type, ...filter } = query.success
    const follow = edge.service.follow(identity, {
      ...filter,
      ...(type === undefined ? undefined : { types: type }),
    })
    // A token that is revoked meanwhile ends the stream.
    const token = bearerToken(incoming)!
    const allowed = Effect.suspend(() => edge.service.authenticate(token))
    const write = writer(outgoing as ServerResponse)
    const events = Stream.runForEach(follow, (followed) => Effect.andThen(allowed, write(frameOf(followed))))
    const heartbeat = Effect.forever(
      Effect.andThen(Effect.sleep(edge.heartbeatMs), Effect.andThen(allowed, write(":\n\n"))),
    )

    const fiber = edge.run(Effect.raceAllFirst([events, heartbeat, edge.closing]))
    // What is refused at once is an answer like any other.
    const early = fiber.pollUnsafe()
    if (early !== undefined && Exit.isFailure(early) && !outgoing.headersSent)
      return problemOf(edge, early.cause, "the event stream").response(STREAM_PATH)
    begin(outgoing as ServerResponse)
    openStreams.add(fiber)
    outgoing.once("close", () => fiber.interruptUnsafe())
    fiber.addObserver((exit) => {
      openStreams.delete(fiber)
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause))
        outgoing.write(
          `event: problem\ndata: ${JSON.stringify(problemOf(edge, exit.cause, "the event stream").document(STREAM_PATH))}\n\n`,
        )
      outgoing.end()
    })
    return RESPONSE_ALREADY_SENT
  }

const begin = (outgoing: ServerResponse): void => {
  if (!outgoing.headersSent) outgoing.writeHead(200, HEADERS).write(": open\n\n")
}

/** Waits where the reader has not taken yet what was written before. */
const writer =
  (outgoing: ServerResponse) =>
  (text: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      begin(outgoing)
      return outgoing.write(text) ? Effect.void : drained(outgoing)
    })

const drained = (outgoing: ServerResponse): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const onDrain = () => resume(Effect.void)
    outgoing.once("drain", onDrain)
    return Effect.sync(() => void outgoing.off("drain", onDrain))
  })

const frameOf = ({ record, cursor }: Followed): string => `id: ${cursor}\ndata: ${eventJson(record)}\n\n`
