/** The `data` of every event type that the daemon itself writes, by type. */
import type { ChangeCancelled, ChangeFailed, ChangeStuck, Changed, DiskEdits, Origin } from "./change.ts"
import type { Decision } from "./decision.ts"
import type { Actor } from "./event.ts"
import type { RunLimit } from "./organization.ts"
import type { Delegation, Hold, MotionKind, Proposal, Vote } from "./proposal.ts"
import type { Task } from "./task.ts"
import type { TokenKind } from "./token.ts"

export interface BuiltinData {
  readonly "proposal.opened": Proposal
  readonly "vote.cast": Vote
  readonly "proposal.succeeded": ProposalClosed
  readonly "proposal.defeated": ProposalClosed
  readonly "proposal.expired": ProposalClosed
  readonly "proposal.cancelled": ProposalClosed
  /** An escalation level has joined. */
  readonly "proposal.escalated": ProposalEscalated
  /** What a member opened has succeeded, and its delay is over: from now on its outcome holds. */
  readonly "proposal.executed": ProposalExecuted
  readonly "delegation.created": Delegation
  readonly "delegation.revoked": { readonly id: string; readonly from: string }
  readonly "delegation.expired": { readonly id: string; readonly from: string }
  readonly "hold.opened": Hold
  readonly "hold.released": HoldClosed
  readonly "hold.denied": HoldClosed
  readonly "hold.expired": HoldClosed
  readonly "hold.cancelled": HoldClosed
  /** It waited for room, was decided afresh, and waits on: for room again, or for proposals. */
  readonly "hold.continued": HoldContinued
  readonly "approval.resolved": ApprovalResolved
  /** A standing approval is taken back: the vote that gave it, and whose it is. */
  readonly "approval.revoked": { readonly id: string; readonly elector: string }
  readonly "task.created": Task
  readonly "task.started": TaskStarted
  readonly "task.progress": TaskProgress
  readonly "task.checkpoint": TaskCheckpoint
  readonly "task.completed": TaskCompleted
  readonly "task.failed": TaskFailed
  readonly "task.cancelled": TaskCancelled
  /** It was not done in time; further people have got it, too. */
  readonly "task.escalated": { readonly task: string; readonly level: number }
  readonly "run.requested": RunRequested
  readonly "run.started": RunStarted
  readonly "run.usage": RunUsage
  readonly "run.ended": RunEnded
  readonly cron: CronFired
  readonly "agent.stopped": AgentStopped
  readonly "agent.started": { readonly agent: string; readonly by: string }
  readonly "agent.interrupted": AgentInterrupted
  readonly "message.posted": MessagePosted
  readonly mention: Mention
  readonly "resource.stored": ResourceStored
  readonly "document.written": DocumentWritten
  readonly "document.owner.changed": DocumentOwnerChanged
  readonly "inbox.seen": InboxMarked
  readonly "inbox.acknowledged": InboxMarked
  readonly "request.denied": RequestDenied
  readonly "limit.exceeded": LimitExceeded
  readonly "budget.exceeded": LimitExceeded
  readonly "bound.exceeded": BoundExceeded
  readonly "contracts.revised": ContractsRevised
  readonly "contracts.rejected": ContractsRejected
  /** Files were edited on disk, and wait to be accepted. */
  readonly "contracts.edited": ContractsEdited
  readonly "contract.changed": Changed
  readonly "contract.change.failed": ChangeFailed
  readonly "contract.change.cancelled": ChangeCancelled
  /** Said again when it has been tried twice as often. */
  readonly "contract.change.stuck": ChangeStuck
  readonly "organization.changed": OrganizationChanged
  readonly "member.joined": MemberChanged
  readonly "member.left": MemberChanged
  readonly "clock.jumped": ClockJumped
  readonly "oracle.differed": OracleDiffered
  readonly "token.created": TokenCreated
  readonly "token.revoked": TokenRevoked
  readonly "daemon.started": DaemonStarted
  readonly "daemon.stopped": DaemonStopped
}

export interface ProposalClosed {
  readonly proposal: string
  /** Absent where a member opened it. */
  readonly hold?: string
  readonly contract: string
  readonly reason: string
  /** Who cancelled, or vetoed. */
  readonly by?: string
  /** `proposal.succeeded`: the option or candidate that won, and when it takes effect where there is a delay (RFC 3339). */
  readonly option?: string
  readonly release?: string
}
export interface ProposalEscalated {
  readonly proposal: string
  readonly hold?: string
  readonly contract: string
  readonly electors: ReadonlyArray<string>
  readonly message?: string
}
export interface ProposalExecuted {
  readonly proposal: string
  readonly kind: MotionKind
  readonly question: string
  readonly binding: boolean
  /** The option or candidate that won; absent where it was a question of yes or no. */
  readonly option?: string
  readonly document?: string
  readonly goal?: string
}
export interface HoldClosed {
  readonly hold: string
  readonly event: string
  readonly source: string
  /** Of the held event. */
  readonly seq: number
  readonly reason: string
  readonly by?: string
  /** The second decision on the held event. */
  readonly decision: Decision
}
export interface HoldContinued extends HoldClosed {
  readonly proposals: ReadonlyArray<string>
  /** RFC 3339: when it is decided afresh once more. */
  readonly until?: string
}
export interface ApprovalResolved {
  readonly hold: string
  readonly event: string
  readonly verdict: "allow" | "deny" | "expired"
  readonly proposals: ReadonlyArray<string>
  readonly reason: string
}
export interface TaskStarted {
  readonly task: string
  readonly run: string
  /** From 1. */
  readonly attempt: number
  /** Worker that holds the lease, and until when (RFC 3339). */
  readonly worker: string
  readonly lease: string
}
export interface TaskProgress {
  readonly task: string
  /** Absent where a member says it of a task that he does himself. */
  readonly run?: string
  readonly text?: string
  readonly data?: unknown
  /** The lease, renewed. */
  readonly lease?: string
}
/** Where a run is: what the next attempt goes on from. */
export interface TaskCheckpoint {
  readonly task: string
  readonly run: string
  readonly data: unknown
  readonly lease: string
}
export interface TaskCompleted {
  readonly task: string
  /** Absent where no run did it. */
  readonly run?: string
  readonly result: unknown
  /** The member who did it himself. */
  readonly by?: string
}
export interface TaskFailed {
  readonly task: string
  readonly run?: string
  readonly attempt: number
  readonly error: string
  /** When it is given again (RFC 3339); absent where it is dead. */
  readonly retry?: string
  readonly dead: boolean
  /** The run went with its daemon, its lease ran out, or it was interrupted: no failure of the task. */
  readonly lost?: true
  /** The limit that the run went over. */
  readonly limit?: RunLimit
  /** Who interrupted the run, or the member who gave up a task that he does himself. */
  readonly by?: string
}
export interface TaskCancelled {
  readonly task: string
  readonly reason: string
  readonly by?: string
}
export interface RunRequested {
  readonly run: string
  readonly task: string
  readonly member: string
  /** Id of the event that the task follows from. */
  readonly cause: string
  readonly executor: string
  readonly model?: string
  readonly attempt: number
}
export interface RunStarted {
  readonly run: string
  readonly task: string
  readonly member: string
  readonly executor: string
  readonly attempt: number
}
export interface RunUsage {
  readonly run: string
  readonly usd: number
  readonly tokens: number
  readonly turns: number
  /** Only in an operator's correction of a run that has ended. */
  readonly minutes?: number
}
export interface RunEnded {
  readonly run: string
  readonly task: string
  readonly outcome: "success" | "failure" | "cancelled" | "interrupted" | "lost"
  readonly error?: string
  /** The limit that it went over. */
  readonly limit?: RunLimit
}
/** An agent's schedule has come to its time. */
export interface CronFired {
  readonly member: string
  /** One of the two, as the schedule has it; `every` in ms. */
  readonly every?: number
  readonly cron?: string
  readonly goal?: string
  /** When it was due (RFC 3339). */
  readonly due: string
  /** Further times that passed unseen since then, at most 100: all of them are this one firing. */
  readonly missed?: number
  /** The task that follows. */
  readonly task?: string
  /** The task of an earlier firing that has not ended: none follows. */
  readonly open?: string
}
export interface AgentStopped {
  readonly agent: string
  readonly by: string
  readonly reason?: string
}
export interface AgentInterrupted extends AgentStopped {
  readonly runs: ReadonlyArray<string>
  /** Are their tasks given again? */
  readonly again: boolean
}
export interface MessagePosted {
  /** A channel of the organization, or a member; one of the two. */
  readonly channel?: string
  readonly to?: string
  /** The beginning, where there is a `resource`. */
  readonly text: string
  /** Members that the text means, found when it was written; at most 64. */
  readonly mentions?: ReadonlyArray<string>
  /** How many more it means. */
  readonly unmentioned?: number
  /** Hash of the archived text, where it is too long for a message, and its size in UTF-8. */
  readonly resource?: string
  readonly bytes?: number
  /** The task that it hands over: it is out of the inbox when that has ended. */
  readonly task?: string
}
/** A member is meant in a message. It starts no run by itself: a contract routes it. */
export interface Mention {
  /** Id of the `message.posted`. */
  readonly message: string
  readonly member: string
  readonly from: string
  /** A bridge names whom it likes: `external` is no member, whatever its name. */
  readonly fromkind: Actor["kind"]
  /** As in the message. */
  readonly text: string
  readonly channel?: string
}
export interface ResourceStored {
  /** SHA-256 of the archived text in UTF-8, hex. */
  readonly hash: string
  readonly bytes: number
}
export interface DocumentWritten {
  readonly name: string
  /** From 1. */
  readonly version: number
  /** Of the archived text, as in {@link ResourceStored}. */
  readonly hash: string
  readonly bytes: number
  readonly by: string
}
/** Elected: from now on the document is this member's alone to write. */
export interface DocumentOwnerChanged {
  readonly name: string
  readonly owner: string
  readonly proposal: string
  /** The owner that the organization's file names; what was elected ends when the file names another one. */
  readonly instead?: string
}
export interface InboxMarked {
  readonly member: string
  /** Ids of the member's inbox items: those of the `message.posted` and `mention` events that reached it. */
  readonly items: ReadonlyArray<string>
}
export interface RequestDenied {
  readonly event: string
  readonly type: string
  readonly reason: string
  readonly contracts: ReadonlyArray<string>
}
export interface LimitExceeded {
  readonly contract: string
  readonly effect: number
  readonly key: string
  readonly max: number
  readonly within: number
}
export interface BoundExceeded {
  readonly bound: "depth" | "hops" | "waiting" | "holds" | "fan-out" | "size"
  readonly max: number
  /** The event that is held, or would have been made. */
  readonly event: string
}
export interface ContractsRevised {
  readonly revision: string
  readonly previous?: string
  /** Full names; at most a hundred of each, `summary` has the numbers. */
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  /** Hash of the archived manifest: JSON of every file of the set and the hash of its archived text. */
  readonly manifest: string
  readonly summary: string
  /** Plain English, a line for each contract of {@link added}, {@link removed} and {@link changed} and for the organization. */
  readonly meaning?: ReadonlyArray<string>
  /** Files that are not as they were, with the hashes of their archived texts; the difference between them is the diff. */
  readonly files?: ReadonlyArray<{ readonly file: string; readonly before?: string; readonly after?: string }>
  /** Absent where nothing tells any more, and in records of earlier versions. */
  readonly origin?: Origin
  /** Windows that the revision needs and the log already answers: counter key → its encoded window. */
  readonly seeds?: Readonly<Record<string, unknown>>
}
/** Of files of the same organizations; of others there is an event of its own. */
export interface ContractsRejected {
  readonly files: ReadonlyArray<string>
  /** Whose they are; absent where that cannot be told, and in records of earlier versions. Who is in all of them sees it. */
  readonly organizations?: ReadonlyArray<string>
  /** `file:line:column message`, as lint prints them. */
  readonly errors: ReadonlyArray<string>
}
export interface ContractsEdited {
  /** Names exactly this edit: the versions of its files. */
  readonly edit: string
  readonly files: ReadonlyArray<string>
  /** As in {@link ContractsRejected}. */
  readonly organizations?: ReadonlyArray<string>
  readonly summary: string
  readonly meaning: ReadonlyArray<string>
}
export interface OrganizationChanged {
  readonly organization: string
  readonly version: string
  readonly summary: string
}
export interface MemberChanged {
  readonly organization: string
  readonly member: string
  readonly kind: "human" | "agent"
  readonly roles: ReadonlyArray<string>
}
export interface ClockJumped {
  /** Milliseconds; negative where the wall clock went back. */
  readonly by: number
}
export interface OracleDiffered {
  readonly event: string
  readonly contract: string
  readonly compiled: boolean
  readonly library: boolean | string
}
export interface TokenCreated {
  readonly id: string
  /** `@dana`, `reviewer@review-team`, `operator`; of a link to join, the organization, `dana@review-team` where it is for one person. */
  readonly identity: string
  readonly kind: TokenKind | "join"
  /** Of a link to join. */
  readonly roles?: ReadonlyArray<string>
  /** SHA-256 of the secret, hex. */
  readonly hash: string
  readonly expires?: string
}
export interface TokenRevoked {
  readonly id: string
  readonly by: string
}
export interface DaemonStarted {
  readonly version: string
  readonly epoch: string
  /** What becomes of edits on disk; absent in records of earlier versions. */
  readonly edits?: DiskEdits
}
export interface DaemonStopped {
  readonly reason: string
}
