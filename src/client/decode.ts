/**
 * Answers of a daemon of another version, held to this version's schemas. A daemon of the same version is held to them by
 * the compiler and its tests: who talks to one never loads this file, nor Effect with it.
 */
import { Result, Schema } from "effect"
import { PublishResult } from "../http/results/published.ts"
import { routes } from "../http/routes.ts"
import { AnswerUnknown } from "./errors.ts"

const results: ReadonlyMap<string, Schema.Top> = new Map<string, Schema.Top>([
  ["POST /v1/events", PublishResult],
  ...routes.map(({ method, path, result }): readonly [string, Schema.Top] => [`${method} ${path}`, result]),
])

/** What the daemon's version has beyond this one's stays. */
export const checkAnswer = (operation: string, answer: unknown, version: string): void => {
  const schema = results.get(operation)
  if (schema === undefined) return
  const decoded = Schema.decodeUnknownResult(schema as Schema.Decoder<unknown>)(answer)
  if (Result.isFailure(decoded))
    throw new AnswerUnknown(`the daemon has version ${version}, and its answer to ${operation} is not understood`)
}
