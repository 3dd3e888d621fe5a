/** Proposals and their votes. */
import { Schema } from "effect"
import { PROPOSAL_STATES } from "../../domain/proposal.ts"
import { HoldResult } from "../results/holds.ts"
import { pageOf } from "../results/list.ts"
import { MotionMap } from "../../language/schemas/motion.ts"
import { ProposalResult } from "../results/proposals.ts"
import { PublishResult } from "../results/published.ts"
import { route } from "../route.ts"
import { Instant, Name, Reason } from "../schemas.ts"
import { Id, listed, optional, page, ReasonBody } from "./parts.ts"

export const proposals = [
  route({
    method: "GET",
    path: "/v1/proposals",
    summary: "Proposals; member: those that a member may vote on.",
    query: Schema.Struct({
      ...page,
      state: optional(Schema.Literals(PROPOSAL_STATES)),
      member: optional(Name),
    }),
    result: pageOf(ProposalResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.proposals(identity, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/proposals",
    summary:
      "Asks to open a proposal without a contract, in the notation of require_votes; the answer is the decision on it, and names the proposal.",
    body: Schema.Struct({ org: optional(Name), ...MotionMap.fields }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "too-large"],
    creates: true,
    call: (service, identity, { body, key }) =>
      service.openProposal(identity, { ...body, ...(key === undefined ? undefined : { id: key }) }),
  }),
  route({
    method: "GET",
    path: "/v1/proposals/{id}",
    summary: "One proposal with its votes.",
    params: Id,
    result: ProposalResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.proposal(identity, params.id),
  }),
  route({
    method: "POST",
    path: "/v1/proposals/{id}/votes",
    summary: "Votes; with a digest, only if the proposal still asks about exactly that.",
    params: Id,
    body: Schema.Struct({
      choice: Name,
      reason: optional(Reason),
      digest: optional(Name),
      standing: optional(Schema.Struct({ until: Instant, max: Schema.Int })),
    }),
    result: ProposalResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.vote(identity, params.id, body),
  }),
  route({
    method: "POST",
    path: "/v1/proposals/{id}/cancel",
    summary:
      "Withdraws what the proposal is asked for; the answer is the hold, or the proposal where a member opened it.",
    params: Id,
    body: ReasonBody,
    result: Schema.Union([HoldResult, ProposalResult]),
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.cancelProposal(identity, params.id, body.reason),
  }),
]
