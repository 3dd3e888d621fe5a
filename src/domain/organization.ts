/** Organizations and their members, in normal form. */
import type { Condition } from "./contract.ts"
import type { Position } from "./diagnostic.ts"

export interface Organization {
  /** With `@`. */
  readonly id: string
  readonly name?: string
  readonly description?: string
  readonly parent?: string
  /** For requests that no contract speaks to. */
  readonly default: "allow" | "deny"
  /** IANA name; `UTC` where the file says none. */
  readonly timezone: string
  readonly owner?: string
  readonly members: ReadonlyArray<Member>
  /** The first one is the organization's channel; `general` where the file names none. Never empty. */
  readonly channels: ReadonlyArray<string>
  readonly documents: ReadonlyArray<{ readonly name: string; readonly owner?: string }>
  readonly conditions: Readonly<Record<string, Condition>>
  readonly webhooks: ReadonlyArray<Webhook>
  /** Hash of the content in normal form, without secrets' values. */
  readonly version: string
  readonly position: Position
}

export interface Webhook {
  readonly source: string
  /** The text of the file, with `${{ env.NAME }}` unresolved: a value never leaves the door that verifies with it. */
  readonly secret: string
}

export interface Member {
  /** Without `@`. */
  readonly name: string
  readonly kind: "human" | "agent"
  readonly roles: ReadonlyArray<string>
  readonly weight: number
  /** `name@org` of an agent that is defined elsewhere. */
  readonly ref?: string
  readonly executor?: ExecutorConfig
  /** For a `ref`: `append` adds to what is defined elsewhere. */
  readonly prompt?: string
  readonly promptAppend?: string
  readonly limits?: RunLimits
  readonly schedule?: Schedule
  readonly position: Position
}

/** `kind` chooses the executor; the rest is its own configuration, checked by it. */
export interface ExecutorConfig {
  readonly kind: string
  readonly [key: string]: unknown
}

export interface RunLimits {
  readonly turns?: number
  readonly usd?: number
  readonly minutes?: number
  readonly retries?: number
}

export type Schedule = { readonly every: number } | { readonly cron: string }

/** Where no file names one. */
export const DEFAULT_CHANNEL = "general"
