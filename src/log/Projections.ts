/**
 * Read models, made from the log alone and kept in the same commit. `rebuild` drops them and makes them again; what
 * they answer is then the same.
 */
import { Context, type Effect } from "effect"
import type { TokenKind } from "../domain/token.ts"
import type { Actor } from "../domain/event.ts"
import type { DocumentWritten, MessagePosted } from "../domain/builtins.ts"
import type { HoldState, Proposal, ProposalState, Vote, Hold } from "../domain/proposal.ts"
import type { Task, TaskState } from "../domain/task.ts"
import type { LogUnavailable } from "./EventLog.ts"

export interface ProposalView extends Proposal {
  readonly state: ProposalState
  readonly votes: ReadonlyArray<Vote & { readonly at: string }>
  readonly resolvedAt?: string
  /** Why it has come to that. */
  readonly reason?: string
  /** The option or candidate that has won. */
  readonly option?: string
  /** What it asked for has been let through, or its outcome holds: after success, and its delay. */
  readonly executedAt?: string
}

export interface HoldView extends Hold {
  readonly state: HoldState
  readonly reason?: string
  readonly resolvedAt?: string
}

export interface TaskView extends Task {
  readonly state: TaskState
  /** Attempts begun so far. */
  readonly attempt: number
  readonly run?: string
  /** When a run last said where it is. */
  readonly checkpointed?: string
  readonly result?: unknown
  readonly error?: string
  readonly updated: string
}

export interface TokenView {
  readonly id: string
  /** `@dana`, `reviewer@review-team`, `operator`. */
  readonly identity: string
  /** `join`: a link by which one person joins once; it opens nothing else. */
  readonly kind: TokenKind | "run" | "join"
  readonly roles?: ReadonlyArray<string>
  readonly created: string
  readonly expires?: string
  readonly revoked?: string
}

export interface MessageView extends MessagePosted {
  readonly id: string
  readonly org: string
  readonly from: string
  readonly fromkind: Actor["kind"]
  readonly at: string
}

/** `message`: sent to the member, `task`: the task that it hands over to him; `mention`: the member is meant in one. */
export interface InboxItem {
  readonly id: string
  readonly org: string
  readonly member: string
  readonly kind: "message" | "mention"
  /** Id of the message. */
  readonly message: string
  readonly task?: string
  readonly channel?: string
  readonly from: string
  readonly fromkind: Actor["kind"]
  readonly text: string
  readonly at: string
  readonly state: InboxState
  readonly seenAt?: string
  readonly acknowledgedAt?: string
}
export type InboxState = "new" | "seen" | "acknowledged"

/** One version of a document. */
export interface DocumentView extends DocumentWritten {
  readonly org: string
  readonly at: string
  readonly state: "current" | "superseded"
}

/** An archived text that an organization refers to. */
export interface ResourceView {
  readonly org: string
  readonly hash: string
  /** In UTF-8. */
  readonly bytes: number
}

export interface ListFilter {
  readonly org?: string
  readonly state?: string
  /** Proposals: elector; tasks: receiver; messages: author, receiver or mentioned; inbox: whose. */
  readonly member?: string
  /** Tasks and holds of one event. */
  readonly event?: string
  /** Messages: of one channel of `org`, which is `@global` where it is not said. */
  readonly channel?: string
  /** `next` of the page before. */
  readonly after?: string
  /** By when the row was opened; the newest first where it is not said. */
  readonly order?: "newest" | "oldest"
  /** At most 1,000, whatever it says. */
  readonly limit: number
}

export interface Listed<A> {
  readonly items: ReadonlyArray<A>
  readonly next?: string
}

export class Projections extends Context.Service<
  Projections,
  {
    readonly proposals: (filter: ListFilter) => Effect.Effect<Listed<ProposalView>, LogUnavailable>
    readonly proposal: (id: string) => Effect.Effect<ProposalView | undefined, LogUnavailable>
    readonly holds: (filter: ListFilter) => Effect.Effect<Listed<HoldView>, LogUnavailable>
    readonly hold: (id: string) => Effect.Effect<HoldView | undefined, LogUnavailable>
    readonly tasks: (filter: ListFilter) => Effect.Effect<Listed<TaskView>, LogUnavailable>
    readonly task: (id: string) => Effect.Effect<TaskView | undefined, LogUnavailable>
    readonly tokens: (filter: ListFilter) => Effect.Effect<Listed<TokenView>, LogUnavailable>
    readonly messages: (filter: ListFilter) => Effect.Effect<Listed<MessageView>, LogUnavailable>
    readonly message: (id: string) => Effect.Effect<MessageView | undefined, LogUnavailable>
    readonly inbox: (filter: ListFilter) => Effect.Effect<Listed<InboxItem>, LogUnavailable>
    readonly inboxItem: (id: string) => Effect.Effect<InboxItem | undefined, LogUnavailable>
    readonly documents: (filter: ListFilter) => Effect.Effect<Listed<DocumentView>, LogUnavailable>
    /** The current version where none is named. */
    readonly document: (
      org: string,
      name: string,
      version?: number,
    ) => Effect.Effect<DocumentView | undefined, LogUnavailable>
    readonly resource: (org: string, hash: string) => Effect.Effect<ResourceView | undefined, LogUnavailable>
    /** By SHA-256 of the secret, hex. Synchronous and under 0.1 ms: every request asks it. Revoked and expired ones too. */
    readonly tokenByHash: (hash: string) => TokenView | undefined
    /** Drops and makes all read models again from the log; calls back with records done so far. */
    readonly rebuild: (progress: (done: number) => void) => Effect.Effect<{ readonly records: number }, LogUnavailable>
    /** A digest over every read model, for comparing before and after a rebuild. */
    readonly digest: Effect.Effect<string, LogUnavailable>
  }
>()("charter/log/Projections") {}
