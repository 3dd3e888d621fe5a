/**
 * RFC 9457 problem documents: the one form in which anything is refused, over HTTP and in WebSocket messages.
 *
 * `type` is `urn:charter:problem:` and the stable name of the case, as {@link Refusal} has it.
 */
import { STATUS_CODES } from "node:http"
import { Cause } from "effect"
import type { Refusal, RefusalCode } from "../domain/refusal.ts"
import { MAX_DETAIL_CHARS, RETRY_AFTER_SECONDS } from "./limits.ts"

/** One finding in what was sent: `pointer` into the body (RFC 6901, as a URI fragment), or the name of a parameter. */
export interface ProblemError {
  readonly pointer?: string
  readonly parameter?: string
  readonly detail: string
}

export class Problem {
  readonly status: number
  /** Kebab-case, stable. */
  readonly type: string
  readonly detail: string
  readonly more: Readonly<Record<string, unknown>> | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(
    status: number,
    type: string,
    detail: string,
    more?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) {
    this.status = status
    this.type = type
    this.detail = shortened(detail)
    this.more = more
    this.headers = headers
  }

  /** The document. The standard members win over what a refusal adds under the same name. */
  document(instance?: string): Readonly<Record<string, unknown>> {
    return {
      ...this.more,
      type: `urn:charter:problem:${this.type}`,
      title: STATUS_CODES[this.status] ?? "Problem",
      status: this.status,
      detail: this.detail,
      ...(instance === undefined ? undefined : { instance }),
    }
  }

  /** `instance`: the path that was asked for. */
  response(instance: string): Response {
    return new Response(JSON.stringify(this.document(instance)), {
      status: this.status,
      headers: { "content-type": "application/problem+json", ...this.headers },
    })
  }
}

export const statusOf = (code: RefusalCode): number => STATUSES[code]

const STATUSES: Readonly<Record<RefusalCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  precondition: 412,
  gone: 410,
  "too-large": 413,
  busy: 503,
  unavailable: 503,
}

/** Goes with every 503. */
export const RETRY = { "retry-after": String(RETRY_AFTER_SECONDS) }
const CHALLENGE = { "www-authenticate": 'Bearer realm="charter"' }

export const problemOfRefusal = ({ code, type, message, details }: Refusal): Problem => {
  const status = statusOf(code)
  const headers = status === 503 ? RETRY : status === 401 ? CHALLENGE : undefined
  return new Problem(status, type, message, details, headers)
}

/** What the operations of the service fail with. */
export type Failure =
  | { readonly _tag: "Refused"; readonly refusal: Refusal }
  | { readonly _tag: "LogUnavailable"; readonly message: string }

/** `undefined` for a defect, which is the daemon's own fault and for its log, not for the client. */
export const problemOfCause = (cause: Cause.Cause<Failure>): Problem | undefined => {
  const reason = cause.reasons.find(Cause.isFailReason)
  if (reason === undefined) return undefined
  const failure = reason.error
  return failure._tag === "Refused"
    ? problemOfRefusal(failure.refusal)
    : new Problem(503, "log-unavailable", `${failure.message}; nothing has happened, so try again`, undefined, RETRY)
}

export const invalid = (type: string, detail: string, errors?: ReadonlyArray<ProblemError>): Problem =>
  new Problem(400, type, detail, errors === undefined ? undefined : { errors: errors.map(shortenedError) })

/** Nobody makes us say again all that he has sent. */
const shortened = (text: string): string =>
  text.length <= MAX_DETAIL_CHARS ? text : `${text.slice(0, MAX_DETAIL_CHARS).toWellFormed()}…`

const shortenedError = ({ detail, pointer, ...error }: ProblemError): ProblemError => ({
  ...error,
  ...(pointer === undefined ? undefined : { pointer: shortened(pointer) }),
  detail: shortened(detail),
})

export const unauthenticated = (detail: string): Problem =>
  new Problem(401, "unauthenticated", detail, undefined, CHALLENGE)

export const internal = (): Problem => new Problem(500, "internal", "the daemon has made a mistake; its log says more")
