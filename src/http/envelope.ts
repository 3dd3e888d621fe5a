/**
 * Events as they come in and go out: CloudEvents 1.0 in JSON.
 *
 * Of what comes in, the attributes of {@link EventInput} are kept. Other extension attributes are allowed, as
 * CloudEvents wants it, and dropped: nothing of the daemon reads them. Refused are a name that CloudEvents does not
 * allow, a likely slip of a known one, and one that holds an object or a list, which belongs into `data`.
 */
import { distance } from "fastest-levenshtein"
import { Exit, Result, Schema } from "effect"
import type { EventInput, EventView } from "../service/views/events.ts"
import { jsonPointer } from "../domain/jsonPointer.ts"
import { errorsOf, schemaProblem } from "./decode.ts"
import { invalid, type Problem, type ProblemError } from "./problem.ts"
import type { EventResult } from "./results/events.ts"
import { Instant } from "./schemas.ts"

const JSON_MEDIA_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;.*)?$/i
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/u

export const isTraceparent = (text: string): boolean => TRACEPARENT.test(text)

/** What a publisher may say; what the values may be beyond their type, the service says. */
export const EventDocument = Schema.Struct({
  specversion: Schema.optionalKey(Schema.Literal("1.0")),
  id: Schema.optionalKey(Schema.String),
  source: Schema.optionalKey(Schema.String),
  type: Schema.String,
  subject: Schema.optionalKey(Schema.String),
  time: Schema.optionalKey(Instant),
  datacontenttype: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(JSON_MEDIA_TYPE, {
        toJsonSchema: () => ({}),
        message: "Expected a JSON media type: data is JSON here",
        examples: ["application/json", "application/vnd.example+json"],
      }),
    ),
  ),
  dataschema: Schema.optionalKey(Schema.String),
  data: Schema.optionalKey(Schema.Unknown),
  org: Schema.optionalKey(Schema.String),
  actor: Schema.optionalKey(Schema.String),
  correlationid: Schema.optionalKey(Schema.String),
  causationid: Schema.optionalKey(Schema.String),
  traceparent: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(TRACEPARENT, { message: "Expected a W3C traceparent: 00-TRACE-SPAN-FLAGS" })),
  ),
})

const KNOWN = Object.keys(EventDocument.fields)
const KNOWN_SET = new Set(KNOWN)
/** What a word is near to, and the name that it stands for. */
const MEANT = [
  ...KNOWN.map((name) => [name, name] as const),
  ["organization", "org"] as const,
  ["organisation", "org"] as const,
]
const ATTRIBUTE_NAME = /^[a-z0-9]+$/
const decode = Schema.decodeUnknownExit(EventDocument)
const decodeWhole = Schema.decodeUnknownResult(EventDocument, { errors: "all" })

/** `base`: where the event stands in the body. */
export const readEvent = (
  value: unknown,
  base: ReadonlyArray<PropertyKey> = [],
): Result.Result<EventInput, Problem> => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return Result.fail(
      invalid("invalid-body", "an event is a JSON object", [
        { pointer: jsonPointer(base), detail: "Expected an event: a JSON object with a type" },
      ]),
    )
  const attributes: Record<string, unknown> = {}
  const errors: Array<ProblemError> = []
  for (const [name, attribute] of Object.entries(value)) {
    // CloudEvents: an attribute that is null is not set. Data that is null is data.
    if (attribute === null && name !== "data") continue
    if (KNOWN_SET.has(name)) attributes[name] = attribute
    else {
      const detail = faultOfExtension(name, attribute)
      if (detail !== undefined) errors.push({ pointer: jsonPointer([...base, name]), detail })
    }
  }
  const decoded = decode(attributes)
  if (Exit.isSuccess(decoded) && errors.length === 0) return Result.succeed(decoded.value)
  const whole = decodeWhole(attributes)
  if (Result.isFailure(whole)) errors.push(...errorsOf(whole.failure.issue, "body", base))
  return Result.fail(schemaProblem("body", errors))
}

/**
 * An event as it is shown everywhere: the attributes of CloudEvents, `actor` by its name, and beside them the
 * `decision`, where it was decided.
 */
export const showEvent = ({ event, decision }: EventView): typeof EventResult.Type => {
  const { data, actor, id, source, type, subject, time, ...extensions } = event
  return {
    specversion: "1.0",
    id,
    source,
    type,
    ...(subject === undefined ? undefined : { subject }),
    time,
    ...extensions,
    actor: actor.name,
    actorkind: actor.kind,
    ...(actor.onbehalf === undefined ? undefined : { onbehalf: actor.onbehalf.name }),
    ...(data === undefined ? undefined : { datacontenttype: "application/json", data }),
    ...(decision === undefined ? undefined : { decision }),
  }
}

/** The same as JSON; of a record that many are told it is made once. */
export const eventJson = (record: EventView): string => {
  const known = texts.get(record)
  if (known !== undefined) return known
  const text = JSON.stringify(showEvent(record))
  texts.set(record, text)
  return text
}

const texts = new WeakMap<EventView, string>()

const faultOfExtension = (name: string, value: unknown): string | undefined => {
  if (name === "data_base64") return "Binary data is not taken. Send JSON in data."
  const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")
  const meant = MEANT.find(([known]) => isSlip(folded, known))
  if (meant !== undefined) return `Did you mean ${JSON.stringify(meant[1])}?`
  if (!ATTRIBUTE_NAME.test(name)) return "The name of an attribute has lower-case letters and digits only."
  if (typeof value === "object") return "An attribute is a text, a number or a boolean. Put this into data."
  return undefined
}

/** One letter or two neighbours swapped, in a long name two letters; every word is near to a name of two letters. */
const isSlip = (word: string, known: string): boolean =>
  word === known ||
  (known.length > 2 && (distance(word, known) <= (known.length < 5 ? 1 : 2) || isSwapped(word, known)))

const isSwapped = (word: string, known: string): boolean =>
  distance(word, known) === 2 && [...word].sort().join("") === [...known].sort().join("")
