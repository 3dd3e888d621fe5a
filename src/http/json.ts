/** JSON from outside: parsed, and checked for what the rest of the daemon could not store or hash. */
import { isUtf8 } from "node:buffer"
import { jsonFault } from "../domain/json.ts"
import { invalid, type Problem } from "./problem.ts"

export interface Json {
  readonly json: unknown
}

/** Refuses bytes that are no UTF-8, text that is no JSON, and JSON that the daemon could not keep ({@link jsonFault}). */
export const parseJson = (bytes: Buffer): Json | Problem =>
  isUtf8(bytes) ? parseJsonText(bytes.toString("utf8")) : invalid("malformed-utf8", "the body is not valid UTF-8")

export const parseJsonText = (text: string): Json | Problem => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return invalid("malformed-json", `the body is not valid JSON: ${(error as SyntaxError).message}`)
  }
  const fault = jsonFault(json)
  return fault === undefined ? { json } : invalid("unacceptable-json", fault)
}
