/** Regular expressions in RE2's syntax, in time linear in the text. */
import { RE2JS } from "re2js"
import { nativeForm } from "./nativeRegex.ts"

export interface LinearRegex {
  readonly test: (text: string) => boolean
}

export interface RegexError {
  readonly error: string
}

/** Of a pattern, in characters. */
export const MAX_REGEX_LENGTH_CHARS = 1_000
/** Compiled patterns that are remembered. */
const MAX_REMEMBERED = 2_048

const remembered = new Map<string, LinearRegex | RegexError>()

/**
 * `source` anywhere in a text, unless anchored. Patterns on which V8's own engine is linear and means the same run on
 * it, about ten times as fast; all others on RE2.
 */
export const linearRegex = (source: string): LinearRegex | RegexError => {
  const known = remembered.get(source)
  if (known !== undefined) return known
  const made = compileRegex(source)
  // The oldest half goes at once: patterns in use are held by the conditions that use them.
  if (remembered.size >= MAX_REMEMBERED)
    for (const key of [...remembered.keys()].slice(0, MAX_REMEMBERED / 2)) remembered.delete(key)
  remembered.set(source, made)
  return made
}

const compileRegex = (source: string): LinearRegex | RegexError => {
  if (source.length > MAX_REGEX_LENGTH_CHARS) return { error: `it is longer than ${MAX_REGEX_LENGTH_CHARS} characters` }
  const native = nativeForm(source)
  return native === undefined ? compileRe2(source) : { test: (text) => native.test(text) }
}

/** RE2 alone; the oracle of the tests. */
export const compileRe2 = (source: string): LinearRegex | RegexError => {
  try {
    const regex = RE2JS.compile(source)
    return { test: (text) => regex.test(text) }
  } catch (error) {
    return { error: error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error) }
  }
}
