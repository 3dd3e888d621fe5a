/** Why an operation was not carried out. A value, never an exception; nothing has happened. */

export type RefusalCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  /** The request said on what it depends, and that is not so. */
  | "precondition"
  | "gone"
  | "too-large"
  | "busy"
  | "unavailable"

export interface Refusal {
  readonly refused: true
  readonly code: RefusalCode
  /** Stable name of the particular case, kebab-case: `not-an-elector`, `digest-differs`, `proposal-decided`, ... */
  readonly type: string
  /** One sentence for a person, with what to do next. */
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

export const refuse = (
  code: RefusalCode,
  type: string,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): Refusal =>
  details === undefined ? { refused: true, code, type, message } : { refused: true, code, type, message, details }

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && (value as Refusal).refused === true
