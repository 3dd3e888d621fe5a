/** Standing approvals: votes that give themselves again. They begin with a vote, see `proposals.ts`. */
import { Effect, Schema } from "effect"
import { itemsOf } from "../results/list.ts"
import { StandingResult } from "../results/standing.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { Id, items, optional } from "./parts.ts"

export const standing = [
  route({
    method: "GET",
    path: "/v1/standing",
    summary: "Standing approvals in force; without an organization one's own in others, too.",
    query: Schema.Struct({ org: optional(Name) }),
    result: itemsOf(StandingResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => Effect.map(service.standing(identity, query.org), items),
  }),
  route({
    method: "DELETE",
    path: "/v1/standing/{id}",
    summary: "Takes a standing approval back: nothing more is approved by it, and the votes that it has cast stay.",
    params: Id,
    result: StandingResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.revokeStanding(identity, params.id),
  }),
]
