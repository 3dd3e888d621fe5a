/** What JSON the daemon can keep: stored, hashed (RFC 8785) and read back as the same. */

/** Levels of objects and lists inside each other, in anything that comes from outside. */
export const MAX_JSON_DEPTH = 64

/** Counts what a value holds on the way. */
export interface Members {
  /** Keys of all objects. */
  members: number
}

/**
 * What is wrong with parsed JSON, as a sentence; `undefined` where nothing is. Numbers beyond a double, texts and keys
 * with half a surrogate pair, and more levels than {@link MAX_JSON_DEPTH} are parsed, but do not survive.
 */
export const jsonFault = (value: unknown, counted: Members = { members: 0 }): string | undefined =>
  faultOf(value, MAX_JSON_DEPTH, counted)

/** `levels` are left below `value`; so the recursion is bounded. */
const faultOf = (value: unknown, levels: number, counted: Members): string | undefined => {
  if (typeof value === "string")
    return value.isWellFormed() ? undefined : "a text holds half a surrogate pair, which is no character"
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "a number is too large for a double"
  if (typeof value !== "object" || value === null) return undefined
  if (levels === 0) return `objects and lists stand more than ${MAX_JSON_DEPTH} levels inside each other`
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultOf(item, levels - 1, counted)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  for (const key in value) {
    counted.members++
    const fault = key.isWellFormed()
      ? faultOf((value as Record<string, unknown>)[key], levels - 1, counted)
      : faultOf(key, 0, counted)
    if (fault !== undefined) return fault
  }
  return undefined
}
