/**
 * What the operations answer with, as schemas. Nothing is decoded or checked with them while the daemon runs: the type
 * of every answer is held to its schema when it is compiled, and what is sent is held to it in tests.
 *
 * A reader takes members that it does not know: later versions may add some.
 */
import { Schema } from "effect"

const optional = Schema.optionalKey
const { Struct, Array: list, Finite, Int, Literals, String: Text, Unknown, Union } = Schema
const texts = list(Text)

/** RFC 3339, UTC. */
const Time = Text.annotate({ format: "date-time" })
const VerdictName = Literals(["allow", "deny", "hold", "expired"])
const ActorKind = Literals(["human", "agent", "system", "external", "operator"])
const MemberKind = Literals(["human", "agent"])
const HoldStateName = Literals(["held", "released", "denied", "expired", "cancelled"])
const Unit = Literals(["usd", "tokens", "turns", "minutes"])

const named = <S extends Schema.Top>(schema: S, identifier: string, description: string) =>
  schema.annotate({ identifier, description })

/** A list as a whole. */
export const itemsOf = <S extends Schema.Top>(item: S) => Struct({ items: list(item) })

/** A page of a list. */
export const pageOf = <S extends Schema.Top>(item: S) =>
  Struct({
    items: list(item),
    next: optional(Text.annotateKey({ description: "`after` of the next page; absent on the last one." })),
  })

export const PublishResult = named(
  Struct({
    id: Text,
    seq: Int,
    org: Text,
    verdict: VerdictName,
    hold: optional(Text),
    holdState: optional(HoldStateName),
    proposals: optional(texts),
    tasks: optional(texts),
    contracts: texts,
    revision: Text,
    reason: optional(Text),
    duplicate: optional(Schema.Literal(true)),
  }),
  "Published",
  "The answer to an event: its verdict, why, and what follows. `duplicate`: the same event had been published before.",
)

// ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const LimitUse = named(
  Struct({
    effect: Int,
    key: Text,
    used: Finite,
    max: Finite,
    cost: Finite,
    exceeded: Schema.Boolean,
    freeAt: optional(Finite),
    instead: optional(Literals(["defer", "escalate"])),
    unit: optional(Unit),
  }),
  "LimitUse",
  "One limit or budget as it stood before the event.",
)

const DecisionResult = named(
  Struct({
    v: Schema.Literal(1),
    verdict: VerdictName,
    rule: Literals([
      "deny",
      "limit",
      "require",
      "allow",
      "default",
      "bound",
      "unavailable",
      "released",
      "defeated",
      "expired",
      "cancelled",
    ]),
    revision: Text,
    outcomes: list(
      Struct({
        contract: Text,
        version: Text,
        verdict: Literals(["allow", "deny", "hold", "expired", "none"]),
        shadow: optional(Schema.Literal(true)),
        limits: optional(list(LimitUse)),
      }),
    ),
    contracts: texts,
    reason: optional(Text),
    values: optional(Schema.Record(Text, Unknown)),
    wouldBe: optional(VerdictName),
    hold: optional(Text),
    until: optional(Time),
    proposals: optional(texts),
    tasks: optional(texts),
    emits: optional(texts),
    first: optional(Struct({ revision: Text, seq: Int })),
  }),
  "Decision",
  "The verdict on one event, with the evidence that its explanation is made from.",
)

export const EventResult = named(
  Struct({
    specversion: Schema.Literal("1.0"),
    id: Text,
    source: Text,
    type: Text,
    subject: optional(Text),
    time: Time,
    org: Text,
    actor: Text,
    actorkind: Literals(["human", "agent", "system", "external", "operator"]),
    onbehalf: optional(Text),
    correlationid: Text,
    causationid: optional(Text),
    seq: Int,
    traceparent: optional(Text),
    depth: optional(Int),
    hops: optional(Int),
    run: optional(Text),
    senttime: optional(Text),
    datacontenttype: optional(Schema.Literal("application/json")),
    data: optional(Unknown),
    decision: optional(DecisionResult),
  }),
  "Event",
  "A CloudEvent, and beside its attributes the `decision`, where it was decided.",
)

export const ExplanationResult = named(
  Struct({
    event: Text,
    org: Text,
    seq: Int,
    verdict: optional(VerdictName),
    revision: optional(Text),
    text: Text,
    contracts: list(Unknown),
    flips: list(Unknown),
  }),
  "Explanation",
  "`text` is for people. `contracts`: every contract that could have spoken; `flips`: what would have changed the verdict.",
)

// ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const contract = {
  name: Text,
  scope: Text,
  version: Text,
  mode: Text,
  on: texts,
  priority: Finite,
  title: optional(Text),
  file: Text,
  line: Int,
  description: Text,
}
export const ContractResult = named(Struct(contract), "Contract", "A contract in force, in plain English.")
export const ContractWithSource = named(
  Struct({ ...contract, source: Text }),
  "ContractWithSource",
  "A contract in force, with the text of its file.",
)

export const DiagnosticResult = named(
  Struct({
    file: Text,
    line: Int,
    column: Int,
    severity: Literals(["error", "warning"]),
    code: Text,
    message: Text,
    suggestion: optional(Text),
  }),
  "Diagnostic",
  "What is wrong with a file, and where.",
)
export const LintResult = Struct({ diagnostics: list(DiagnosticResult) })
export const DescribeResult = Struct({ text: Text, diagnostics: list(DiagnosticResult) })

export const TestResult = named(
  Struct({
    passed: Int,
    failed: Int,
    cases: list(Struct({ file: Text, line: Int, name: Text, ok: Schema.Boolean, failures: texts })),
    coverage: Struct({ contracts: Int, contractsBothWays: Int, uncovered: texts }),
  }),
  "TestReport",
  "How the contract tests went.",
)

export const MemberResult = named(
  Struct({ name: Text, kind: MemberKind, roles: texts, weight: Finite }),
  "Member",
  "An agent or a human in an organization.",
)
export const OrganizationResult = named(
  Struct({
    id: Text,
    name: optional(Text),
    description: optional(Text),
    parent: optional(Text),
    default: Literals(["allow", "deny"]),
    timezone: Text,
    owner: optional(Text),
    members: list(MemberResult),
    channels: texts,
  }),
  "Organization",
  "Contracts, members and context. `default`: what becomes of a request that no contract speaks to.",
)

// ── governance ──────────────────────────────────────────────────────────────────────────────────────────────────────

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
  Struct({ name: Text, kind: MemberKind, weight: Finite, joins: optional(Time), org: optional(Text) }),
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

export const ProposalResult = named(
  Struct({
    id: Text,
    org: Text,
    hold: Text,
    contract: Text,
    version: Text,
    revision: Text,
    effect: Int,
    kind: Literals(["approval", "votes"]),
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
    state: Literals(["active", "succeeded", "defeated", "expired", "cancelled"]),
    votes: list(VoteResult),
    resolvedAt: optional(Time),
  }),
  "Proposal",
  "The question that an event waits for, who may answer, and the votes so far.",
)

const requester = {
  name: Text,
  kind: ActorKind,
  roles: texts,
  creator: optional(Text),
}
export const HoldResult = named(
  Struct({
    id: Text,
    org: Text,
    event: Text,
    source: Text,
    seq: Int,
    type: Text,
    proposals: texts,
    requester: Struct({ ...requester, onbehalf: optional(Struct(requester)) }),
    opened: Time,
    until: optional(Time),
    state: HoldStateName,
    reason: optional(Text),
    resolvedAt: optional(Time),
  }),
  "Hold",
  "An event that waits, or has waited.",
)

export const DelegationResult = named(
  Struct({ id: Text, from: Text, to: Text, on: Text, expires: Text, org: Text }),
  "Delegation",
  "A human's votes on held events of a pattern, given to another.",
)

// ── work and operation ──────────────────────────────────────────────────────────────────────────────────────────────

export const TaskResult = named(
  Struct({
    id: Text,
    org: Text,
    event: Text,
    eventSeq: Int,
    member: Text,
    contract: Text,
    effect: Int,
    place: Int,
    as: Literals(["sequence", "parallel", "first", "compete"]),
    goal: optional(Text),
    with: optional(Schema.Record(Text, Unknown)),
    rest: optional(texts),
    previous: optional(Text),
    escalations: optional(list(Struct({ at: Time, to: texts, message: optional(Text) }))),
    escalates: optional(Text),
    candidate: optional(Int),
    correlationid: Text,
    hops: Int,
    created: Time,
    state: Literals(["queued", "running", "waiting", "parked", "completed", "failed", "dead", "cancelled"]),
    attempt: Int,
    run: optional(Text),
    result: optional(Unknown),
    error: optional(Text),
    updated: Time,
  }),
  "Task",
  "Work for one member that follows from an event.",
)

export const MessageResult = named(
  Struct({
    id: Text,
    org: Text,
    from: Text,
    fromkind: ActorKind,
    at: Time,
    channel: optional(Text),
    to: optional(Text),
    text: Text,
    mentions: optional(texts),
    unmentioned: optional(Int),
    resource: optional(Text),
    bytes: optional(Int),
  }),
  "Message",
  "Text in a channel or to a member. `resource`: the hash under which the whole of a long text is kept.",
)

export const InboxItemResult = named(
  Struct({
    id: Text,
    org: Text,
    member: Text,
    kind: Literals(["message", "mention"]),
    message: Text,
    channel: optional(Text),
    from: Text,
    fromkind: ActorKind,
    text: Text,
    at: Time,
    state: Literals(["new", "seen", "acknowledged"]),
    seenAt: optional(Time),
    acknowledgedAt: optional(Time),
  }),
  "InboxItem",
  "What has reached a member: a message to him, or his mention in one.",
)

const document = {
  org: Text,
  name: Text,
  version: Int,
  hash: Text,
  bytes: Int,
  by: Text,
  at: Time,
  state: Literals(["current", "superseded"]),
}
export const DocumentResult = named(Struct(document), "Document", "One version of a document, without its text.")
export const DocumentWithText = Struct({ ...document, text: Text })
export const ResourceResult = named(
  Struct({ org: Text, hash: Text, bytes: Int, text: Text }),
  "Resource",
  "A text that is kept by its hash (SHA-256).",
)

export const TokenResult = named(
  Struct({
    id: Text,
    identity: Text,
    kind: Literals(["human", "agent", "operator", "run", "bridge"]),
    created: Time,
    expires: optional(Text),
    revoked: optional(Time),
  }),
  "Token",
  "A token, without its secret.",
)
export const NewTokenResult = named(
  Struct({ id: Text, token: Text }),
  "NewToken",
  "A token's secret, shown this once and kept nowhere.",
)

export const StatusResult = named(
  Struct({
    state: Literals(["starting", "running", "draining", "stopped"]),
    version: Text,
    pid: Int,
    startedAt: Time,
    revision: Text,
    contracts: Int,
    organizations: Int,
    openHolds: Int,
    openProposals: Int,
    openTasks: Int,
    workspace: Text,
    diagnostics: list(DiagnosticResult),
    warnings: texts,
  }),
  "Status",
  "How the daemon is.",
)
export const ConfirmResult = Struct({ revision: Text })
export const ShutdownResult = Struct({ state: Schema.Literal("draining") })

/** RFC 9457. */
export const ProblemResult = named(
  Struct({
    type: Text.annotateKey({ description: "`urn:charter:problem:` and the stable name of the case." }),
    title: Text,
    status: Int,
    detail: Text.annotateKey({ description: "One sentence for a person, with what to do next." }),
    instance: optional(Text.annotateKey({ description: "The path that was asked for." })),
    errors: optional(
      list(
        Struct({
          pointer: optional(Text.annotateKey({ description: "Into the body: RFC 6901, as a URI fragment." })),
          parameter: optional(Text),
          detail: Text,
        }),
      ),
    ),
  }),
  "Problem",
  "RFC 9457. Further members say more of the particular case.",
)
