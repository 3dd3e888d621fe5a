/** The data of `proposal.open.requested`: a proposal that a member opens, in the notation of `require_votes`. */
import { Schema } from "effect"
import { MOTION_KINDS } from "../../domain/proposal.ts"
import { OF_WORDS, ResolutionMap, RESOLUTIONS } from "./effects.ts"
import {
  Amount,
  Count,
  described,
  Duration,
  MemberName,
  nonEmptyList,
  optional,
  Percentage,
  Selectors,
  Text,
} from "./values.ts"

export const MotionMap = Schema.Struct({
  kind: described(
    Schema.Literals(MOTION_KINDS),
    "approval: one yes is enough; decision: a majority, or one of several options; election: of a member; assignment: of work to a member.",
  ),
  question: described(Text, "What is asked, in one sentence."),
  options: optional(
    nonEmptyList(Text),
    "What can be chosen; of an election or an assignment the candidates, who are members. A single candidate is voted for or against.",
  ),
  tieBreak: optional(Text, "The option that wins a tie. Without it a tie is a defeat."),
  from: optional(Selectors, "Who votes. Default org.humans."),
  approvals: optional(Count, "How many have to approve."),
  resolution: optional(
    Schema.Union([Schema.Literals(RESOLUTIONS), ResolutionMap]),
    "In place of approvals: majority, supermajority or unanimous. Default majority; of an approval one.",
  ),
  of: optional(
    Schema.Literals(OF_WORDS),
    "Counted over the whole electorate (default) or over the votes cast, as options always are.",
  ),
  quorum: optional(
    Schema.Union([Count, Percentage]),
    "How many have to vote at all: a number or a percentage. Only where the votes cast are counted.",
  ),
  weights: optional(
    Schema.Union([Schema.Literals(["members"]), Schema.Record(MemberName, Amount)]),
    "members: each vote weighs what the member weighs; or a weight for each name. Default: heads are counted.",
  ),
  veto: optional(Selectors, "Whose single no decides at once."),
  delay: optional(Duration, "Wait this long after success; a veto or a cancel still works."),
  within: optional(Duration, "How long there is time for it. Default 24h."),
  self: optional(Schema.Boolean, "May who asks vote? Default false."),
  binding: optional(
    Schema.Boolean,
    "The outcome holds: all humans of the organization are asked, and more than half of them must agree or vote. Default false.",
  ),
  document: optional(Text, "election: the document whose owner is elected."),
  goal: optional(Text, "assignment: what the winner is asked to do. Default: the question."),
})
