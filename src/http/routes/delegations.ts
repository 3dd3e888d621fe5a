/** Delegations: votes that are given to another. */
import { Effect, Schema } from "effect"
import { DelegationResult } from "../results/delegations.ts"
import { itemsOf } from "../results/list.ts"
import { route } from "../route.ts"
import { EventPattern, Instant, Name } from "../schemas.ts"
import { Id, items, optional } from "./parts.ts"

export const delegations = [
  route({
    method: "GET",
    path: "/v1/delegations",
    summary: "Delegations in force.",
    query: Schema.Struct({ org: optional(Name) }),
    result: itemsOf(DelegationResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => Effect.map(service.delegations(identity, query.org), items),
  }),
  route({
    method: "POST",
    path: "/v1/delegations",
    summary:
      "Gives one's vote on events of a pattern to another human, until it expires; a vote of one's own overrides it.",
    body: Schema.Struct({ org: Name, to: Name, on: optional(EventPattern), expires: Instant }),
    status: 201,
    result: DelegationResult,
    refusals: ["not-found", "conflict"],
    creates: true,
    call: (service, identity, { body, key }) => service.delegate(identity, body, key),
  }),
  route({
    method: "DELETE",
    path: "/v1/delegations/{id}",
    summary: "Takes a delegation back.",
    params: Id,
    result: DelegationResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.revokeDelegation(identity, params.id),
  }),
]
