/** Agents: how each stands, and how one is asked for. */

/** An agent of one organization. */
export interface AgentView {
  readonly name: string
  readonly org: string
  readonly roles: ReadonlyArray<string>
  readonly executor?: string
  readonly model?: string
  /** One that is stopped takes nothing; what ran when it was stopped may still run. */
  readonly state: "idle" | "executing" | "stopped"
  readonly stopped?: { readonly by: string; readonly at: string; readonly reason?: string }
  /** Absent while something is queued, running, unread or being voted on. */
  readonly idleSince?: string
  readonly running: ReadonlyArray<RunView>
  /** Runs that it may have at the same time. */
  readonly runs: number
  readonly queued: number
  /** Tasks that wait for an approval of their run, or for whoever does them himself. */
  readonly waiting: number
  /** Messages and mentions, counted up to 100. */
  readonly unread: number
  /** Those that its file names; `silence` is a duration. */
  readonly limits: {
    readonly turns?: number
    readonly usd?: number
    readonly minutes?: number
    readonly silence?: string
    readonly retries?: number
  }
  /** `next`: when it is due, if nothing comes up. */
  readonly schedule?: {
    readonly every?: string
    readonly cron?: string
    readonly goal?: string
    readonly next?: string
  }
}

/** A run that goes on, and what it has used so far. */
export interface RunView {
  readonly run: string
  readonly task: string
  readonly attempt: number
  readonly since: string
  readonly goal?: string
  readonly usd: number
  readonly tokens: number
  readonly turns: number
}

/** An agent as an organization's file has it; what is absent is not there. */
export interface AgentInput {
  readonly roles?: ReadonlyArray<string>
  readonly weight?: number
  readonly executor?: Readonly<Record<string, unknown>>
  readonly prompt?: string
  readonly limits?: Readonly<Record<string, number>>
  readonly schedule?: Readonly<Record<string, string>>
}

/** What is `null` goes, what is absent stays. */
export type AgentChange = { readonly [Key in keyof AgentInput]: AgentInput[Key] | null }
