/** Organizations: what their files say, and what is open in them. */
import type { Member, Organization } from "../../domain/organization.ts"
import type { Delegation } from "../../domain/proposal.ts"
import type { StandingView } from "./governance.ts"

export interface OrganizationSummary extends Pick<
  Organization,
  "id" | "name" | "description" | "parent" | "default" | "timezone" | "owner" | "channels"
> {
  readonly members: ReadonlyArray<Pick<Member, "name" | "kind" | "roles" | "weight">>
}

/** What decides in an organization, as its log has made it up to the record `seq`; `time`: of that record. */
export interface OrganizationStateView {
  readonly org: string
  readonly seq: number
  readonly time?: string
  readonly revision: string
  readonly holds: ReadonlyArray<{
    readonly id: string
    readonly event: string
    readonly type: string
    readonly actor: string
    readonly opened: string
    readonly proposals: ReadonlyArray<string>
    /** It waits for room, until then. */
    readonly until?: string
  }>
  readonly proposals: ReadonlyArray<{
    readonly id: string
    readonly question: string
    readonly deadline: string
    readonly votes: ReadonlyArray<{ readonly by: string; readonly choice: string }>
  }>
  readonly tasks: ReadonlyArray<{
    readonly id: string
    readonly member: string
    readonly event: string
    readonly state: "queued" | "running" | "waiting"
    readonly attempt: number
  }>
  readonly runs: ReadonlyArray<{
    readonly id: string
    readonly task: string
    readonly member: string
    readonly started: string
    readonly usd: number
    readonly tokens: number
    readonly turns: number
  }>
  readonly delegations: ReadonlyArray<Delegation>
  readonly standing: ReadonlyArray<Omit<StandingView, "org">>
  readonly agents: ReadonlyArray<{
    readonly name: string
    readonly since: string
    readonly stopped?: string
    readonly next?: string
  }>
  readonly documents: ReadonlyArray<{ readonly name: string; readonly version: number }>
  /** Changes of the rules that have not come to their end, and what this organization makes of each. */
  readonly changes: ReadonlyArray<{
    readonly id: string
    readonly state: "waiting" | "allowed" | "refused"
    /** Why it is not in force, though it was let through; not of the past. */
    readonly stuck?: string
  }>
}
