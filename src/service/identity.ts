/** Who is asking: made from a token, never from a body. */
import type { TokenKind } from "../domain/token.ts"
import type { Actor } from "../domain/event.ts"

export interface Identity {
  readonly kind: TokenKind | "run"
  /** Without `@`; `operator` for the operator. */
  readonly name: string
  /** The one organization that an agent's or a run's token carries. */
  readonly org?: string
  /** The run that the token was made for, and the task it works on. */
  readonly run?: string
  readonly task?: string
  /** The trace that the run is part of. */
  readonly traceparent?: string
  /** Namespace of the events that this token publishes, e.g. `token/3f9a`. */
  readonly source: string
  readonly tokenId: string
}

/** The actor of a webhook: external, without roles unless linked to a member. */
export interface ExternalIdentity {
  readonly kind: "external"
  readonly actor: Actor
  readonly org: string
  readonly source: string
}
