/** JSON from outside, or the problem with it. */
import { isJsonProblem, type Json, type JsonProblem, readStrictJson, readStrictJsonText } from "../domain/strictJson.ts"
import { invalid, type Problem } from "./problem.ts"

export type { Json }

export const parseJson = (bytes: Buffer): Json | Problem => jsonOrProblem(readStrictJson(bytes))

export const parseJsonText = (text: string): Json | Problem => jsonOrProblem(readStrictJsonText(text))

const jsonOrProblem = (read: Json | JsonProblem): Json | Problem => {
  if (!isJsonProblem(read)) return read
  const { kind, detail, pointer } = read
  const errors = pointer === undefined ? undefined : [{ pointer, detail }]
  return invalid(kind, `${PREFIXES[kind] ?? ""}${detail}`, errors)
}

const PREFIXES: Readonly<Partial<Record<JsonProblem["kind"], string>>> = {
  "malformed-utf8": "the body is not valid UTF-8: ",
  "malformed-json": "the body is not valid JSON: ",
}
