/** The small schemas that documents are made of. Their patterns are what an editor checks; the readers say more. */
import { Schema } from "effect"
import { BUILT_IN_TYPES } from "../../domain/eventTypes.ts"

/** With the flag `u`, without which a pattern is not exported. */
const matching = (pattern: RegExp) => Schema.String.check(Schema.isPattern(pattern))

/** A key that may be left out, with what an editor shows for it. */
export const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema).annotateKey({ description })

/** A key that must be there. */
export const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotateKey({ description })

export const nonEmptyList = <S extends Schema.Top>(schema: S) => Schema.Array(schema).check(Schema.isMinLength(1))

export const oneOrList = <S extends Schema.Top>(schema: S) => Schema.Union([schema, nonEmptyList(schema)])

export const Text = Schema.NonEmptyString
export const Amount = Schema.Finite.check(Schema.isGreaterThan(0))
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
export const Kebab = matching(/^[a-z0-9]+(-[a-z0-9]+)*$/u).annotate({ identifier: "Kebab" })
export const OrganizationName = matching(/^@[a-z0-9]+(-[a-z0-9]+)*$/u).annotate({ identifier: "OrganizationName" })
export const MemberName = matching(/^@?[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$/u).annotate({
  identifier: "MemberName",
})
export const Duration = matching(/^(\d+(\.\d+)?(ms|[smhdw]))+$/u).annotate({ identifier: "Duration" })
export const Instant = matching(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/u).annotate({
  identifier: "Instant",
})
export const EventType = matching(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/u).annotate({ identifier: "EventType" })
export const EventPattern = Schema.Union([
  Schema.Literals(BUILT_IN_TYPES),
  matching(/^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_*-]+)*$/u),
]).annotate({ identifier: "EventPattern" })
export const JsonMap = Schema.Record(Schema.String, Schema.Json)
export const Percentage = matching(/^\d+(\.\d+)?%$/u)

/** `data.repository`, `$.repository`. */
export const DataPath = matching(/^(data|\$)[.[].+$/u).annotate({ identifier: "DataPath" })

/** Every selector that is a word of the language. */
export const SELECTOR_WORDS = [
  "org.members",
  "org.humans",
  "org.agents",
  "scope.members",
  "scope.humans",
  "scope.agents",
  "actor.creator",
  "human",
] as const

export const Selector = Schema.Union([
  Schema.Literals(SELECTOR_WORDS),
  matching(/^(@?[A-Za-z0-9_-]+(@[a-z0-9-]+)?|(scope\.)?role: ?[A-Za-z0-9_-]+)$/u),
]).annotate({ identifier: "Selector" })
export const Selectors = oneOrList(Selector).annotate({ identifier: "Selectors" })

const Receiver = Schema.Union([Selector, matching(/^(#|channel: ?#?)[A-Za-z0-9_-]+$/u)])
export const Receivers = oneOrList(Receiver).annotate({ identifier: "Receivers" })
