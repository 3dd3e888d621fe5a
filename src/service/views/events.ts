/** Events as they are published, read, explained and decided again. */
import type { Decision, Verdict } from "../../domain/decision.ts"
import type { Event } from "../../domain/event.ts"
import type { HoldView } from "../../log/Projections.ts"

/** What a publisher may say of an event: CloudEvents attributes as they came in, already checked for shape. */
export interface EventInput {
  readonly id?: string
  /** Only a bridge may name one; others publish under their token's own. */
  readonly source?: string
  readonly type: string
  readonly subject?: string
  readonly time?: string
  readonly data?: unknown
  readonly org?: string
  /** Must be the identity's own name, but for a bridge. */
  readonly actor?: string
  readonly correlationid?: string
  readonly causationid?: string
  readonly traceparent?: string
  /** Size of what was sent, where it is known. */
  readonly bytes?: number
}

/** The answer to a publish. */
export interface PublishAnswer {
  readonly id: string
  readonly seq: number
  readonly org: string
  readonly verdict: Verdict
  readonly hold?: string
  readonly holdState?: HoldView["state"]
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
  readonly contracts: ReadonlyArray<string>
  readonly revision: string
  readonly reason?: string
  /** True where the same event had been published before. */
  readonly duplicate?: true
}

export interface EventView {
  readonly event: Event
  readonly decision?: Decision
}

export interface EventQuery {
  readonly org?: string
  readonly types?: ReadonlyArray<string>
  readonly since?: string
  readonly correlationid?: string
  readonly after?: string
  readonly limit: number
  /** `desc` (default of lists for people): the newest first. */
  readonly order: "asc" | "desc"
}

/** `text` is for people; the rest is the same in fields. */
export interface Explanation {
  readonly event: string
  readonly org: string
  readonly seq: number
  readonly verdict?: Verdict
  readonly revision?: string
  readonly text: string
  readonly contracts: ReadonlyArray<unknown>
  readonly flips: ReadonlyArray<unknown>
}

/** What of a decision can be compared with another one. */
export type DecisionSummary = Pick<Decision, "verdict" | "rule" | "revision" | "contracts" | "reason">

/** `differs`: in the verdict, its reason, or the contracts that it is due to. */
export interface Replay {
  readonly event: string
  readonly org: string
  readonly seq: number
  readonly then: DecisionSummary
  readonly now: DecisionSummary
  readonly differs: boolean
}
