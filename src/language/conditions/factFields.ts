/** What is known of each fact before an event is seen. */
import { ACTOR_KINDS } from "../../domain/event.ts"
import type { FactName } from "../../domain/contract.ts"
import type { FactType } from "./operators/operator.ts"

export interface FactShape {
  readonly type: FactType
  /** The facts that are maps with fixed keys. */
  readonly fields?: Readonly<Record<string, FieldShape>>
  /** The parameters that it takes. */
  readonly params?: ReadonlyArray<string>
  readonly requiredParams?: ReadonlyArray<string>
  /** May be missing. */
  readonly optional?: true
}

export interface FieldShape {
  readonly type: FactType
  /** Every value that it can have. */
  readonly values?: ReadonlyArray<string>
  /** Smallest and largest value. */
  readonly range?: readonly [number, number]
  readonly fields?: Readonly<Record<string, FieldShape>>
  readonly optional?: true
}

const TEXT: FactShape = { type: "string" }
const NUMBER: FieldShape = { type: "number" }
const LIST: FieldShape = { type: "list" }

export const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const

const requester: Readonly<Record<string, FieldShape>> = {
  name: { type: "string" },
  kind: { type: "string", values: ACTOR_KINDS },
  roles: LIST,
  creator: { type: "string", optional: true },
}

export const FACT_SHAPES: Readonly<Record<FactName, FactShape>> = {
  id: TEXT,
  type: TEXT,
  source: TEXT,
  subject: { ...TEXT, optional: true },
  time: TEXT,
  data: { type: "unknown", optional: true },
  correlation: TEXT,
  actor: { type: "object", fields: { ...requester, onbehalf: { type: "object", fields: requester, optional: true } } },
  org: {
    type: "object",
    fields: { id: { type: "string" }, members: LIST, humans: LIST, agents: LIST, size: NUMBER },
  },
  clock: {
    type: "object",
    fields: {
      weekday: { type: "string", values: WEEKDAYS },
      date: { type: "string" },
      hour: { type: "number", range: [0, 23] },
      minute: { type: "number", range: [0, 59] },
    },
    params: ["tz"],
  },
  count: { type: "number", params: ["of", "by", "within", "where"], requiredParams: ["of", "within"] },
  sum: { type: "number", params: ["of", "by", "within", "where", "value"], requiredParams: ["of", "within", "value"] },
  history: { type: "boolean", params: ["of", "by", "within", "where", "since"], requiredParams: ["of"] },
  run: {
    type: "object",
    optional: true,
    fields: { cost: NUMBER, tokens: NUMBER, turns: NUMBER, elapsed: NUMBER, attempt: NUMBER, depth: NUMBER },
  },
}

/** What `count`, `sum` and `history` can be kept by, beside a path into the data. */
export const COUNTER_KEYS = ["actor", "org", "subject", "run", "correlation", "none"] as const

export const COUNTER_FACTS: ReadonlySet<string> = new Set(["count", "sum", "history"])
