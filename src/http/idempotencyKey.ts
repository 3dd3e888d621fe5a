/** `Idempotency-Key`: the id of what a request publishes or makes, so that sending it again does nothing more. */
import type { IncomingMessage } from "node:http"
import { parseJsonText } from "./json.ts"
import { MAX_NAME_LENGTH } from "./limits.ts"
import { invalid, Problem } from "./problem.ts"

/** `undefined` where there is none. */
export const idempotencyKey = ({ headers }: IncomingMessage): string | undefined | Problem => {
  const header = headers["idempotency-key"]
  if (header === undefined) return undefined
  const key = typeof header === "string" ? unquoted(header) : ""
  return key === "" || key.length > MAX_NAME_LENGTH
    ? invalid("invalid-idempotency-key", `Idempotency-Key has 1 to ${MAX_NAME_LENGTH} characters`)
    : key
}

/** The header is a string of structured fields, `"abc"`; without quotes it is taken as it is. */
const unquoted = (key: string): string => {
  if (!key.startsWith('"')) return key
  const parsed = parseJsonText(key)
  return parsed instanceof Problem || typeof parsed.json !== "string" ? "" : parsed.json
}
