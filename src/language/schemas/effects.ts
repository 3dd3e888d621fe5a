/** Effects, in their structured form and as calls. */
import { Schema } from "effect"
import {
  Amount,
  Count,
  DataPath,
  described,
  Duration,
  EventType,
  JsonMap,
  MemberName,
  nonEmptyList,
  oneOrList,
  optional,
  Percentage,
  Receivers,
  Selector,
  Selectors,
  Text,
} from "./values.ts"

const call = (name: string) => Schema.String.check(Schema.isPattern(new RegExp(`^${name}\\([\\s\\S]+\\)$`, "u")))

export const LevelMap = Schema.Struct({
  to: described(Selectors, "Who joins."),
  after: optional(Duration, "After how long."),
  message: optional(Text, "What they are told."),
})
const Levels = Schema.Union([LevelMap, nonEmptyList(LevelMap), Selectors]).annotate({ identifier: "Levels" })
export const EscalateMap = Schema.Struct({ escalate: described(Levels, "Ask these people instead.") })
const otherwise = <const Words extends ReadonlyArray<string>>(words: Words) =>
  Schema.Union([Schema.Literals(words), call("escalate"), EscalateMap])

export const OTHERWISE_OF_REQUIREMENTS = ["deny"] as const
export const OTHERWISE_OF_LIMITS = ["deny", "defer"] as const

const requirement = {
  within: optional(Duration, "How long there is time for it. Default 24h."),
  otherwise: optional(
    otherwise(OTHERWISE_OF_REQUIREMENTS),
    "What happens when the time is up: deny (default), or escalate to further people.",
  ),
  self: optional(Schema.Boolean, "May who asked take part? Default false."),
}

export const RequireApprovalMap = Schema.Struct({
  from: described(Selectors, "Who may approve; one of them is enough."),
  ...requirement,
})

export const RESOLUTIONS = ["majority", "supermajority", "unanimous"] as const
export const PluralityMap = Schema.Struct({
  options: described(nonEmptyList(Text), "What can be chosen."),
  tie_break: optional(Text, "The option that wins a tie. Without it a tie is a defeat."),
})
export const ResolutionMap = Schema.Struct({
  supermajority: optional(
    Schema.Union([Amount, Percentage, Schema.String.check(Schema.isPattern(/^\d+\/\d+$/u))]),
    "Share of the votes: 2/3, 75% or 0.75.",
  ),
  plurality: optional(PluralityMap, "Several options; the one with most votes wins."),
})
export const OF_WORDS = ["electorate", "cast"] as const

export const RequireVotesMap = Schema.Struct({
  from: described(Selectors, "Who votes."),
  approvals: optional(Count, "How many have to approve."),
  resolution: optional(
    Schema.Union([Schema.Literals(RESOLUTIONS), ResolutionMap]),
    "In place of approvals: majority, supermajority, unanimous, or plurality with its options.",
  ),
  quorum: optional(Schema.Union([Count, Percentage]), "How many have to vote at all. Only with of: cast."),
  of: optional(Schema.Literals(OF_WORDS), "Counted over the whole electorate (default) or over the votes cast."),
  weights: optional(
    Schema.Union([Schema.Literals(["members"]), Schema.Record(MemberName, Amount)]),
    "members: each vote weighs what the member weighs; or a weight for each name. Default: heads are counted.",
  ),
  veto: optional(Selectors, "Whose single no decides at once."),
  delay: optional(Duration, "Wait this long after success; a veto or a cancel still works."),
  ...requirement,
  same: optional(oneOrList(Text), "Data paths that must be equal for a standing approval. Default: all."),
})

export const KEY_WORDS = ["actor", "org", "subject", "run", "correlation"] as const
const Key = Schema.Union([Schema.Literals(KEY_WORDS), DataPath])
const perKey = optional(oneOrList(Key), "A count for each actor, org, subject, run, correlation or data path.")
const limitOtherwise = optional(
  otherwise(OTHERWISE_OF_LIMITS),
  "What happens when it is used up: deny (default), defer until there is room, or escalate.",
)
export const ALGORITHMS = ["sliding", "gcra"] as const

export const LimitMap = Schema.Struct({
  max: described(Amount, "How much is allowed within the time."),
  within: described(Duration, "The time: 1m, 1h, 1d."),
  per: perKey,
  burst: optional(Amount, "gcra: how many may come at once. Default max."),
  cost: optional(Schema.Union([Amount, DataPath]), "How much one event takes: a number or a data path. Default 1."),
  algorithm: optional(
    Schema.Literals(ALGORITHMS),
    "sliding (default): never more than max in any window; gcra: a sustained rate with bursts.",
  ),
  otherwise: limitOtherwise,
})

export const BUDGET_UNITS = ["usd", "tokens", "turns", "minutes"] as const
export const BudgetMap = Schema.Struct({
  usd: optional(Amount, "US dollars."),
  tokens: optional(Amount, "Tokens."),
  turns: optional(Amount, "Turns."),
  minutes: optional(Amount, "Minutes."),
  within: described(Duration, "The time: 1h, 1d, 4w."),
  per: perKey,
  otherwise: limitOtherwise,
})

export const ROUTE_WAYS = ["sequence", "parallel", "first", "compete"] as const
export const RouteMap = Schema.Struct({
  to: described(Selectors, "Who gets the task."),
  as: optional(
    Schema.Literals(ROUTE_WAYS),
    "sequence (default): one after the other; parallel: all at once; first: first success wins; compete: compared.",
  ),
  goal: optional(Text, "What the receiver is asked to do; ${{ data.title }} reads the event."),
  with: optional(JsonMap, "Further input of the task."),
})

export const UPON_WORDS = ["allow", "deny", "hold", "expired"] as const
const upon = optional(oneOrList(Schema.Literals(UPON_WORDS)), "At which verdicts: allow, deny, hold, expired.")

export const EmitMap = Schema.Struct({
  type: described(EventType, "The further event's type."),
  data: optional(Schema.Json, "Its data; ${{ data.title }} reads the event."),
  upon,
})

export const NotifyMap = Schema.Struct({
  to: described(Receivers, 'Members, or a channel: "#deploys".'),
  message: described(Text, "What they are told; ${{ data.title }} reads the event."),
  upon,
})

/** Every effect by its name: what an editor offers, and the keys of its structured form. */
export const EFFECTS = {
  allow: { keys: undefined, description: "Explicitly permitted." },
  deny: { keys: undefined, description: "Refused, with the reason shown to whoever asked." },
  require_approval: { keys: RequireApprovalMap, description: "Held until one of `from` approves." },
  require_votes: { keys: RequireVotesMap, description: "Held until the vote is decided." },
  limit: { keys: LimitMap, description: "At most so many within a time." },
  budget: { keys: BudgetMap, description: "At most so much spent within a time." },
  route: { keys: RouteMap, description: "A task for each receiver." },
  escalate: { keys: LevelMap, description: "Further people join once the time has passed." },
  emit: { keys: EmitMap, description: "A further event, which the contracts see too." },
  notify: { keys: NotifyMap, description: "A message in a channel or an inbox." },
} as const

export const EFFECT_NAMES = Object.keys(EFFECTS) as ReadonlyArray<keyof typeof EFFECTS>

const structured = <S extends Schema.Top>(name: keyof typeof EFFECTS, content: S) =>
  Schema.Struct({ [name]: described(content, EFFECTS[name].description) })

const CallNames = EFFECT_NAMES.filter((name) => name !== "allow").join("|")

const EffectSchema = Schema.Union([
  Schema.Literals(["allow"]),
  described(call(`(${CallNames})`), 'An effect as a call, such as deny("not on Fridays") or limit(10, 1h, actor).'),
  structured("allow", Schema.Literals([true])),
  structured("deny", Text),
  structured("require_approval", Schema.Union([RequireApprovalMap, Selector, nonEmptyList(Selector)])),
  structured("require_votes", RequireVotesMap),
  structured("limit", LimitMap),
  structured("budget", BudgetMap),
  structured("route", Schema.Union([RouteMap, Selector, nonEmptyList(Selector)])),
  structured("escalate", Levels),
  structured("emit", Schema.Union([EmitMap, EventType])),
  structured("notify", NotifyMap),
]).annotate({ identifier: "Effect" })

export const EffectsSchema = Schema.Union([EffectSchema, nonEmptyList(EffectSchema)])
