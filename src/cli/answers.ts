/** What the daemon answers with, by the words of the command line: types of the client's, which are the daemon's own. */
import type { AnswerOf, ItemOf } from "../client/operations.ts"

export type { Problem } from "../client/errors.ts"

export interface List<A> {
  readonly items: ReadonlyArray<A>
  readonly next?: string
}

export type PublishAnswer = AnswerOf<"POST /v1/events">
/** An event as every interface shows it. */
export type ShownEvent = AnswerOf<"GET /v1/events/{id}">
export type Explanation = AnswerOf<"GET /v1/events/{id}/explanation">
export type Replay = AnswerOf<"GET /v1/events/{id}/replay">
export type OrganizationState = AnswerOf<"GET /v1/organizations/{org}/state">
export type ContractView = ItemOf<"GET /v1/contracts">
export type OrganizationView = AnswerOf<"GET /v1/organizations/{org}">
export type ProposalView = AnswerOf<"GET /v1/proposals/{id}">
export type DelegationView = ItemOf<"GET /v1/delegations">
export type HoldView = AnswerOf<"GET /v1/holds/{id}">
export type TaskView = AnswerOf<"GET /v1/tasks/{id}">
export type AgentView = AnswerOf<"GET /v1/agents/{name}">
export type MessageView = ItemOf<"GET /v1/channels/{name}/messages">
export type InboxItem = ItemOf<"GET /v1/inbox">
export type DocumentView = ItemOf<"GET /v1/documents">
export type TokenView = ItemOf<"GET /v1/tokens">
export type ChangeView = AnswerOf<"GET /v1/changes/{id}">
export type EditView = ItemOf<"GET /v1/edits">
export type Status = AnswerOf<"GET /v1/status">
