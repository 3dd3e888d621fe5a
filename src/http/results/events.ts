/** Events, their decisions, and the explanations of these. */
import { Schema } from "effect"
import { ActorKind, named, optional, texts, Time, Unit, VerdictName } from "./parts.ts"

const { Struct, Array: list, Finite, Int, Literals, String: Text, Unknown } = Schema

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

const RuleName = Literals([
  "deny",
  "limit",
  "require",
  "allow",
  "default",
  "bound",
  "change",
  "unavailable",
  "released",
  "defeated",
  "expired",
  "cancelled",
])

const DecisionResult = named(
  Struct({
    v: Schema.Literal(1),
    verdict: VerdictName,
    rule: RuleName,
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
    actorkind: ActorKind,
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

const DecisionSummary = Struct({
  verdict: VerdictName,
  rule: RuleName,
  revision: Text,
  contracts: texts,
  reason: optional(Text),
})

export const ReplayResult = named(
  Struct({
    event: Text,
    org: Text,
    seq: Int,
    then: DecisionSummary,
    now: DecisionSummary,
    differs: Schema.Boolean,
  }),
  "Replay",
  "How an event was decided, and how the rules now in force would have decided it.",
)
