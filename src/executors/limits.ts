/** What a run may spend before it is stopped. */
import { amount } from "../domain/amount.ts"
import type { RunLimit, RunLimits } from "../domain/organization.ts"
import { durationInWords } from "../domain/duration.ts"
import type { Chunk } from "./Executor.ts"

/** Longest run, in minutes, of a member whose limits name no time. */
export const DEFAULT_RUN_MINUTES = 60
/** Longest run that any limit can grant, in minutes: a week. */
export const MAX_RUN_MINUTES = 7 * 24 * 60

export type Usage = Extract<Chunk, { readonly kind: "usage" }>

/**
 * Why a run was stopped, and whether another attempt makes sense. What a run was given is spent: over its limit it is
 * not tried again by itself. A run that has fallen silent hangs, and that may pass.
 */
export interface LimitReached {
  readonly error: string
  readonly retry: boolean
  readonly limit?: RunLimit
}

/** Minutes that a run may take. */
export const minutesOf = (limits: RunLimits): number => Math.min(limits.minutes ?? DEFAULT_RUN_MINUTES, MAX_RUN_MINUTES)

export const timeReached = (minutes: number): LimitReached => ({
  error: `stopped: the limit of ${amount(minutes, "minute")} is reached`,
  retry: false,
  limit: "minutes",
})

export const silenceReached = (silenceMs: number): LimitReached => ({
  error: `stopped: no sign of life for ${durationInWords(silenceMs)}`,
  retry: true,
  limit: "silence",
})

/** Adds up the usage of one run; answers with the limit that it has passed, if any. */
export const meterOf = (limits: RunLimits): ((usage: Usage) => LimitReached | undefined) => {
  let turns = 0
  let usd = 0
  return (usage) => {
    turns += usage.turns ?? 0
    usd += usage.usd ?? 0
    if (limits.turns !== undefined && turns > limits.turns)
      return { error: `stopped: ${turns} turns are over the limit of ${limits.turns}`, retry: false, limit: "turns" }
    if (limits.usd !== undefined && usd > limits.usd)
      return { error: `stopped: ${usd} US dollars are over the limit of ${limits.usd}`, retry: false, limit: "usd" }
    return undefined
  }
}
