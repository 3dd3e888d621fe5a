/** What the daemon answers, as far as the command line reads it. A test holds these to the service's own shapes. */
import type { Decision, Verdict } from "../domain/decision.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Delegation, HoldState } from "../domain/proposal.ts"

/** RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: ReadonlyArray<{ readonly pointer?: string; readonly parameter?: string; readonly detail: string }>
  readonly [extension: string]: unknown
}

export interface List<A> {
  readonly items: ReadonlyArray<A>
  readonly next?: string
}

export interface PublishAnswer {
  readonly id: string
  readonly seq: number
  readonly org: string
  readonly verdict: Verdict
  readonly hold?: string
  readonly holdState?: HoldState
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
  readonly contracts: ReadonlyArray<string>
  readonly revision: string
  readonly reason?: string
  readonly duplicate?: true
}

/** An event as every interface shows it. */
export interface ShownEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly time: string
  readonly org: string
  readonly seq: number
  readonly actor: string
  readonly data?: unknown
  readonly decision?: Decision
}

export interface Explanation {
  readonly event: string
  readonly org: string
  readonly text: string
}

export interface ContractView {
  readonly name: string
  readonly scope: string
  readonly version: string
  readonly mode: string
  readonly on: ReadonlyArray<string>
  readonly title?: string
  readonly file: string
  readonly line: number
  readonly description: string
  /** Of one contract alone, not of those in a list. */
  readonly source?: string
}

export interface DelegationView extends Delegation {
  readonly org: string
}

export interface OrganizationView {
  readonly id: string
  readonly members: ReadonlyArray<{
    readonly name: string
    readonly kind: "human" | "agent"
    readonly roles: ReadonlyArray<string>
  }>
}

export interface Status {
  readonly state: string
  readonly version: string
  readonly pid: number
  readonly startedAt: string
  readonly revision: string
  readonly contracts: number
  readonly organizations: number
  readonly openHolds: number
  readonly openProposals: number
  readonly openTasks: number
  readonly workspace: string
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<string>
}

export interface CreatedToken {
  readonly id: string
  readonly token: string
}
