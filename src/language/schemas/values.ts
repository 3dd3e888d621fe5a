/** The small schemas that documents are made of. Their patterns are what an editor checks; the readers say more. */
import { Schema } from "effect"

const matching = (pattern: RegExp) => Schema.String.check(Schema.isPattern(pattern))

/** A key that may be left out, with what an editor shows for it. */
export const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(described(schema, description))

/** A key that must be there. */
export const described = <S extends Schema.Top>(schema: S, description: string) =>
  schema.annotate({ description }) as S["Rebuild"]

export const Text = Schema.NonEmptyString
export const Amount = Schema.Finite.check(Schema.isGreaterThan(0))
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
export const Kebab = matching(/^[a-z0-9]+(-[a-z0-9]+)*$/)
export const OrganizationName = matching(/^@[a-z0-9]+(-[a-z0-9]+)*$/)
export const MemberName = matching(/^@?[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$/)
export const Duration = matching(/^(\d+(\.\d+)?(ms|[smhdw]))+$/)
export const Instant = matching(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/)
export const EventType = matching(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/)
export const EventPattern = matching(/^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_*-]+)*$/)
export const JsonMap = Schema.Record(Schema.String, Schema.Json)
export const Percentage = matching(/^\d+(\.\d+)?%$/)

/** `data.repository`, `$.repository`. */
export const DataPath = matching(/^(data|\$)[.[].+$/)

export const Selector = Schema.Union([
  Schema.Literals([
    "human",
    "org.members",
    "org.humans",
    "org.agents",
    "scope.members",
    "scope.humans",
    "scope.agents",
    "actor.creator",
  ]),
  matching(/^(@?[A-Za-z0-9_-]+|(scope\.)?role: ?[A-Za-z0-9_-]+)$/),
])
export const Selectors = Schema.Union([Selector, Schema.NonEmptyArray(Selector)])

const Receiver = Schema.Union([Selector, matching(/^(#|channel: ?#?)[A-Za-z0-9_-]+$/)])
export const Receivers = Schema.Union([Receiver, Schema.NonEmptyArray(Receiver)])
