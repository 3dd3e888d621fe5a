/** Organizations, with what belongs to each. */
import { Effect, Schema } from "effect"
import { GLOBAL } from "../../domain/names.ts"
import { ContractResult } from "../results/contracts.ts"
import { itemsOf } from "../results/list.ts"
import { MemberResult, OrganizationResult } from "../results/organizations.ts"
import { StateResult } from "../results/state.ts"
import { route } from "../route.ts"
import { Instant } from "../schemas.ts"
import { items, optional, Organization } from "./parts.ts"

export const organizations = [
  route({
    method: "GET",
    path: "/v1/organizations",
    summary: `The organizations that the token may see, ${GLOBAL} among them.`,
    result: itemsOf(OrganizationResult),
    call: (service, identity) => Effect.map(service.organizations(identity), items),
  }),
  route({
    method: "GET",
    path: "/v1/organizations/{org}",
    summary: "One organization with its members and channels.",
    params: Organization,
    result: OrganizationResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.organization(identity, params.org),
  }),
  route({
    method: "GET",
    path: "/v1/organizations/{org}/members",
    summary: "The members of an organization, with their roles and weight.",
    params: Organization,
    result: itemsOf(MemberResult),
    refusals: ["not-found"],
    call: (service, identity, { params }) =>
      Effect.map(service.organization(identity, params.org), ({ members }) => items(members)),
  }),
  route({
    method: "GET",
    path: "/v1/organizations/{org}/contracts",
    summary: "The contracts that bind an organization.",
    params: Organization,
    result: itemsOf(ContractResult),
    refusals: ["not-found"],
    call: (service, identity, { params }) => Effect.map(service.contracts(identity, params.org), items),
  }),
  route({
    method: "GET",
    path: "/v1/organizations/{org}/state",
    summary: "What is open in an organization: now, or as it was at a time.",
    params: Organization,
    query: Schema.Struct({ at: optional(Instant) }),
    result: StateResult,
    refusals: ["not-found", "too-large"],
    call: (service, identity, { params, query }) => service.state(identity, params.org, query.at),
  }),
]
