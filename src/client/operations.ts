/** What each operation takes and answers with: of the schemas that the daemon validates with, and for the compiler alone. */
import type { Operations } from "../http/operations.ts"

export type { BatchAnswer } from "../http/operations.ts"

/** `GET /v1/holds/{id}` */
export type OperationName = keyof Operations

/** Members that are `{}` may be left out, and so may those of them whose value is `undefined`. */
export type InputOf<N extends OperationName> = Part<"params", Operations[N]["params"]> &
  Part<"query", Operations[N]["query"]> &
  Part<"body", Operations[N]["body"]> &
  (Operations[N]["ifMatch"] extends true ? { readonly ifMatch?: string | undefined } : {})

export type AnswerOf<N extends OperationName> = Operations[N]["result"]

/** Of a list. */
export type ItemOf<N extends OperationName> = AnswerOf<N> extends { readonly items: ReadonlyArray<infer A> } ? A : never

export type QueryOf<N extends OperationName> = Loose<Operations[N]["query"]>
export type BodyOf<N extends OperationName> = Loose<Operations[N]["body"]>

/** An operation that takes nothing that must be said is called by its name alone. */
export type Given<N extends OperationName> =
  {} extends InputOf<N> ? readonly [input?: InputOf<N>] : readonly [input: InputOf<N>]

type Part<K extends string, T> = keyof T extends never
  ? {}
  : {} extends T
    ? { readonly [Key in K]?: Loose<T> }
    : { readonly [Key in K]: Loose<T> }

type Loose<T> = { readonly [K in keyof T]: {} extends Pick<T, K> ? T[K] | undefined : T[K] }
