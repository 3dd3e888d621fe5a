/**
 * Every operation, once. REST, WebSocket and the CLI only translate: decode, call, encode. What an identity may do is
 * decided here. Refusals are values in the error channel; `LogUnavailable` means that nothing has happened.
 */
import { Context, type Effect, type Stream } from "effect"
import type { TokenKind } from "../domain/token.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Choice, StandingTerms } from "../domain/proposal.ts"
import type { LogUnavailable, Stored } from "../log/EventLog.ts"
import type {
  HoldView,
  InboxItem,
  ListFilter,
  Listed,
  MessageView,
  ProposalView,
  ResourceView,
  TaskView,
  TokenView,
} from "../log/Projections.ts"
import type { Identity } from "./identity.ts"
import type { Refused } from "./refused.ts"
import type { AgentChange, AgentInput, AgentView } from "./views/agents.ts"
import type { AcceptedEdit, CancelledChange, ChangeView, EditView, Proposed, Revised } from "./views/changes.ts"
import type { OutgoingMessage, OwnedDocument } from "./views/context.ts"
import type { RunUnderWay, Status } from "./views/daemon.ts"
import type { EventInput, EventQuery, EventView, Explanation, PublishAnswer, Replay } from "./views/events.ts"
import type { DelegationView, ProposalRequest, StandingView } from "./views/governance.ts"
import type { JoinAnswer, JoinLink, JoinRequest, LinkRequest } from "./views/joining.ts"
import type { OrganizationStateView, OrganizationSummary } from "./views/organizations.ts"
import type { ContractView, TestReport } from "./views/rules.ts"
import type { TaskLogItem } from "./views/tasks.ts"

type Answer<A> = Effect.Effect<A, Refused | LogUnavailable>

export class Service extends Context.Service<
  Service,
  {
    /** One result an event, in order. `wait: "release"` waits for holds to end, at most `waitMs`. */
    readonly publish: (
      identity: Identity,
      events: ReadonlyArray<EventInput>,
      options?: { readonly wait?: "decision" | "release"; readonly waitMs?: number },
    ) => Effect.Effect<ReadonlyArray<PublishAnswer | Refused>, LogUnavailable>
    readonly events: (identity: Identity, query: EventQuery) => Answer<Listed<EventView>>
    /** `org` and `source` where the id alone is not enough. */
    readonly event: (identity: Identity, id: string, org?: string, source?: string) => Answer<EventView>
    /** Decides it again by the rules now in force, on the state as it was then; nothing follows from it. */
    readonly replay: (identity: Identity, id: string, org?: string, source?: string) => Answer<Replay>
    readonly explain: (identity: Identity, id: string, org?: string, source?: string) => Answer<Explanation>
    /** From `after` (a cursor; `""` from the start, `undefined` from now on), for as long as it is read. */
    readonly follow: (
      identity: Identity,
      filter: { readonly org?: string; readonly types?: ReadonlyArray<string>; readonly after?: string },
    ) => Stream.Stream<Stored, Refused | LogUnavailable>
    readonly contracts: (identity: Identity, org?: string) => Answer<ReadonlyArray<ContractView>>
    readonly contract: (identity: Identity, name: string) => Answer<ContractView & { readonly source: string }>
    /** Texts by file name, checked together with nothing else. */
    readonly lint: (identity: Identity, files: Readonly<Record<string, string>>) => Answer<ReadonlyArray<Diagnostic>>
    readonly describe: (
      identity: Identity,
      files: Readonly<Record<string, string>>,
    ) => Answer<{ readonly text: string; readonly diagnostics: ReadonlyArray<Diagnostic> }>
    /** The tests of the workspace against the set in force; or of the given files against themselves. */
    readonly test: (identity: Identity, files?: Readonly<Record<string, string>>) => Answer<TestReport>
    /** Asks for a change of files of the rules; refused at once where they, or all rules with them, would be wrong. */
    readonly propose: (identity: Identity, change: Proposed) => Answer<ChangeView>
    readonly change: (identity: Identity, id: string) => Answer<ChangeView>
    /** Gives a change up that has not come to its end: by whoever has asked for it, or an operator. */
    readonly cancelChange: (identity: Identity, id: string, reason?: string) => Answer<CancelledChange>
    /** Those that have not come to their end. */
    readonly changes: (identity: Identity) => Answer<ReadonlyArray<ChangeView>>
    /** When, how and by whom a contract came, went or changed; the newest first. */
    readonly contractHistory: (identity: Identity, name: string) => Answer<ReadonlyArray<Revised>>
    /** Edits on disk that wait to be accepted, as far as the identity may see what they are about; at most one. */
    readonly edits: (identity: Identity) => Answer<ReadonlyArray<EditView>>
    /** Operator: lets exactly this edit take effect. A member: asks for it, as for any change of the rules. */
    readonly acceptEdit: (identity: Identity, edit: string) => Answer<AcceptedEdit>
    /** Operator: lets through what waits for one, by the id of a hold or of one of its proposals. */
    readonly accept: (identity: Identity, target: string, reason?: string) => Answer<HoldView>
    /** A human becomes a member. Without an identity, by an operator's link. */
    readonly join: (
      identity: Identity | { readonly link: string },
      org: string,
      request: JoinRequest,
    ) => Answer<JoinAnswer>
    /** Operator: a link by which one person joins once. */
    readonly createJoinLink: (identity: Identity, org: string, request: LinkRequest) => Answer<JoinLink>
    /** Asks for an agent to come, to be changed, or to go, as a change of its organization's file. */
    readonly createAgent: (
      identity: Identity,
      org: string | undefined,
      name: string,
      agent: AgentInput,
    ) => Answer<ChangeView>
    readonly changeAgent: (
      identity: Identity,
      org: string | undefined,
      name: string,
      agent: AgentChange,
    ) => Answer<ChangeView>
    readonly removeAgent: (identity: Identity, org: string | undefined, name: string) => Answer<ChangeView>
    readonly organizations: (identity: Identity) => Answer<ReadonlyArray<OrganizationSummary>>
    readonly organization: (identity: Identity, org: string) => Answer<OrganizationSummary>
    /** What is open: now, or at `at` (RFC 3339), made again from the log. */
    readonly state: (identity: Identity, org: string, at?: string) => Answer<OrganizationStateView>
    readonly proposals: (identity: Identity, filter: ListFilter) => Answer<Listed<ProposalView>>
    readonly proposal: (identity: Identity, id: string) => Answer<ProposalView>
    readonly vote: (
      identity: Identity,
      proposal: string,
      vote: {
        readonly choice: Choice
        readonly reason?: string
        readonly digest?: string
        /** Approves the same kind again by itself. */
        readonly standing?: StandingTerms
      },
    ) => Answer<ProposalView>
    /** Delegations in force, of one organization or of all that the identity is in. */
    readonly delegations: (identity: Identity, org?: string) => Answer<ReadonlyArray<DelegationView>>
    /** A human's votes on held events of the pattern are another's, until he casts one himself. */
    readonly delegate: (
      identity: Identity,
      request: { readonly org: string; readonly to: string; readonly on?: string; readonly expires: string },
      /** The same again with the same key is the same delegation. */
      key?: string,
    ) => Answer<DelegationView>
    readonly revokeDelegation: (identity: Identity, id: string) => Answer<DelegationView>
    /** Standing approvals in force, of one organization, or of all that the identity is in and its own elsewhere. */
    readonly standing: (identity: Identity, org?: string) => Answer<ReadonlyArray<StandingView>>
    /** Nothing more is approved by it; the votes that it has cast stay. */
    readonly revokeStanding: (identity: Identity, id: string) => Answer<StandingView>
    /** Asks for `proposal.open.requested`; the decision on it names the proposal. */
    readonly openProposal: (identity: Identity, request: ProposalRequest) => Answer<PublishAnswer>
    /** By the id of a hold or of one of its proposals; the answer is the hold. */
    readonly cancelHold: (identity: Identity, target: string, reason?: string) => Answer<HoldView>
    /** Answers with what is withdrawn: the hold, or the proposal itself where a member has opened it. */
    readonly cancelProposal: (identity: Identity, id: string, reason?: string) => Answer<HoldView | ProposalView>
    readonly holds: (identity: Identity, filter: ListFilter) => Answer<Listed<HoldView>>
    readonly hold: (identity: Identity, id: string) => Answer<HoldView>
    readonly tasks: (identity: Identity, filter: ListFilter) => Answer<Listed<TaskView>>
    readonly task: (identity: Identity, id: string) => Answer<TaskView>
    readonly cancelTask: (identity: Identity, id: string, reason: string) => Answer<TaskView>
    /** What has become of a task, over all its runs, the oldest first. */
    readonly taskLog: (
      identity: Identity,
      id: string,
      page: { readonly after?: string; readonly limit: number },
    ) => Answer<Listed<TaskLogItem>>
    /** Of a task that no executor runs: by its member alone. */
    readonly completeTask: (identity: Identity, id: string, result: unknown) => Answer<TaskView>
    /** It is not given again, unless `again` says so: then it waits on. */
    readonly failTask: (
      identity: Identity,
      id: string,
      failure: { readonly error: string; readonly again?: boolean },
    ) => Answer<TaskView>
    readonly progressTask: (
      identity: Identity,
      id: string,
      progress: { readonly text?: string; readonly data?: unknown },
    ) => Answer<TaskView>
    readonly agents: (identity: Identity, org?: string) => Answer<ReadonlyArray<AgentView>>
    /** `name@org`, or the name with its organization beside it where it is not the only one. */
    readonly agent: (identity: Identity, name: string, org?: string) => Answer<AgentView>
    /** It takes nothing until it is started again; `interrupt`: what it runs is ended, and given again then. */
    readonly stopAgent: (
      identity: Identity,
      name: string,
      request: { readonly org?: string; readonly reason?: string; readonly interrupt?: boolean },
    ) => Answer<AgentView>
    readonly startAgent: (identity: Identity, name: string, org?: string) => Answer<AgentView>
    /** Ends what it runs now, and the tasks with it; `again`: they are given again. */
    readonly interruptAgent: (
      identity: Identity,
      name: string,
      request: { readonly org?: string; readonly reason?: string; readonly again?: boolean },
    ) => Answer<AgentView>
    /** As {@link post} to its inbox. It starts no run by itself. */
    readonly messageAgent: (
      identity: Identity,
      name: string,
      message: { readonly org?: string; readonly id?: string; readonly text: string },
    ) => Answer<PublishAnswer>
    /** Of a channel; of the identity's own organization, or `@global`, where the filter names none. */
    readonly messages: (identity: Identity, channel: string, filter: ListFilter) => Answer<Listed<MessageView>>
    /** Asks for `message.send.requested`; the decision on it is the answer. */
    readonly post: (identity: Identity, message: OutgoingMessage) => Answer<PublishAnswer>
    /** What has reached the identity, in every organization or in one. Operators and bridges have no inbox. */
    readonly inbox: (identity: Identity, filter: ListFilter) => Answer<Listed<InboxItem>>
    /** Answers with the items as they are then; what is acknowledged stays so. */
    readonly markInbox: (
      identity: Identity,
      ids: ReadonlyArray<string>,
      state: "seen" | "acknowledged",
    ) => Answer<ReadonlyArray<InboxItem>>
    /** What reaches the identity's inbox, from `after` as {@link follow} has it. */
    readonly followInbox: (
      identity: Identity,
      after?: string,
    ) => Stream.Stream<{ readonly item: InboxItem; readonly cursor: string }, Refused | LogUnavailable>
    /** At their current version. */
    readonly documents: (identity: Identity, filter: ListFilter) => Answer<Listed<OwnedDocument>>
    readonly document: (
      identity: Identity,
      name: string,
      which: { readonly org?: string; readonly version?: number },
    ) => Answer<OwnedDocument & { readonly text: string }>
    /** Asks for `document.write.requested`; refused where the document is not at the version of `ifMatch`. */
    readonly writeDocument: (
      identity: Identity,
      document: {
        readonly org?: string
        readonly name: string
        readonly text: string
        readonly ifMatch?: string
        /** Of the request; the same id twice is one write. */
        readonly id?: string
      },
    ) => Answer<PublishAnswer>
    /** Asks for `resource.store.requested`; the hash is the text's own, whatever is decided. */
    readonly storeResource: (
      identity: Identity,
      resource: { readonly org?: string; readonly text: string; readonly id?: string },
    ) => Answer<PublishAnswer & { readonly hash: string }>
    /** An archived text that an organization of the identity refers to. */
    readonly resource: (identity: Identity, hash: string) => Answer<ResourceView & { readonly text: string }>
    /** The secret is shown once and kept nowhere. Operators only. */
    readonly createToken: (
      identity: Identity,
      request: {
        readonly identity: string
        readonly kind: TokenKind
        readonly expires?: string
      },
      /** A second token with the same key is refused: the secret of the first is not there any more. */
      key?: string,
    ) => Answer<{ readonly id: string; readonly token: string }>
    readonly tokens: (identity: Identity, filter: ListFilter) => Answer<Listed<TokenView>>
    readonly revokeToken: (identity: Identity, id: string) => Answer<TokenView>
    /** Who carries this token; refused where it is unknown, expired or revoked. Synchronous but for the first use. */
    readonly authenticate: (token: string) => Effect.Effect<Identity, Refused>
    /** A webhook delivery: verified over the raw body, then published in the organization whose secret fits. */
    readonly webhook: (
      source: string,
      headers: Readonly<Record<string, string>>,
      body: Uint8Array,
    ) => Answer<PublishAnswer>
    /** An operator is told of the whole daemon; anybody else of what he may see, without paths and what is for the operator. */
    readonly status: (identity: Identity) => Effect.Effect<Status>
    /** Fails where no events are taken: it starts or stops, or the log could not be written when that was last tried. */
    readonly ready: Answer<void>
    /** Prometheus text; only an operator sees organizations by their names. */
    readonly metrics: (identity: Identity) => Effect.Effect<string>
    /** Operator: confirms what waits for one (a mass removal of contracts). */
    readonly confirm: (identity: Identity) => Answer<{ readonly revision: string }>
    /** Answers with the runs that go on. `now`: they are not waited for, also where the shutdown has begun already. */
    readonly shutdown: (identity: Identity, now: boolean) => Answer<ReadonlyArray<RunUnderWay>>
  }
>()("charter/service/Service") {}
