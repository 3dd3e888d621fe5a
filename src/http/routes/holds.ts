/** Holds: events that wait. */
import { Schema } from "effect"
import { HoldStateName } from "../results/parts.ts"
import { HoldResult } from "../results/holds.ts"
import { pageOf } from "../results/list.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { Id, listed, optional, page, ReasonBody } from "./parts.ts"

export const holds = [
  route({
    method: "GET",
    path: "/v1/holds",
    summary: "Events that wait, or have waited.",
    query: Schema.Struct({
      ...page,
      state: optional(HoldStateName),
      event: optional(Name),
    }),
    result: pageOf(HoldResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.holds(identity, listed(query)),
  }),
  route({
    method: "GET",
    path: "/v1/holds/{id}",
    summary: "One hold.",
    params: Id,
    result: HoldResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.hold(identity, params.id),
  }),
  route({
    method: "POST",
    path: "/v1/holds/{id}/cancel",
    summary: "Withdraws the event that is held.",
    params: Id,
    body: ReasonBody,
    result: HoldResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.cancelHold(identity, params.id, body.reason),
  }),
]
