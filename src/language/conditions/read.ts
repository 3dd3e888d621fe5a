/** How a leaf's fact is read from what the kernel supplies. */
import canonicalize from "canonicalize"
import type { FactName, FactParams } from "../../domain/contract.ts"
import type { CounterSpec, FactSource, Read, SharedConditions } from "../facts.ts"
import { clockAt } from "./clock.ts"
import { counterSpec } from "./counter.ts"
import { COUNTER_FACTS } from "./factFields.ts"
import { compilePath, INHERITED, parsedPath } from "./path.ts"
import type { Reference } from "./reference.ts"
import { NO_SHARED } from "./shared.ts"

export interface Source {
  /** Equal for equal reads. */
  readonly key: string
  /** Reading never throws {@link FactUnavailable}. */
  readonly total: boolean
  readonly cost: number
  readonly counter: CounterSpec | undefined
}

/** What a reference reads; `spec` is its counter, where it is one and its comparison is known. */
export const sourceOf = ({ fact, path, params }: Reference, shared: SharedConditions, spec?: CounterSpec): Source => {
  if (COUNTER_FACTS.has(fact)) {
    const counter = spec ?? counterSpec(fact, params, shared, undefined)
    return { key: `${fact}\n${counter.key}`, total: false, cost: 20, counter }
  }
  const parsed = path === undefined ? undefined : parsedPath(path)
  const total = parsed === undefined || parsed.keys !== undefined
  return {
    key: `${fact}\n${parsed?.canonical ?? "[]"}\n${params === undefined ? "" : canonicalize(params)!}`,
    total,
    cost: total ? (fact === "clock" ? 3 : parsed === undefined ? 0 : 1) : 30,
    counter: undefined,
  }
}

/** The value of a fact, path applied. Total, but for {@link FactUnavailable} of counters and of data that is too deep. */
export const readerOf = (fact: FactName, path?: string, params?: FactParams): Read =>
  readSource(
    { fact, ...(path === undefined ? {} : { path }), ...(params === undefined ? {} : { params }) },
    sourceOf({ fact, params: params ?? {} }, NO_SHARED),
  )

export const readSource = ({ fact, path, params }: Reference, { counter }: Pick<Source, "counter">): Read => {
  if (counter !== undefined) return (facts) => facts.counter(counter)
  const base = baseReader(fact, params)
  const parsed = path === undefined ? undefined : parsedPath(path)
  if (parsed === undefined || parsed.segments.length === 0) return base
  if (fact === "data" && parsed.keys !== undefined && !parsed.keys.some((key) => INHERITED.has(key)))
    return dataReader(parsed.keys)
  const step = compilePath(path!)
  return (facts) => step(base(facts))
}

/** `compilePath` for the keys that conditions read most, in one function. */
const dataReader = (keys: ReadonlyArray<string>): Read => {
  const [first, second] = keys as [string, string]
  if (keys.length === 1)
    return ({ event: { data } }) => (typeof data === "object" && data !== null ? (data as Json)[first] : data)
  const rest = keys.slice(2)
  return ({ event: { data } }) => {
    if (typeof data !== "object" || data === null) return data
    let at = (data as Json)[first]
    if (at === null || at === undefined) return undefined
    at = (at as Json)[second]
    for (let index = 0; index < rest.length; index++) {
      if (at === null || at === undefined) return undefined
      at = (at as Json)[rest[index]!]
    }
    return at
  }
}

type Json = Readonly<Record<string, unknown>>

const baseReader = (fact: FactName, params: FactParams | undefined): Read => {
  if (fact !== "clock") return READERS[fact] ?? missing
  const tz = params?.tz
  return tz === undefined ? (facts) => clockAt(facts.now, facts.timezone) : (facts) => clockAt(facts.now, tz)
}

const missing: Read = () => undefined

const READERS: Readonly<Partial<Record<FactName, (facts: FactSource) => unknown>>> = {
  id: (facts) => facts.event.id,
  type: (facts) => facts.event.type,
  source: (facts) => facts.event.source,
  subject: (facts) => facts.event.subject,
  time: (facts) => facts.event.time,
  data: (facts) => facts.event.data,
  correlation: (facts) => facts.event.correlationid,
  actor: (facts) => facts.event.actor,
  org: (facts) => facts.organization,
  run: (facts) => facts.run,
}
