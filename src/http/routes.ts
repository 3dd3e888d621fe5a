/** Every REST operation with an answer of its own, once. Events that come in and streams are beside: `publish.ts`, `stream.ts`. */
import { Effect, Schema } from "effect"
import { GLOBAL } from "../domain/names.ts"
import type { Explanation } from "../service/Service.ts"
import { showEvent } from "./envelope.ts"
import {
  ConfirmResult,
  ContractResult,
  ContractWithSource,
  DelegationResult,
  DescribeResult,
  EventResult,
  DocumentResult,
  DocumentWithText,
  ExplanationResult,
  HoldResult,
  InboxItemResult,
  itemsOf,
  LintResult,
  MemberResult,
  MessageResult,
  NewTokenResult,
  OrganizationResult,
  pageOf,
  ProposalResult,
  PublishResult,
  ResourceResult,
  ShutdownResult,
  StatusResult,
  TaskResult,
  TestResult,
  TokenResult,
} from "./results.ts"
import { type Route, route } from "./route.ts"
import {
  Acknowledgement,
  Cursor,
  EventPattern,
  Files,
  Instant,
  Limit,
  limitOf,
  Name,
  Reason,
  Version,
} from "./schemas.ts"

const optional = Schema.optionalKey
const Id = Schema.Struct({ id: Name })
const Organization = Schema.Struct({ org: Name })
const Where = Schema.Struct({ org: optional(Name), source: optional(Name) })
const ReasonBody = Schema.Struct({ reason: optional(Reason) })
const FilesBody = Schema.Struct({ files: Files })

/** What every list of the read models takes. */
const page = {
  org: optional(Name),
  after: optional(Cursor),
  limit: optional(Limit),
  order: optional(Schema.Literals(["newest", "oldest"])),
}
const listed = <Q extends { readonly limit?: string }>({ limit, ...query }: Q) => ({ ...query, limit: limitOf(limit) })
const items = <A>(list: ReadonlyArray<A>) => ({ items: list })

const events: ReadonlyArray<Route> = [
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
]

const contracts: ReadonlyArray<Route> = [
  route({
    method: "GET",
    path: "/v1/contracts",
    summary: "The contracts in force; those that bind one organization where org is said.",
    query: Schema.Struct({ org: optional(Name) }),
    result: itemsOf(ContractResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => Effect.map(service.contracts(identity, query.org), items),
  }),
  route({
    method: "POST",
    path: "/v1/contracts/lint",
    summary: "What is wrong with these files, taken together with nothing else.",
    body: FilesBody,
    result: LintResult,
    call: (service, identity, { body }) =>
      Effect.map(service.lint(identity, body.files), (diagnostics) => ({ diagnostics })),
  }),
  route({
    method: "POST",
    path: "/v1/contracts/describe",
    summary: "These files in plain English.",
    body: FilesBody,
    result: DescribeResult,
    call: (service, identity, { body }) => service.describe(identity, body.files),
    text: ({ text }: { readonly text: string }) => text,
  }),
  route({
    method: "POST",
    path: "/v1/contracts/test",
    summary:
      "Runs the contract tests among these files; without files, those of the workspace against the set in force.",
    body: Schema.Struct({ files: optional(Files) }),
    result: TestResult,
    call: (service, identity, { body }) => service.test(identity, body.files),
  }),
  route({
    method: "GET",
    path: "/v1/contracts/{name}",
    summary: "One contract with its source, by its full name in one piece.",
    params: Schema.Struct({ name: Name }),
    result: ContractWithSource,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.contract(identity, params.name),
  }),
  route({
    method: "GET",
    path: "/v1/contracts/{scope}/{id}",
    summary: "One contract with its source.",
    params: Schema.Struct({ scope: Name, id: Name }),
    result: ContractWithSource,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.contract(identity, `${params.scope}/${params.id}`),
  }),
]

const organizations: ReadonlyArray<Route> = [
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
]

const proposals: ReadonlyArray<Route> = [
  route({
    method: "GET",
    path: "/v1/proposals",
    summary: "Proposals; member: those that a member may vote on.",
    query: Schema.Struct({
      ...page,
      state: optional(Schema.Literals(["active", "succeeded", "defeated", "expired", "cancelled"])),
      member: optional(Name),
    }),
    result: pageOf(ProposalResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.proposals(identity, listed(query)),
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
    summary: "Withdraws what the proposal is asked for; the answer is the hold.",
    params: Id,
    body: ReasonBody,
    result: HoldResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.cancel(identity, params.id, body.reason),
  }),
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
    refusals: ["not-found"],
    call: (service, identity, { body }) => service.delegate(identity, body),
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
  route({
    method: "GET",
    path: "/v1/holds",
    summary: "Events that wait, or have waited.",
    query: Schema.Struct({
      ...page,
      state: optional(Schema.Literals(["held", "released", "denied", "expired", "cancelled"])),
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
    call: (service, identity, { params, body }) => service.cancel(identity, params.id, body.reason),
  }),
]

const tasks: ReadonlyArray<Route> = [
  route({
    method: "GET",
    path: "/v1/tasks",
    summary: "Tasks; member: those of one receiver; event: those that follow from one event.",
    query: Schema.Struct({
      ...page,
      state: optional(
        Schema.Literals(["queued", "running", "waiting", "parked", "completed", "failed", "dead", "cancelled"]),
      ),
      member: optional(Name),
      event: optional(Name),
    }),
    result: pageOf(TaskResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.tasks(identity, listed(query)),
  }),
  route({
    method: "GET",
    path: "/v1/tasks/{id}",
    summary: "One task.",
    params: Id,
    result: TaskResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.task(identity, params.id),
  }),
  route({
    method: "POST",
    path: "/v1/tasks/{id}/cancel",
    summary: "Ends a task and whatever it runs.",
    params: Id,
    body: ReasonBody,
    result: TaskResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) =>
      service.cancelTask(identity, params.id, body.reason ?? `cancelled by ${identity.name}`),
  }),
]

const context: ReadonlyArray<Route> = [
  route({
    method: "GET",
    path: "/v1/channels/{name}/messages",
    summary: "Messages of a channel, the newest first.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct(page),
    result: pageOf(MessageResult),
    refusals: ["not-found"],
    call: (service, identity, { params, query }) => service.messages(identity, params.name, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/channels/{name}/messages",
    summary: "Asks to post a message; the answer is the decision on it. The same id twice is one message.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name) }),
    body: Schema.Struct({ text: Schema.String, id: optional(Name) }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, query, body }) =>
      service.post(identity, { ...query, ...body, channel: params.name }),
  }),
  route({
    method: "GET",
    path: "/v1/inbox",
    summary: "What has reached the member of the token: messages and mentions, the newest first.",
    query: Schema.Struct({ ...page, state: optional(Schema.Literals(["new", "seen", "acknowledged"])) }),
    result: pageOf(InboxItemResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.inbox(identity, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/inbox/ack",
    summary: "Marks items of the inbox as acknowledged, or as seen.",
    body: Acknowledgement,
    result: itemsOf(InboxItemResult),
    refusals: ["not-found"],
    call: (service, identity, { body: { items: ids, state = "acknowledged" } }) =>
      Effect.map(service.markInbox(identity, ids, state), items),
  }),
  route({
    method: "GET",
    path: "/v1/documents",
    summary: "The documents of the organizations that the token may see, each at its current version.",
    query: Schema.Struct(page),
    result: pageOf(DocumentResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.documents(identity, listed(query)),
  }),
  route({
    method: "GET",
    path: "/v1/documents/{name}",
    summary: "One document with its text; version: an earlier one.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name), version: optional(Version) }),
    result: DocumentWithText,
    refusals: ["not-found"],
    etag: ({ version }) => String(version),
    call: (service, identity, { params, query: { version, ...query } }) =>
      service.document(identity, params.name, {
        ...query,
        ...(version === undefined ? undefined : { version: Number(version) }),
      }),
    text: ({ text }: { readonly text: string }) => text,
  }),
  route({
    method: "PUT",
    path: "/v1/documents/{name}",
    summary: "Asks to write the next version of a document; the answer is the decision on it.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name) }),
    body: Schema.Struct({ text: Schema.String }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "precondition"],
    ifMatch: true,
    call: (service, identity, { params, query, body, ifMatch }) =>
      service.writeDocument(identity, { ...query, ...params, ...body, ...(ifMatch === undefined ? {} : { ifMatch }) }),
  }),
  route({
    method: "GET",
    path: "/v1/resources/{hash}",
    summary: "A text that an organization of the token refers to: of a long message, or of a version of a document.",
    params: Schema.Struct({ hash: Name }),
    result: ResourceResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.resource(identity, params.hash),
    text: ({ text }: { readonly text: string }) => text,
  }),
]

const operations: ReadonlyArray<Route> = [
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
    summary: "Makes a token; its secret is in this answer and nowhere else.",
    status: 201,
    body: Schema.Struct({
      identity: Name,
      kind: Schema.Literals(["human", "agent", "operator", "bridge"]),
      expires: optional(Instant),
    }),
    result: NewTokenResult,
    refusals: ["not-found"],
    call: (service, identity, { body }) => service.createToken(identity, body),
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
  route({
    method: "GET",
    path: "/v1/status",
    summary: "How the daemon is.",
    result: StatusResult,
    call: (service) => service.status,
  }),
  route({
    method: "POST",
    path: "/v1/confirm",
    summary: "Confirms what waits for an operator: a mass removal of contracts.",
    body: Schema.Struct({}),
    result: ConfirmResult,
    refusals: ["not-found"],
    call: (service, identity) => service.confirm(identity),
  }),
  route({
    method: "POST",
    path: "/v1/shutdown",
    summary: "Stops the daemon once what is under way has ended.",
    status: 202,
    body: Schema.Struct({}),
    result: ShutdownResult,
    call: (service, identity) => Effect.as(service.shutdown(identity), { state: "draining" as const }),
  }),
]

export const routes: ReadonlyArray<Route> = [
  ...events,
  ...contracts,
  ...organizations,
  ...proposals,
  ...tasks,
  ...context,
  ...operations,
]
