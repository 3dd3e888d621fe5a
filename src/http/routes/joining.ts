/** Humans become members; agents come, change and go. */
import { Schema } from "effect"
import { ChangeResult, JoinLinkResult, JoinResult } from "../results/changes.ts"
import { route } from "../route.ts"
import { Instant, Name } from "../schemas.ts"
import { isPending } from "./changes.ts"
import { optional, Organization } from "./parts.ts"

const roles = optional(Schema.Array(Name))
const Anything = Schema.Record(Schema.String, Schema.Unknown)
const agent = {
  roles,
  weight: optional(Schema.Finite),
  executor: optional(Anything),
  prompt: optional(Schema.String),
  limits: optional(Schema.Record(Schema.String, Schema.Finite)),
  schedule: optional(Schema.Record(Schema.String, Schema.String)),
}
const nullable = {
  roles: optional(Schema.NullOr(Schema.Array(Name))),
  weight: optional(Schema.NullOr(Schema.Finite)),
  executor: optional(Schema.NullOr(Anything)),
  prompt: optional(Schema.NullOr(Schema.String)),
  limits: optional(Schema.NullOr(Schema.Record(Schema.String, Schema.Finite))),
  schedule: optional(Schema.NullOr(Schema.Record(Schema.String, Schema.String))),
}
const Where = Schema.Struct({ org: optional(Name) })
const Named = Schema.Struct({ name: Name })

export const joining = [
  route({
    method: "POST",
    path: "/v1/organizations/{org}/join",
    summary: "Asks that a human becomes a member; with a link of an operator's in place of a token, once.",
    params: Organization,
    body: Schema.Struct({ name: Name, roles, link: optional(Name) }),
    result: JoinResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body: { link, ...request } }) =>
      service.join(link === undefined ? identity : { link }, params.org, request),
    anonymous: (service, { params, body: { link = "", ...request } }) => service.join({ link }, params.org, request),
    pending: ({ joined, request }) => !joined && request?.verdict === "hold",
  }),
  route({
    method: "POST",
    path: "/v1/organizations/{org}/links",
    summary: "Makes a link with which one person joins once; its secret is in this answer and nowhere else.",
    status: 201,
    params: Organization,
    body: Schema.Struct({ name: optional(Name), roles, expires: optional(Instant) }),
    result: JoinLinkResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.createJoinLink(identity, params.org, body),
  }),
  route({
    method: "POST",
    path: "/v1/agents",
    summary: "Asks that an agent is added to an organization's file.",
    body: Schema.Struct({ org: optional(Name), name: Name, ...agent }),
    result: ChangeResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { body: { org, name, ...written } }) => service.createAgent(identity, org, name, written),
    pending: isPending,
  }),
  route({
    method: "PUT",
    path: "/v1/agents/{name}",
    summary: "Asks that an agent is changed in its organization's file: what is null goes, what is absent stays.",
    params: Named,
    query: Where,
    body: Schema.Struct(nullable),
    result: ChangeResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, query, body }) => service.changeAgent(identity, query.org, params.name, body),
    pending: isPending,
  }),
  route({
    method: "DELETE",
    path: "/v1/agents/{name}",
    summary: "Asks that an agent is taken out of its organization's file.",
    params: Named,
    query: Where,
    result: ChangeResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, query }) => service.removeAgent(identity, query.org, params.name),
    pending: isPending,
  }),
]
