/** Events that are in the log. Those that come in, and the stream of them, are beside: `publish.ts`, `stream.ts`. */
import { Effect, Schema } from "effect"
import type { Explanation } from "../../service/views/events.ts"
import { showEvent } from "../envelope.ts"
import { EventResult, ExplanationResult, ReplayResult } from "../results/events.ts"
import { pageOf } from "../results/list.ts"
import { route } from "../route.ts"
import { Cursor, EventPattern, Instant, Limit, limitOf, Name } from "../schemas.ts"
import { Id, optional, Where } from "./parts.ts"

export const events = [
  route({
    method: "GET",
    path: "/v1/events",
    summary: "Events that the token may see, the newest first.",
    query: Schema.Struct({
      org: optional(Name),
      type: optional(Schema.Array(EventPattern)),
      since: optional(Instant),
      correlation: optional(Name),
      after: optional(Cursor),
      limit: optional(Limit),
      order: optional(Schema.Literals(["asc", "desc"])),
    }),
    result: pageOf(EventResult),
    refusals: ["not-found"],
    call: (service, identity, { query: { type, correlation, limit, order = "desc", ...query } }) =>
      Effect.map(
        service.events(identity, {
          ...query,
          ...(type === undefined ? undefined : { types: type }),
          ...(correlation === undefined ? undefined : { correlationid: correlation }),
          limit: limitOf(limit),
          order,
        }),
        (list) => ({ ...list, items: list.items.map(showEvent) }),
      ),
  }),
  route({
    method: "GET",
    path: "/v1/events/{id}",
    summary: "One event with its decision; org and source where several have the id.",
    params: Id,
    query: Where,
    result: EventResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query }) =>
      Effect.map(service.event(identity, params.id, query.org, query.source), showEvent),
  }),
  route({
    method: "GET",
    path: "/v1/events/{id}/explanation",
    summary: "Why the event was decided as it was.",
    params: Id,
    query: Where,
    result: ExplanationResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query }) => service.explain(identity, params.id, query.org, query.source),
    text: ({ text }: Explanation) => text,
  }),
  route({
    method: "GET",
    path: "/v1/events/{id}/replay",
    summary: "The event decided again, by the rules now in force on the state as it was then; nothing follows from it.",
    params: Id,
    query: Where,
    result: ReplayResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, query }) => service.replay(identity, params.id, query.org, query.source),
  }),
]
