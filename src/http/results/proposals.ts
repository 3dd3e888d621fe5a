/** Proposals and votes. */
import { Schema } from "effect"
import { MOTION_KINDS, PROPOSAL_STATES } from "../../domain/proposal.ts"
import { named, optional, requester, texts, Time } from "./parts.ts"

const { Struct, Array: list, Finite, Int, Literals, String: Text, Union } = Schema

const Selector = Union([
  Struct({ kind: Schema.Literal("member"), name: Text }),
  Struct({ kind: Schema.Literal("role"), role: Text, scope: Schema.Boolean }),
  Struct({ kind: Literals(["members", "humans", "agents"]), scope: Schema.Boolean }),
  Struct({ kind: Schema.Literal("creator") }),
  Struct({ kind: Schema.Literal("channel"), name: Text }),
])

const Otherwise = Union([
  Literals(["deny", "defer"]),
  Struct({ escalate: list(Struct({ to: list(Selector), after: optional(Finite), message: optional(Text) })) }),
])

const Resolution = Union([
  Struct({ kind: Schema.Literal("approvals"), approvals: Int }),
  Struct({ kind: Literals(["majority", "unanimous"]) }),
  Struct({ kind: Schema.Literal("supermajority"), fraction: Finite }),
  Struct({ kind: Schema.Literal("plurality"), options: texts, tieBreak: optional(Text) }),
])

const Elector = named(
  Struct({
    name: Text,
    kind: Literals(["human", "agent", "operator"]),
    weight: Finite,
    joins: optional(Time),
    org: optional(Text),
  }),
  "Elector",
  "Who may vote; `joins`: only from then on, as a level of an escalation.",
)

const VoteResult = named(
  Struct({
    proposal: Text,
    by: Text,
    choice: Text,
    reason: optional(Text),
    standing: optional(Struct({ until: Text, max: Int })),
    bystanding: optional(Text),
    at: Time,
  }),
  "Vote",
  "One member's answer.",
)

const MotionResult = named(
  Struct({
    event: Text,
    seq: Int,
    by: Struct(requester),
    correlationid: Text,
    hops: optional(Int),
    binding: Schema.Boolean,
    document: optional(Text),
    goal: optional(Text),
    candidate: optional(Text),
  }),
  "Motion",
  "What stands in place of a hold where a member opened a proposal. `binding`: the daemon enforces the outcome.",
)

export const ProposalResult = named(
  Struct({
    id: Text,
    org: Text,
    hold: optional(Text),
    contract: Text,
    version: Text,
    revision: Text,
    effect: Int,
    kind: Literals(["approval", "votes", ...MOTION_KINDS.filter((kind) => kind !== "approval")]),
    motion: optional(MotionResult),
    question: Text,
    electorate: list(Elector),
    resolution: Resolution,
    of: optional(Literals(["electorate", "cast"])),
    quorum: optional(Finite),
    vetoers: optional(list(Elector)),
    delay: optional(Finite),
    same: optional(texts),
    levels: optional(list(Struct({ at: Time, message: optional(Text) }))),
    escalates: optional(Text),
    otherwise: Otherwise,
    opened: Time,
    deadline: Time,
    digest: Text,
    requester: Text,
    state: Literals(PROPOSAL_STATES),
    votes: list(VoteResult),
    resolvedAt: optional(Time),
    reason: optional(Text),
    option: optional(Text),
    executedAt: optional(Time),
  }),
  "Proposal",
  "A question, who may answer it, and the votes so far. `hold`: what waits for it; `motion`: a member opened it, and nothing waits. `option`: what has won; `executedAt`: since when the outcome holds.",
)
