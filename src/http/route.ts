/**
 * One operation of the service as a REST route, declared: what validates a request is what describes it. The table of
 * all of them is `routes.ts`; `app.ts` serves it.
 */
import { type Effect, Result, Schema } from "effect"
import type { RefusalCode } from "../domain/refusal.ts"
import type { Identity } from "../service/identity.ts"
import type { Service } from "../service/Service.ts"
import { decoder, queryDecoder } from "./decode.ts"
import { isHeld } from "./held.ts"
import type { Failure, Problem } from "./problem.ts"

/** A struct whose decoding needs nothing but the value. */
type Shape<F extends Schema.Struct.Fields> = Schema.Struct<F> & Schema.Decoder<unknown>

type Method = "GET" | "POST" | "PUT" | "DELETE"

interface Input<P extends Schema.Struct.Fields, Q extends Schema.Struct.Fields, B extends Schema.Struct.Fields> {
  readonly params: Schema.Struct<P>["Type"]
  readonly query: Schema.Struct<Q>["Type"]
  readonly body: Schema.Struct<B>["Type"]
  /** What `If-Match` says, without its quotes. */
  readonly ifMatch: string | undefined
  readonly key: string | undefined
}

interface Declaration<
  M extends Method,
  N extends `/${string}`,
  P extends Schema.Struct.Fields,
  Q extends Schema.Struct.Fields,
  B extends Schema.Struct.Fields,
  R,
  I extends boolean,
> {
  readonly method: M
  /** As OpenAPI writes it: `/v1/holds/{id}`. */
  readonly path: N
  /** One sentence. */
  readonly summary: string
  /** Of a success; 200 where it is not said. */
  readonly status?: 200 | 201 | 202
  readonly params?: Shape<P>
  readonly query?: Shape<Q>
  /** A request without any body is one with `{}`. */
  readonly body?: Shape<B>
  /** Of a success. */
  readonly result: Schema.Schema<R>
  /** Beside those that any request may meet: one that is malformed, not allowed, or comes while the log is away. */
  readonly refusals?: ReadonlyArray<RefusalCode>
  readonly call: (
    service: Service["Service"],
    identity: Identity,
    input: Input<P, Q, B>,
  ) => Effect.Effect<NoInfer<R>, Failure>
  /** The same without any token; absent where one is needed. */
  readonly anonymous?: (service: Service["Service"], input: Input<P, Q, B>) => Effect.Effect<NoInfer<R>, Failure>
  /** What is answered is not over yet: 202. */
  readonly pending?: (answer: NoInfer<R>) => boolean
  /** It reads `If-Match`. */
  readonly ifMatch?: I
  /** It makes something, and sending it again with the same `Idempotency-Key` makes nothing more. */
  readonly creates?: true
  /** What `ETag` says of an answer, without its quotes. */
  readonly etag?: (answer: NoInfer<R>) => string
  /** The answer as text, for whoever accepts `text/plain` rather than JSON. */
  readonly text?: (answer: never) => string
}

export interface RawInput {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly ifMatch: string | undefined
  readonly key: string | undefined
}

/** Without an identity only where the route needs no token. */
export type Call = (service: Service["Service"], identity: Identity | undefined) => Effect.Effect<unknown, Failure>

/** What a client sends and gets, before it is decoded and after it is encoded; for the compiler alone. */
export interface Types {
  readonly params: object
  readonly query: object
  readonly body: object
  readonly result: unknown
  readonly ifMatch: boolean
}

/** A route whose types are known. */
export interface TypedRoute<M extends string, N extends string, T extends Types> extends Route {
  readonly method: M & Method
  readonly path: N
  readonly types?: T
}

export interface Route {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly status: number
  readonly params: Shape<Schema.Struct.Fields>
  readonly query: Shape<Schema.Struct.Fields>
  /** Absent where the route reads none. */
  readonly body: Shape<Schema.Struct.Fields> | undefined
  readonly result: Schema.Top
  readonly refusals: ReadonlyArray<RefusalCode>
  readonly prepare: (raw: RawInput) => Result.Result<Call, Problem>
  /** It can answer with what is not over yet, such as the decision to hold an event: 202. */
  readonly pending: ((answer: unknown) => boolean) | undefined
  readonly needsToken: boolean
  readonly ifMatch: boolean
  readonly creates: boolean
  readonly etag: ((answer: unknown) => string) | undefined
  readonly text: ((answer: unknown) => string) | undefined
}

export const route = <
  const M extends Method,
  const N extends `/${string}`,
  R,
  P extends Schema.Struct.Fields = {},
  Q extends Schema.Struct.Fields = {},
  B extends Schema.Struct.Fields = {},
  I extends boolean = false,
>(
  declaration: Declaration<M, N, P, Q, B, R, I>,
): TypedRoute<
  M,
  N,
  {
    readonly params: Schema.Struct<P>["Encoded"]
    readonly query: Schema.Struct<Q>["Encoded"]
    readonly body: Schema.Struct<B>["Encoded"]
    readonly result: R
    readonly ifMatch: I
  }
> => {
  const { method, path, summary, status = 200, result, refusals = [], call, text } = declaration
  const params = declaration.params ?? (NOTHING as unknown as Shape<P>)
  const query = declaration.query ?? (NOTHING as unknown as Shape<Q>)
  const body = declaration.body ?? (NOTHING as unknown as Shape<B>)
  const decodeParams = decoder(params, "path")
  const decodeQuery = queryDecoder(query)
  const decodeBody = decoder(body, "body")
  return {
    method,
    path,
    summary,
    status,
    params,
    query,
    body: declaration.body,
    result,
    // Whoever says where to go on may say it to another log than the one that told him.
    refusals: "after" in query.fields ? [...refusals, "gone"] : refusals,
    pending: (declaration.pending ?? (decides(method, result) ? isHeld : undefined)) as Route["pending"],
    needsToken: declaration.anonymous === undefined,
    ifMatch: declaration.ifMatch === true,
    creates: declaration.creates === true,
    etag: declaration.etag as ((answer: unknown) => string) | undefined,
    text: text as ((answer: unknown) => string) | undefined,
    prepare: (raw) =>
      Result.gen(function* () {
        const input = {
          params: yield* decodeParams(raw.params),
          query: yield* decodeQuery(raw.query),
          body: yield* decodeBody(raw.body),
          ifMatch: raw.ifMatch,
          key: raw.key,
        }
        return (service: Service["Service"], identity: Identity | undefined) =>
          identity === undefined ? declaration.anonymous!(service, input) : call(service, identity, input)
      }),
  }
}

const decides = (method: Method, result: Schema.Top): boolean =>
  "fields" in result && "verdict" in (result.fields as object) && method !== "GET"

const NOTHING = Schema.Struct({})
