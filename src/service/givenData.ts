/** Data that a program hands over as a value, and not as the text of JSON. */
import { Effect } from "effect"
import { isJsonProblem, readStrictJsonText } from "../domain/strictJson.ts"
import { fail } from "./access.ts"
import type { Refused } from "./refused.ts"

/**
 * The event with its data as JSON keeps it, and its size: what is decided is what is stored, whatever becomes of the
 * program's own object. Refuses what JSON has no value for, and what is refused in a body, too.
 */
export const withStoredData = <E extends { readonly data?: unknown }>(
  event: E,
): Effect.Effect<E & { readonly bytes: number }, Refused> =>
  Effect.suspend(() => {
    const attributeBytes = Buffer.byteLength(JSON.stringify({ ...event, data: undefined }))
    if (event.data === undefined) return Effect.succeed({ ...event, bytes: attributeBytes })
    const text = textOf(event.data)
    if (text === undefined)
      return fail("invalid", "unacceptable-json", "the data is no JSON: no cycle, function, bigint or infinite number")
    const read = readStrictJsonText(text)
    return isJsonProblem(read)
      ? fail("invalid", read.kind, read.detail)
      : Effect.succeed({ ...event, data: read.json, bytes: attributeBytes + Buffer.byteLength(text) })
  })

const textOf = (data: unknown): string | undefined => {
  try {
    return JSON.stringify(data, finite)
  } catch {
    return undefined
  }
}

/** `JSON.stringify` makes `null` of what is no number, without a word. */
const finite = (_key: string, value: unknown): unknown => {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("not finite")
  return value
}
