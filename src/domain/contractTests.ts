/** Tests of contracts, in normal form: what a `*.test.yaml` document says. Times are milliseconds. */
import type { Position } from "./diagnostic.ts"
import type { Member } from "./organization.ts"
import type { Choice, ProposalState } from "./proposal.ts"
import type { Verdict } from "./decision.ts"

export interface ContractTests {
  /** With `@`. */
  readonly organization: string
  readonly file: string
  /** In place of the members of the organization's file. */
  readonly members?: ReadonlyArray<Member>
  /** Log time at which each case starts, in ms since 1970; {@link DEFAULT_TEST_TIME_MS} where absent. */
  readonly at?: number
  readonly cases: ReadonlyArray<TestCase>
  readonly position: Position
}

export interface TestCase {
  readonly name: string
  readonly position: Position
  /** Override those of the document. */
  readonly members?: ReadonlyArray<Member>
  readonly at?: number
  /** Steps before the event. */
  readonly given: ReadonlyArray<TestStep>
  readonly event: TestEvent
  readonly expect?: Expectation
  /** Steps after the event. */
  readonly then: ReadonlyArray<TestStep>
}

export interface TestEvent {
  readonly type: string
  /** A member's name without `@`; one who is no member is external. */
  readonly actor?: string
  readonly subject?: string
  readonly source?: string
  readonly id?: string
  readonly correlation?: string
  readonly data?: unknown
}

export type TestStep = { readonly expect?: Expectation; readonly position: Position } & (
  | {
      readonly kind: "event"
      readonly event: TestEvent
      /** How many times it is published, from 1. */ readonly repeat: number
    }
  | {
      readonly kind: "vote"
      readonly choice: Choice
      readonly by: string
      /** Id or full name of the contract whose proposal it is; absent: each open one. */
      readonly in?: string
      /** It approves the same kind again by itself, for so long (ms) and so often. */
      readonly standing?: { readonly within: number; readonly max: number }
    }
  | { readonly kind: "cancel"; readonly by: string }
  /** `by` gives his vote on events of the pattern `on` to another, for so long (ms). */
  | {
      readonly kind: "delegate"
      readonly to: string
      readonly by: string
      readonly on: string
      readonly within: number
    }
  /** `by` takes back what he has delegated last, or the approval that he has let stand last. */
  | { readonly kind: "revoke"; readonly what: "delegation" | "standing"; readonly by: string }
  | { readonly kind: "after"; readonly after: number }
)

/** What is absent is not looked at. */
export interface Expectation {
  readonly verdict?: Verdict
  /** Ids or full names of contracts that decided it; others may have, too. */
  readonly contracts?: ReadonlyArray<string>
  /** Members with a task so far, in order, without `@`. */
  readonly tasks?: ReadonlyArray<string>
  /** Types emitted so far; others may have been, too. */
  readonly emits?: ReadonlyArray<string>
  /** Part of the reason. */
  readonly reason?: string
  /** The step itself was refused. */
  readonly error?: boolean
  /** Of the proposal. */
  readonly state?: ProposalState
  /** The option or candidate that has won it. */
  readonly winner?: string
}

/** Monday 2026-11-02T09:00:00Z. */
export const DEFAULT_TEST_TIME_MS = Date.UTC(2026, 10, 2, 9)
