/** How a leaf's fact is read from what the kernel supplies. */
import canonicalize from "canonicalize"
import type { FactName, FactParams } from "../../domain/contract.ts"
import type { CounterSpec, FactSource, Read, SharedConditions } from "../facts.ts"
import { clockAt } from "./clock.ts"
import { counterSpec } from "./counter.ts"
import { COUNTER_FACTS } from "./factFields.ts"
import { canonicalPath, compilePath, parsePath } from "./path.ts"
import { NO_SHARED } from "./shared.ts"

/** The value of a fact, path applied. Total, but for {@link FactUnavailable} of counters and of data that is too deep. */
export const readerOf = (fact: FactName, path?: string, params?: FactParams): Read =>
  COUNTER_FACTS.has(fact) ? counterReader(counterSpec(fact, params, NO_SHARED, undefined)) : plainReader(fact, path, params)

export const counterReader =
  (spec: CounterSpec): Read =>
  (facts) =>
    facts.counter(spec)

/** Equal for equal reads. */
export const readKey = (
  fact: FactName,
  path: string | undefined,
  params: FactParams | undefined,
  shared: SharedConditions = NO_SHARED,
): string => {
  if (COUNTER_FACTS.has(fact)) return `${fact}\n${counterSpec(fact, params, shared, undefined).key}`
  return `${fact}\n${path === undefined ? "" : canonicalPath(path)}\n${params === undefined ? "" : canonicalize(params)!}`
}

/** Can reading throw {@link FactUnavailable}? */
export const mayBeUnavailable = (fact: FactName, path: string | undefined): boolean => {
  if (COUNTER_FACTS.has(fact)) return true
  if (path === undefined) return false
  const parsed = parsePath(path)
  return "segments" in parsed && parsed.keys === undefined
}

export const plainReader = (fact: FactName, path: string | undefined, params: FactParams | undefined): Read => {
  const base = baseReader(fact, params)
  if (path === undefined) return base
  const parsed = parsePath(path)
  if ("segments" in parsed && parsed.segments.length === 0) return base
  const step = compilePath(path)
  // The most read fact, with one call less.
  if (fact === "data") return (facts) => step(facts.event.data)
  return (facts) => step(base(facts))
}

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
