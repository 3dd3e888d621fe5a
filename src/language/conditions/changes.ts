/** Facts as they would be after a change, so that a condition, or a whole decision, can be looked at again. */
import type { FactName, FactParams } from "../../domain/contract.ts"
import type { Event } from "../../domain/event.ts"
import type { FactSource } from "../facts.ts"
import { countedBy } from "./counter.ts"
import { parsePath } from "./path.ts"

/** What one fact would have to be. */
export interface FactChange {
  readonly fact: FactName
  readonly path?: string
  readonly params?: FactParams
  /** Of a `count`, `sum` or `history`: what it counts, as {@link countedBy} says it. */
  readonly counter?: string
  /** What was seen; absent where it was missing. */
  readonly from?: unknown
  /** A value that would do. Absent with `remove`, and where no example could be made. */
  readonly to?: unknown
  /** It would have to be missing. */
  readonly remove?: true
}

/**
 * The facts with all the changes made, `event` included; `undefined` where one of them has no example, or cannot be
 * made: time does not stand still for an example, and a path must lead through maps and lists.
 */
export const applyChanges = (facts: FactSource, changes: ReadonlyArray<FactChange>): FactSource | undefined => {
  let changed: FactSource | undefined = facts
  for (const change of changes) {
    if (changed === undefined || (change.to === undefined && change.remove !== true)) return undefined
    changed = applyChange(changed, change)
  }
  return changed
}

const applyChange = (facts: FactSource, change: FactChange): FactSource | undefined => {
  const { fact, counter, to } = change
  switch (fact) {
    case "clock":
    case "time":
      return undefined
    case "count":
    case "sum":
    case "history":
      if (typeof to !== "number" && typeof to !== "boolean") return undefined
      return { ...facts, counter: (spec) => (countedBy(spec) === counter ? to : facts.counter(spec)) }
    case "org":
      return withPart(facts, "organization", facts.organization, change)
    case "run":
      return withPart(facts, "run", facts.run, change)
    default: {
      const attribute = fact === "correlation" ? "correlationid" : fact
      const event = withPart<Event>(facts.event, attribute, facts.event[attribute], change)
      return event === undefined ? undefined : { ...facts, event }
    }
  }
}

const withPart = <T extends object>(
  whole: T,
  key: keyof T & string,
  part: unknown,
  { path, to }: FactChange,
): T | undefined => {
  const parsed = path === undefined ? undefined : parsePath(path)
  const keys = parsed === undefined ? [] : "code" in parsed ? undefined : parsed.keys
  // A path on a text or a number says nothing, so there the whole is changed.
  const below = keys === undefined || (part !== undefined && typeof part !== "object") ? [] : keys
  return keys === undefined ? undefined : (withValue(whole, [key, ...below], to) as T | undefined)
}

/** A copy of `whole` with another value, or none, at `keys`; `undefined` where they do not lead through maps and lists. */
const withValue = (whole: unknown, keys: ReadonlyArray<string>, to: unknown): unknown => {
  const [key, ...rest] = keys
  if (key === undefined) return to
  if (whole !== undefined && (typeof whole !== "object" || whole === null)) return undefined
  if (Array.isArray(whole)) {
    const index = Number(key)
    if (!(Number.isInteger(index) && index >= 0 && index < whole.length)) return undefined
    const item = rest.length === 0 ? to : withValue(whole[index], rest, to)
    return item === undefined ? undefined : whole.with(index, item)
  }
  const map: Readonly<Record<string, unknown>> = (whole ?? {}) as Readonly<Record<string, unknown>>
  const others = Object.entries(map).filter(([name]) => name !== key)
  const own = Object.hasOwn(map, key) ? map[key] : undefined
  const value = rest.length === 0 ? to : withValue(own, rest, to)
  if (value === undefined && rest.length > 0) return undefined
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]])
}
