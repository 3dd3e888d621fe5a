/** What is wrong with the configuration of an executor, in the words that every kind uses. */
import type { Diagnostic } from "../domain/diagnostic.ts"
import { didYouMean } from "../language/suggest.ts"

export type ConfigProblem = Pick<Diagnostic, "code" | "message" | "suggestion">

export const invalid = (message: string, suggestion?: string): ConfigProblem =>
  problem("invalid-value", message, suggestion)

export const missing = (key: string, meaning: string, suggestion: string): ConfigProblem =>
  problem("missing-key", `\`${key}\` is missing: ${meaning}.`, suggestion)

/** One problem for each key of `value` that is not among `keys`. `what` is "a command executor". */
export const unknownKeys = (value: object, keys: ReadonlyArray<string>, what: string): ReadonlyArray<ConfigProblem> =>
  Object.keys(value)
    .filter((key) => !keys.includes(key))
    .map((key) =>
      problem("unknown-key", `\`${key}\` is no key of ${what}; it knows ${keys.join(", ")}.`, didYouMean(key, keys)),
    )

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const problem = (code: string, message: string, suggestion: string | undefined): ConfigProblem =>
  suggestion === undefined ? { code, message } : { code, message, suggestion }
