/**
 * `POST /v1/events`: one event, or a batch. The hot route; every step here is paid once a publish.
 *
 * | Content-Type | body | answer |
 * | --- | --- | --- |
 * | application/json | an event, or a list of them | a decision, or a list of decisions and problems, in order |
 * | application/cloudevents+json | an event | a decision |
 * | application/cloudevents-batch+json | a list of events | a list |
 * | application/x-ndjson | an event a line | a list |
 *
 * One event answers 200 once it is decided, whatever the verdict, and 202 while it is held; a list always 200.
 * `?wait=release&timeout=30s` waits for holds to end. `Idempotency-Key` is the id of an event that has none.
 */
import type { IncomingMessage } from "node:http"
import type { Context } from "hono"
import { Result, Schema } from "effect"
import { parseDuration } from "../domain/duration.ts"
import type { Refused } from "../service/refused.ts"
import type { EventInput, PublishAnswer } from "../service/views/events.ts"
import { checkMediaType, readBody } from "./body.ts"
import { queryDecoder } from "./decode.ts"
import { type Edge, type Env, exitOf, identify, jsonResponse, problemOf, queryOf } from "./edge.ts"
import { isTraceparent, readEvent } from "./envelope.ts"
import { idempotencyKey } from "./idempotencyKey.ts"
import { parseJson } from "./json.ts"
import { DEFAULT_WAIT_MS, MAX_BATCH_EVENTS } from "./limits.ts"
import { isHeld } from "./held.ts"
import { invalid, Problem, problemOfRefusal } from "./problem.ts"
import { Wait } from "./schemas.ts"

export const PUBLISH_PATH = "/v1/events"

const BATCH = "application/cloudevents-batch+json"
const LINES = "application/x-ndjson"
const STRUCTURED = "application/cloudevents+json"
/** Headers that an event in binary content mode must have. */
const BINARY_MODE = ["ce-specversion", "ce-type", "ce-source", "ce-id"]
const MEDIA_TYPES = ["application/json", STRUCTURED, BATCH, LINES]

export const PublishQuery = Schema.Struct({
  wait: Schema.optionalKey(Schema.Literals(["decision", "release"])),
  timeout: Schema.optionalKey(Wait),
})

export interface PublishOptions {
  readonly wait: "decision" | "release"
  readonly waitMs: number
}

export const publish =
  (edge: Edge) =>
  async ({ env: { incoming, outgoing } }: Context<Env>): Promise<Response> => {
    const identity = await identify(edge, incoming)
    if (identity instanceof Problem) return identity.response(PUBLISH_PATH)
    const options = readOptions(incoming)
    if (options instanceof Problem) return options.response(PUBLISH_PATH)
    const events = await readEvents(incoming, edge.doors !== undefined)
    if (events instanceof Problem) return events.response(PUBLISH_PATH)

    const fiber = edge.run(edge.service.publish(identity, events.valid, options))
    // Whoever hangs up waits no longer; what he published stays published.
    if (options !== undefined) outgoing.once("close", () => fiber.interruptUnsafe())
    const exit = await exitOf(fiber)
    if (exit._tag === "Failure") return problemOf(edge, exit.cause, "publish").response(PUBLISH_PATH)
    if (events.problems !== undefined) return jsonResponse(interleave(exit.value, events.problems), 200)
    const answer = exit.value[0]!
    return isRefused(answer)
      ? problemOfRefusal(answer.refusal).response(PUBLISH_PATH)
      : jsonResponse(answer, isHeld(answer) ? 202 : 200)
  }

export const isRefused = (answer: PublishAnswer | Refused): answer is Refused => "_tag" in answer

/** For {@link PublishQuery} as it was decoded; `undefined` where nothing was said. */
export const optionsOf = ({ wait = "decision", timeout }: typeof PublishQuery.Type): PublishOptions | undefined =>
  wait === "decision" ? undefined : { wait, waitMs: timeout === undefined ? DEFAULT_WAIT_MS : parseDuration(timeout)! }

const decodeQuery = queryDecoder(PublishQuery)

const readOptions = (incoming: IncomingMessage): PublishOptions | undefined | Problem => {
  const query = queryOf(incoming)
  if (query.size === 0) return undefined
  const decoded = decodeQuery(query)
  return Result.isFailure(decoded) ? decoded.failure : optionsOf(decoded.success)
}

interface Events {
  readonly valid: ReadonlyArray<EventInput>
  /** Of a batch: what is wrong with each event, by its place; `undefined` where nothing is. */
  readonly problems?: ReadonlyArray<Problem | undefined>
}

const readEvents = async (incoming: IncomingMessage, traces: boolean): Promise<Events | Problem> => {
  const type = checkMediaType(incoming, MEDIA_TYPES)
  if (type instanceof Problem) return type
  // Whose attributes are there is not what the body alone would be taken for.
  if (BINARY_MODE.some((name) => name in incoming.headers)) return noBinaryMode()
  const body = await readBody(incoming)
  if (body instanceof Problem) return body
  // A span of the door goes on with it.
  const trace = traces ? undefined : traceOf(incoming)
  const key = idempotencyKey(incoming)
  if (key instanceof Problem) return key
  if (type === LINES) return key === undefined ? readBatch(linesOf(body), trace) : oneEventOnly()

  const parsed = parseJson(body)
  if (parsed instanceof Problem) return parsed
  const list = Array.isArray(parsed.json)
  if (type === BATCH && !list) return invalid("invalid-body", `${BATCH} is a list of events`)
  if (type === STRUCTURED && list) return invalid("invalid-body", `${STRUCTURED} is one event; a list is ${BATCH}`)
  if (list && key !== undefined) return oneEventOnly()
  return list ? readBatch(parsed.json as ReadonlyArray<unknown>, trace) : readOne(parsed.json, body.length, key, trace)
}

const readOne = (
  json: unknown,
  bytes: number,
  key: string | undefined,
  trace: string | undefined,
): Events | Problem => {
  const read = readEvent(json)
  if (Result.isFailure(read)) return read.failure
  const event = completed(read.success, bytes, trace)
  return { valid: [key === undefined || event.id !== undefined ? event : { ...event, id: key }] }
}

/** A line that is no JSON is a {@link Problem} already. */
const readBatch = (items: ReadonlyArray<unknown>, trace: string | undefined): Events | Problem => {
  if (items.length > MAX_BATCH_EVENTS)
    return new Problem(413, "batch-too-large", `a batch has at most ${MAX_BATCH_EVENTS} events`, {
      maxEvents: MAX_BATCH_EVENTS,
    })
  const valid: Array<EventInput> = []
  const problems = items.map((item, index) => {
    if (item instanceof Problem) return item
    const read = readEvent(item, [index])
    if (Result.isFailure(read)) return read.failure
    valid.push(completed(read.success, Buffer.byteLength(JSON.stringify(item)), trace))
    return undefined
  })
  return { valid, problems }
}

const linesOf = (body: Buffer): ReadonlyArray<unknown> => {
  const items: Array<unknown> = []
  for (let start = 0, end; start < body.length; start = end + 1) {
    end = body.indexOf(0x0a, start)
    if (end === -1) end = body.length
    const line = body.subarray(start, end)
    if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) continue
    const parsed = parseJson(line)
    items.push(parsed instanceof Problem ? parsed : parsed.json)
    if (items.length > MAX_BATCH_EVENTS) break
  }
  return items
}

const interleave = (
  answers: ReadonlyArray<PublishAnswer | Refused>,
  problems: ReadonlyArray<Problem | undefined>,
): ReadonlyArray<unknown> => {
  let next = 0
  return problems.map((problem) => {
    if (problem !== undefined) return problem.document()
    const answer = answers[next++]!
    return isRefused(answer) ? problemOfRefusal(answer.refusal).document() : answer
  })
}

/** The trace of the request, for events that name none. */
const traceOf = ({ headers: { traceparent } }: IncomingMessage): string | undefined =>
  typeof traceparent === "string" && isTraceparent(traceparent) ? traceparent : undefined

const completed = (event: EventInput, bytes: number, traceparent: string | undefined): EventInput =>
  traceparent === undefined || event.traceparent !== undefined ? { ...event, bytes } : { ...event, bytes, traceparent }

const noBinaryMode = (): Problem =>
  new Problem(
    400,
    "binary-mode-not-supported",
    `attributes in ce- headers are not read; send the whole event as ${STRUCTURED}`,
    undefined,
    { connection: "close" },
  )

const oneEventOnly = (): Problem =>
  invalid("invalid-idempotency-key", "Idempotency-Key is for one event; give each event of a batch its own id")
