/** Conditions: json-rules-engine's tree, and the short form that expands to it. */
import { Schema } from "effect"
import { FACT_NAMES } from "../../domain/contract.ts"
import { COUNTER_KEYS } from "../conditions/factFields.ts"
import { decoratorNames, operatorNames } from "../conditions/operators.ts"
import { DataPath, described, Duration, EventPattern, nonEmptyList, optional, Text } from "./values.ts"

type Condition = { readonly [key: string]: unknown }
const Condition: Schema.Codec<Condition> = Schema.suspend((): Schema.Codec<Condition> => AnyCondition)

const AllNode = Schema.Struct({ all: described(nonEmptyList(Condition), "Each of them holds.") })
const AnyNode = Schema.Struct({ any: described(nonEmptyList(Condition), "At least one of them holds.") })
const NotNode = Schema.Struct({ not: described(Condition, "It does not hold.") })
const SharedNode = Schema.Struct({
  condition: described(Text, "A condition of the organization's file, by its name."),
})

/** The keys of every node that is no leaf; each stands alone. */
export const TREE_KEYS = [AllNode, AnyNode, NotNode, SharedNode].flatMap(({ fields }) => Object.keys(fields))

const params = {
  of: optional(EventPattern, "Which events are looked at: a pattern such as deploy.requested."),
  by: optional(
    Schema.Union([Schema.Literals(COUNTER_KEYS), DataPath]),
    "Only events that agree with this one here: actor, org, subject, run, correlation, a data path; none for all.",
  ),
  within: optional(Duration, "How far back: 90s, 30m, 24h, 7d."),
  where: optional(Condition, "Only events for which this condition held."),
  since: optional(EventPattern, "history: only what happened after the last such event."),
  value: optional(Text, "sum: the number that is added up, such as $.usd."),
  tz: optional(Text, "clock: the time zone, such as Europe/Berlin."),
}
export const ParamsMap = Schema.Struct(params).annotate({ identifier: "Params" })

const decorated = `^((${decoratorNames.join("|")}):)+(${operatorNames.join("|")})$`
const OperatorName = Schema.Union([
  Schema.Literals(operatorNames),
  Schema.String.check(Schema.isPattern(new RegExp(decorated, "u"))),
]).annotate({ identifier: "Operator" })
const FactName = Schema.Literals(FACT_NAMES).annotate({ identifier: "Fact" })

export const FactValue = Schema.Struct({
  fact: described(FactName, "The fact to compare with."),
  path: optional(Text, "JSONPath into it."),
  params: optional(ParamsMap, "Parameters of the fact."),
})

export const LeafNode = Schema.Struct({
  fact: described(FactName, "What is looked at."),
  path: optional(Text, "JSONPath into the fact, such as $.environment."),
  operator: described(OperatorName, "How it is compared; decorators stand in front, as in someFact:in."),
  value: described(Schema.Unknown, "What it is compared with: a value, or { fact, path }."),
  params: optional(ParamsMap, "Parameters of count, sum, history and clock."),
})

const Scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
const ScalarList = nonEmptyList(Scalar)
const operators = Object.fromEntries(
  operatorNames.map((name) => [name, optional(Schema.Unknown, `The operator ${name}.`)]),
)
const DecoratedKey = Schema.String.check(Schema.isPattern(new RegExp(decorated, "u")))

const OperatorMap = Schema.StructWithRest(Schema.Struct(operators), [
  Schema.Record(DecoratedKey, Schema.Unknown),
]).annotate({ identifier: "Operators" })
const CounterMap = Schema.StructWithRest(
  Schema.Struct({ ...params, ...operators, params: optional(ParamsMap, "The parameters, in a map of their own.") }),
  [Schema.Record(DecoratedKey, Schema.Unknown)],
).annotate({ identifier: "Counter" })
const ShortValue = Schema.Union([Scalar, ScalarList, OperatorMap, FactValue]).annotate({ identifier: "ShortValue" })

const clock = (description: string) => optional(Schema.Union([ShortValue, CounterMap]), description)
const short = (description: string) => optional(ShortValue, description)
const COMMON_KEYS = {
  type: short("The event's type."),
  source: short("Where the event comes from."),
  subject: short("What the event is about."),
  "actor.name": short("Who caused it."),
  "actor.kind": short("human, agent, system, external or operator."),
  "actor.roles": short("A role, or a list of which one is enough."),
  "actor.creator": short("Who defined the agent."),
  "org.id": short("The event's organization."),
  "org.size": short("How many members it has."),
  "clock.weekday": clock("monday to sunday, in the organization's time zone."),
  "clock.date": clock("2026-11-01, in the organization's time zone."),
  "clock.hour": clock("0 to 23, in the organization's time zone."),
  "clock.minute": clock("0 to 59."),
  "run.cost": short("US dollars that the run has cost."),
  count: optional(CounterMap, "How many such events were admitted before this one, within a time."),
  sum: optional(CounterMap, "A number of such events, added up, within a time."),
  history: optional(CounterMap, "Whether such an event happened since the last such other one."),
}

const ShortKey = Schema.String.check(Schema.isPattern(new RegExp(`^(${FACT_NAMES.join("|")})([.[].+)?$`, "u")))
const ShortForm = Schema.StructWithRest(Schema.Struct(COMMON_KEYS), [
  Schema.Record(ShortKey, Schema.Union([ShortValue, CounterMap])),
])

const AnyCondition = Schema.Union([AllNode, AnyNode, NotNode, SharedNode, LeafNode, ShortForm]).annotate({
  identifier: "Condition",
}) as unknown as Schema.Codec<Condition>

export { AnyCondition as ConditionSchema }
