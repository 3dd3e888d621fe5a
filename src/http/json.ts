/** JSON from outside: parsed, and checked for what the rest of the daemon could not store or hash. */
import { isUtf8 } from "node:buffer"
import { MAX_JSON_DEPTH } from "./limits.ts"
import { invalid, type Problem } from "./problem.ts"

export interface Json {
  readonly json: unknown
}

/**
 * Refuses bytes that are no UTF-8, text that is no JSON, more levels than {@link MAX_JSON_DEPTH}, numbers beyond a
 * double and texts with half a surrogate pair.
 */
export const parseJson = (bytes: Buffer): Json | Problem =>
  isUtf8(bytes) ? parseJsonText(bytes.toString("utf8")) : invalid("malformed-utf8", "the body is not valid UTF-8")

export const parseJsonText = (text: string): Json | Problem => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return invalid("malformed-json", `the body is not valid JSON: ${(error as SyntaxError).message}`)
  }
  const fault = faultOf(json, MAX_JSON_DEPTH)
  return fault === undefined ? { json } : invalid("unacceptable-json", fault)
}

/** `levels` are left below `value`; so the recursion is bounded. */
const faultOf = (value: unknown, levels: number): string | undefined => {
  if (typeof value === "string")
    return value.isWellFormed() ? undefined : "a text holds half a surrogate pair, which is no character"
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "a number is too large for a double"
  if (typeof value !== "object" || value === null) return undefined
  if (levels === 0) return `objects and lists stand more than ${MAX_JSON_DEPTH} levels inside each other`
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultOf(item, levels - 1)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  for (const key in value) {
    const fault = key.isWellFormed() ? faultOf((value as Record<string, unknown>)[key], levels - 1) : faultOf(key, 0)
    if (fault !== undefined) return fault
  }
  return undefined
}
