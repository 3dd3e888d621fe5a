/**
 * JSON from outside, read so that it means one thing only: what the daemon decides about is what every other reader of
 * the same bytes sees. `JSON.parse` takes the last of two values of one key; others take the first (RFC 8259, 4).
 */
import { Buffer, isUtf8 } from "node:buffer"
import { type Json, type JsonProblem, readCarefully } from "./carefulJson.ts"
import { jsonFault, type Members } from "./json.ts"

export type { Json, JsonProblem }

export const isJsonProblem = (read: Json | JsonProblem): read is JsonProblem => "kind" in read

/**
 * Refuses bytes that are no UTF-8, text that is no JSON, a key that stands twice in one object or holds a backslash, and
 * what the daemon could not keep ({@link jsonFault}).
 */
export const readStrictJson = (bytes: Buffer): Json | JsonProblem => {
  if (!isUtf8(bytes)) return { kind: "malformed-utf8", detail: "these bytes are no text" }
  const written = writtenMembers(bytes)
  const text = bytes.toString("utf8")
  if (written === undefined) return readCarefully(text)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { kind: "malformed-json", detail: (error as SyntaxError).message }
  }
  const kept: Members = { members: 0 }
  const fault = jsonFault(json, kept)
  if (fault !== undefined) return { kind: "unacceptable-json", detail: fault }
  // Nearly always all that was written has been kept.
  return written === kept.members ? { json } : readCarefully(text)
}

export const readStrictJsonText = (text: string): Json | JsonProblem => readStrictJson(Buffer.from(text))

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a

/** Each member has the one colon that stands in no text. `undefined` where a key is written with an escape. */
const writtenMembers = (bytes: Buffer): number | undefined => {
  let members = 0
  let escaped = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === COLON) {
      if (escaped) return undefined
      members++
    } else if (byte === QUOTE) {
      escaped = false
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++)
        if (bytes[at] === BACKSLASH) {
          escaped = true
          at++
        }
    }
  }
  return members
}
