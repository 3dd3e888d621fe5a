/** Schemas as decoders, compiled once: what comes in is of the type, or a problem that names every finding. */
import { Exit, Result, Schema, SchemaIssue } from "effect"
import { jsonPointer } from "../domain/jsonPointer.ts"
import { didYouMean } from "../language/suggest.ts"
import { MAX_PROBLEM_ERRORS } from "./limits.ts"
import { invalid, type Problem, type ProblemError } from "./problem.ts"

/** Where a value came from; it decides how a finding names its place. */
export type Place = "body" | "query" | "path"

export type Decode<A> = (value: unknown) => Result.Result<A, Problem>

/** Keys that the schema does not know are findings too, with what was probably meant. */
export const decoder = <F extends Schema.Struct.Fields>(
  schema: Schema.Struct<F> & Schema.Decoder<unknown>,
  place: Place,
): Decode<Schema.Struct<F>["Type"]> => {
  const known = Object.keys(schema.fields)
  const decode = Schema.decodeUnknownExit(schema, { onExcessProperty: "error" })
  const decodeWhole = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value) => {
    if (!isObject(value))
      return Result.fail(schemaProblem(place, [{ ...at(place, []), detail: "Expected a JSON object" }]))
    const unknown = Object.keys(value).filter((key) => !known.includes(key))
    const decoded = decode(value)
    if (Exit.isSuccess(decoded) && unknown.length === 0) return Result.succeed(decoded.value)
    const whole = decodeWhole(value)
    const others = Result.isFailure(whole) ? errorsOf(whole.failure.issue, place) : []
    const named = unknown.map((key): ProblemError => ({ ...at(place, [key]), detail: unknownKey(key, known) }))
    const errors = [...named, ...others.filter((error) => !named.some((one) => placeOf(one) === placeOf(error)))]
    return Result.fail(schemaProblem(place, errors))
  }
}

/** The same for a query. Only a parameter whose schema is a list may be given twice. */
export const queryDecoder = <F extends Schema.Struct.Fields>(
  schema: Schema.Struct<F> & Schema.Decoder<unknown>,
): ((query: URLSearchParams) => Result.Result<Schema.Struct<F>["Type"], Problem>) => {
  const decode = decoder(schema, "query")
  const repeatable = new Set(Object.keys(schema.fields).filter((key) => schema.fields[key]?.ast._tag === "Arrays"))
  return (query) => {
    const repeated = Object.keys(schema.fields).flatMap((parameter): ReadonlyArray<ProblemError> => {
      const times = repeatable.has(parameter) ? 1 : query.getAll(parameter).length
      return times > 1 ? [{ parameter, detail: `It stands ${times} times, and may stand once` }] : []
    })
    if (repeated.length > 0) return Result.fail(schemaProblem("query", repeated))
    const parameters = [...new Set(query.keys())].map((key) => {
      const values = query.getAll(key)
      return [key, repeatable.has(key) ? values : values[0]!] as const
    })
    return decode(Object.fromEntries(parameters))
  }
}

/** `pointer` below `base`, for a value that is only a part of the body. */
export const errorsOf = (
  issue: SchemaIssue.Issue,
  place: Place,
  base: ReadonlyArray<PropertyKey> = [],
): ReadonlyArray<ProblemError> => {
  const byPlace = new Map<string, ProblemError>()
  for (const { path = [], message } of formatIssue(issue).issues) {
    const keys = [...base, ...path.map((part) => (typeof part === "object" ? part.key : part))]
    const error: ProblemError = { ...at(place, keys), detail: message }
    if (!byPlace.has(placeOf(error))) byPlace.set(placeOf(error), error)
  }
  return [...byPlace.values()]
}

export const schemaProblem = (place: Place, errors: ReadonlyArray<ProblemError>): Problem => {
  const [first] = errors
  const where = first?.pointer ?? first?.parameter
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : ""
  const detail = `${TITLES[place]}: ${where === undefined ? "" : `${where}: `}${first?.detail ?? "not as described"}${more}`
  return invalid(`invalid-${place}`, detail, errors.slice(0, MAX_PROBLEM_ERRORS))
}

const TITLES = {
  body: "the body is not as it should be",
  query: "the query is not as it should be",
  path: "the path is not as it should be",
}

const placeOf = (error: ProblemError): string => error.pointer ?? error.parameter ?? ""

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const at = (place: Place, path: ReadonlyArray<PropertyKey>): { pointer: string } | { parameter: string } =>
  place === "body" ? { pointer: jsonPointer(path) } : { parameter: String(path[0]) }

const unknownKey = (key: string, known: ReadonlyArray<string>): string =>
  `There is no ${JSON.stringify(key)} here. ${didYouMean(key, known) ?? `There is: ${known.join(", ") || "nothing"}.`}`

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)
