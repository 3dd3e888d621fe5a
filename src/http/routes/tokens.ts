/** Tokens. */
import { Effect, Schema } from "effect"
import { TOKEN_KINDS } from "../../domain/token.ts"
import { pageOf } from "../results/list.ts"
import { IdentityResult, NewTokenResult, TokenResult } from "../results/tokens.ts"
import { route } from "../route.ts"
import { Instant, Name } from "../schemas.ts"
import { Id, listed, optional, page } from "./parts.ts"

export const tokens = [
  route({
    method: "GET",
    path: "/v1/identity",
    summary: "Who the token belongs to.",
    result: IdentityResult,
    call: (_, { kind, name, org }) => Effect.succeed({ kind, name, ...(org === undefined ? undefined : { org }) }),
  }),
  route({
    method: "GET",
    path: "/v1/tokens",
    summary: "Tokens, without their secrets.",
    query: Schema.Struct(page),
    result: pageOf(TokenResult),
    call: (service, identity, { query }) => service.tokens(identity, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/tokens",
    summary:
      "Makes a token; its secret is in this answer and nowhere else, so the same Idempotency-Key again is a 409.",
    status: 201,
    body: Schema.Struct({
      identity: Name,
      kind: Schema.Literals(TOKEN_KINDS),
      expires: optional(Instant),
    }),
    result: NewTokenResult,
    refusals: ["not-found", "conflict"],
    creates: true,
    call: (service, identity, { body, key }) => service.createToken(identity, body, key),
  }),
  route({
    method: "DELETE",
    path: "/v1/tokens/{id}",
    summary: "Revokes a token, at once and for good.",
    params: Id,
    result: TokenResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.revokeToken(identity, params.id),
  }),
]
