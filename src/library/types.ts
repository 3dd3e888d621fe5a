/**
 * What programs see that use Charter as a library. These types stand for themselves: they are shipped as declarations,
 * and whoever uses them needs no types of the packages that Charter is made of.
 */

export type Verdict = "allow" | "deny" | "hold" | "expired"

export interface OpenOptions {
  /** A folder with `contracts/` and `organizations/`, which is watched: what is saved there takes effect. */
  readonly workspace?: string
  /** Or the files themselves, by their path in a workspace: `{ "contracts/deploys.yaml": "…" }`. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder of the log, which is made where it is missing. Without one, the log is gone when the daemon closes. */
  readonly data?: string
  /** Opens the doors, REST and WebSocket, too: port 5099 of 127.0.0.1 unless it says otherwise; 0 is any port. */
  readonly listen?: { readonly host?: string; readonly port?: number }
  /** Where secrets of webhooks are looked up, and what is set for logs and telemetry. Default: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** An event as it is published. */
export interface NewEvent {
  readonly type: string
  /** The same id of the same publisher is the same event: it gets the first decision. Default: a new one. */
  readonly id?: string
  /** Default: `@global`; for an agent its own organization. */
  readonly org?: string
  readonly subject?: string
  readonly data?: unknown
  readonly correlationid?: string
  readonly causationid?: string
}

/** What was decided. */
export interface Decided {
  readonly id: string
  readonly seq: number
  readonly org: string
  readonly verdict: Verdict
  /** Of a held event: the hold, how it is by now, and the proposals that it waits for. */
  readonly hold?: string
  readonly holdState?: HoldState
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
  /** Full names of the contracts that made the verdict. */
  readonly contracts: ReadonlyArray<string>
  readonly revision: string
  readonly reason?: string
  /** The same event had been published before. */
  readonly duplicate?: true
}

/** An event of the log. */
export interface LoggedEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  /** RFC 3339. */
  readonly time: string
  readonly org: string
  readonly seq: number
  readonly actor: { readonly name: string; readonly kind: "human" | "agent" | "system" | "external" | "operator" }
  readonly data?: unknown
  readonly correlationid: string
  readonly causationid?: string
  /** Absent where nothing was to be decided. */
  readonly decision?: {
    readonly verdict: Verdict
    readonly contracts: ReadonlyArray<string>
    readonly revision: string
    readonly reason?: string
  }
  /** Where it stands in the log: `follow({ after: cursor })` goes on behind it. */
  readonly cursor?: string
}

export interface EventFilter {
  readonly org?: string
  /** Patterns: `deploy.requested`, `deploy.*`. */
  readonly types?: ReadonlyArray<string>
}

export interface EventQuery extends EventFilter {
  /** All that follows from one first event. */
  readonly correlationid?: string
  /** Default 100, at most 1,000. */
  readonly limit?: number
  /** Default `oldest`. */
  readonly order?: "oldest" | "newest"
  /** `next` of the page before. */
  readonly after?: string
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** For `after`: there is more, or may be. */
  readonly next?: string
}

/** Why an event was decided as it was. */
export interface Explanation {
  readonly event: string
  readonly org: string
  readonly verdict?: Verdict
  readonly revision?: string
  /** For people: which contract, which condition with which value, what would change the answer. */
  readonly text: string
}

export type HoldState = "held" | "released" | "denied" | "expired" | "cancelled"

export interface Hold {
  readonly id: string
  readonly org: string
  /** Id of the held event. */
  readonly event: string
  readonly type: string
  readonly state: HoldState
  readonly proposals: ReadonlyArray<string>
  readonly opened: string
  readonly reason?: string
}

export interface Proposal {
  readonly id: string
  readonly org: string
  readonly question: string
  readonly state: "active" | "succeeded" | "defeated" | "expired" | "cancelled"
  readonly electorate: ReadonlyArray<{
    readonly name: string
    readonly kind: "human" | "agent" | "operator"
    readonly weight: number
  }>
  readonly votes: ReadonlyArray<{ readonly by: string; readonly choice: string; readonly reason?: string }>
  /** RFC 3339. */
  readonly deadline: string
}

export interface Vote {
  readonly choice: "approve" | "deny" | "abstain" | (string & {})
  readonly reason?: string
}

export interface Task {
  readonly id: string
  readonly org: string
  /** Id of the event that it follows from. */
  readonly event: string
  /** Who works on it. */
  readonly member: string
  readonly contract: string
  readonly goal?: string
  readonly state: "queued" | "running" | "waiting" | "parked" | "completed" | "failed" | "dead" | "cancelled"
  readonly attempt: number
  readonly result?: unknown
  readonly error?: string
}

export interface HoldFilter {
  readonly org?: string
  readonly state?: string
  /** Default 100, at most 1,000. */
  readonly limit?: number
  readonly after?: string
}

export interface ListFilter extends HoldFilter {
  /** Proposals: an elector; tasks: who works on it. */
  readonly member?: string
}
