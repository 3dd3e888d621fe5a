/** The document of a `*.test.yaml` file. */
import { Schema } from "effect"
import { VERDICTS } from "../../domain/decision.ts"
import { PROPOSAL_STATES } from "../../domain/proposal.ts"
import { MembersList } from "./organization.ts"
import {
  Count,
  described,
  Duration,
  EventPattern,
  EventType,
  Instant,
  MemberName,
  nonEmptyList,
  optional,
  OrganizationName,
  Text,
} from "./values.ts"

export const ExpectMap = Schema.Struct({
  verdict: optional(Schema.Literals(VERDICTS), "What the event, or the hold, came to."),
  contracts: optional(Schema.Array(Text), "Contracts that decided it: ids or full names; a subset is enough."),
  tasks: optional(Schema.Array(MemberName), "Members with a task so far, in order; [] is none."),
  emits: optional(Schema.Array(EventType), "Types emitted so far; a subset is enough."),
  reason: optional(Text, "A part of the reason."),
  error: optional(Schema.Boolean, "true: the step itself was refused."),
  state: optional(Schema.Literals(PROPOSAL_STATES), "State of the proposal."),
  winner: optional(Text, "The option or candidate that has won it."),
}).annotate({ identifier: "Expect" })

export const EventMap = Schema.Struct({
  type: described(EventType, "The event's type; any, reserved ones too."),
  actor: optional(Text, "Who causes it: a member's name; one who is no member is external."),
  subject: optional(Text, "What it is about."),
  source: optional(Text, "Where it comes from."),
  id: optional(Text, "Its id; one is made up where it is left out."),
  correlation: optional(Text, "Its correlation id."),
  data: optional(Schema.Json, "Its data."),
}).annotate({ identifier: "Event" })

const expect = optional(ExpectMap, "What must be so after it.")

export const EventStep = Schema.Struct({
  event: described(EventMap, "An event that is published."),
  repeat: optional(Count, "How many times."),
  expect,
})
export const StandingMap = Schema.Struct({
  within: described(Duration, "For how long."),
  max: described(Count, "How often at most."),
}).annotate({ identifier: "Standing" })
export const VoteStep = Schema.Struct({
  vote: described(Text, "A vote: approve, deny, abstain, or an option of a plurality."),
  by: described(MemberName, "Who votes."),
  in: optional(Text, "The contract whose proposal it is; left out: each open one."),
  standing: optional(StandingMap, "It approves the same kind again by itself."),
  expect,
})
export const CancelStep = Schema.Struct({
  cancel: described(Schema.Literals([true]), "The open proposals are cancelled."),
  by: described(MemberName, "Who cancels."),
  expect,
})
export const DelegateStep = Schema.Struct({
  delegate: described(MemberName, "Who gets the vote."),
  by: described(MemberName, "Whose vote it is."),
  on: optional(EventPattern, "Held events of this type or pattern. Default all."),
  within: optional(Duration, "For how long. Default 1d."),
  expect,
})
export const RevokeStep = Schema.Struct({
  revoke: described(
    Schema.Literals([true, "standing"]),
    "true: what has been delegated last is taken back. standing: the approval that was let stand last.",
  ),
  by: described(MemberName, "Who takes it back."),
  expect,
})
export const AfterStep = Schema.Struct({ after: described(Duration, "Time that passes."), expect })

export const STEPS = {
  event: EventStep,
  vote: VoteStep,
  cancel: CancelStep,
  delegate: DelegateStep,
  revoke: RevokeStep,
  after: AfterStep,
} as const
const Steps = Schema.Array(Schema.Union(Object.values(STEPS))).annotate({ identifier: "Steps" })

export const CaseMap = Schema.Struct({
  name: described(Text, "What the case shows."),
  at: optional(Instant, "When it starts. Default 2026-11-02T09:00:00Z, a Monday."),
  members: optional(MembersList, "In place of the organization's members."),
  given: optional(Steps, "Steps before the event."),
  event: described(EventMap, "The event that is decided."),
  expect,
  then: optional(Steps, "Steps after the event."),
})

export const ContractTestsDocument = Schema.Struct({
  organization: described(OrganizationName, 'The organization that the events belong to: "@review-team".'),
  at: optional(Instant, "When each case starts. Default 2026-11-02T09:00:00Z, a Monday."),
  members: optional(MembersList, "In place of the organization's members."),
  cases: described(nonEmptyList(CaseMap), "The cases, each from an empty log."),
})
