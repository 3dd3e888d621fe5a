/** What can be asked of an organization's kernel, and what it answers. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import type { Actor, Event, Incoming } from "../domain/event.ts"
import type { RunLimit } from "../domain/organization.ts"
import type { Choice, StandingTerms } from "../domain/proposal.ts"
import type { Refusal } from "../domain/refusal.ts"

/** How an event is to be called, so that the same command twice makes it once; else by its place in the log. */
export interface EventName {
  readonly id: string
  readonly source: string
}

export type Command =
  | {
      readonly kind: "publish"
      readonly event: Incoming
      /** Its id was made by the daemon just now: nobody can have published it before. */
      readonly fresh?: true
      /** Size of what was sent. */
      readonly bytes?: number
    }
  | {
      readonly kind: "vote"
      readonly proposal: string
      readonly by: Actor
      readonly choice: Choice
      readonly reason?: string
      /** Of the action that the voter has seen; refused where it differs. */
      readonly digest?: string
      /** Approves the same kind again by itself. */
      readonly standing?: StandingTerms
    }
  /** A human's votes on held events of this pattern are another's, until he casts one himself. */
  | {
      readonly kind: "delegate"
      readonly by: Actor
      readonly to: string
      readonly on: string
      readonly expires: string
      readonly as?: EventName
    }
  | { readonly kind: "revokeDelegation"; readonly by: Actor; readonly id: string }
  /** By the vote that gave it. What it has approved stays approved. */
  | { readonly kind: "revokeStanding"; readonly by: Actor; readonly id: string }
  /** Ends a hold by one of its names: the hold's own id, or that of one of its proposals. */
  | { readonly kind: "cancel"; readonly target: string; readonly by: Actor; readonly reason?: string }
  /** The operator lets through what waits for him, by one of its names. */
  | { readonly kind: "accept"; readonly target: string; readonly by: Actor; readonly reason?: string }
  | {
      readonly kind: "lease"
      readonly task: string
      readonly worker: string
      readonly leaseMs: number
      readonly executor: string
      readonly model?: string
      readonly by: Actor
    }
  | {
      readonly kind: "progress"
      readonly task: string
      readonly run: string
      readonly text?: string
      readonly data?: unknown
      readonly leaseMs: number
    }
  /** Where a run is: the next attempt goes on from there. */
  | {
      readonly kind: "checkpoint"
      readonly task: string
      readonly run: string
      readonly data: unknown
      readonly leaseMs: number
    }
  | {
      readonly kind: "usage"
      readonly run: string
      readonly usd: number
      readonly tokens: number
      readonly turns: number
      /** Of a run that has ended: an operator's correction. */
      readonly minutes?: number
    }
  | {
      readonly kind: "finish"
      readonly task: string
      readonly run: string
      readonly outcome:
        | { readonly success: true; readonly result: unknown }
        | {
            readonly success: false
            readonly error: string
            readonly retry: boolean
            readonly limit?: RunLimit
            readonly lost?: true
          }
      readonly retries: number
    }
  /** A member says what has become of a task that no executor runs, or how far it is. */
  | {
      readonly kind: "byHand"
      readonly task: string
      readonly by: Actor
      readonly says:
        | { readonly kind: "completed"; readonly result: unknown }
        | { readonly kind: "failed"; readonly error: string; readonly again: boolean }
        | { readonly kind: "progress"; readonly text?: string; readonly data?: unknown }
    }
  /** The agent takes nothing until it is started again. */
  | { readonly kind: "stopAgent"; readonly agent: string; readonly by: Actor; readonly reason?: string }
  | { readonly kind: "startAgent"; readonly agent: string; readonly by: Actor }
  /** Ends what the agent runs now; `again`: its tasks are given again. */
  | {
      readonly kind: "interrupt"
      readonly agent: string
      readonly by: Actor
      readonly reason?: string
      readonly again: boolean
    }
  | { readonly kind: "cancelTask"; readonly task: string; readonly by: Actor; readonly reason: string }
  /** A fact or control event of the daemon's own: a revision, a token, a jump of the clock. */
  | {
      readonly kind: "report"
      readonly type: keyof BuiltinData
      readonly data: unknown
      readonly actor: Actor
      readonly subject?: string
      readonly as?: EventName
      /** What it follows from, though it was not decided in the same commit. */
      readonly cause?: Pick<Event, "id" | "correlationid" | "traceparent">
    }
  /** Fires what is due. Every other command does so first, too. */
  | { readonly kind: "tick" }

/** What a command came to. `event` and `decision` are those of the first record that it made. */
export interface Done {
  readonly event?: Event
  readonly decision?: Decision
  /** `lease`: is the run begun, waiting for an approval, or refused? */
  readonly run?: {
    readonly id: string
    readonly attempt: number
    readonly state: "started" | "waiting" | "denied"
    readonly reason?: string
  }
}

export type Answer = Done | Refusal
