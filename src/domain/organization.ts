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

/** Bounds of one run, and of how an agent is run. */
export interface RunLimits {
  readonly turns?: number
  readonly usd?: number
  readonly minutes?: number
  /** Longest time without a sign of life, in ms. */
  readonly silence?: number
  /** How often a failed task is given again. */
  readonly retries?: number
  /** Runs of the agent at the same time. */
  readonly runs?: number
}

/** A limit that one run can go over. */
export type RunLimit = "turns" | "usd" | "minutes" | "silence"

/** When an agent gets a task by itself; `every` is a time of idleness in ms, `cron` is in the organization's time zone. */
export type Schedule = ({ readonly every: number } | { readonly cron: string }) & { readonly goal?: string }

/** The executor of a member whose tasks wait until somebody says that they are done. */
export const HUMAN_EXECUTOR = "human"

/** Where no file names one. */
export const DEFAULT_CHANNEL = "general"
