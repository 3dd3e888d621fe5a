/**
 * One mailbox per organization: a bounded queue with one writer. What has gathered is decided in one turn, written as
 * one commit, and only then is anyone answered. Timers are the writer's own: nobody else makes time pass.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import type { LogRecord } from "../domain/record.ts"
import type { Refusal } from "../domain/refusal.ts"
import type { Command, Done } from "../kernel/command.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { EventLog, type LogUnavailable } from "../log/EventLog.ts"
import type { TraceSpan } from "../observability/Tracing.ts"
import { Mailbox, type MailboxFigures } from "./mailbox.ts"
import { Revisions } from "./Revisions.ts"

/**
 * Told after each commit, synchronously and in order; must not block. Without records where the state was made from the
 * log, at first or after a failure: what has become due meanwhile may be looked for.
 */
export type Committed = (org: string, records: ReadonlyArray<LogRecord>, state: OrganizationState) => void

export type Submitted = (Done & { readonly duplicate?: true }) | Refusal

export class Mailboxes extends Context.Service<
  Mailboxes,
  {
    /**
     * Decides a command and writes what follows. Fails where the log cannot be written; then nothing has happened. The
     * steps of its way become parts of `span`.
     */
    readonly submit: (org: string, command: Command, span?: TraceSpan) => Effect.Effect<Submitted, LogUnavailable>
    /** The live state. Read only, and only until the next asynchronous step. */
    readonly state: (org: string) => Effect.Effect<OrganizationState, LogUnavailable>
    /** The live states of those whose mailbox is open; one that a failure took away is missing until it is made again. */
    readonly states: () => ReadonlyArray<OrganizationState>
    /** Opens the mailbox of every organization that the log or the current revision knows, and adopts that revision. */
    readonly openAll: Effect.Effect<void, LogUnavailable>
    readonly onCommitted: (listener: Committed) => void
    /** Of every mailbox that is open. */
    readonly figures: () => ReadonlyArray<MailboxFigures>
    /**
     * Why the log could not be written when that was last tried, in any mailbox; `undefined` where it could. Tried on
     * without anybody's word.
     */
    readonly unwritable: () => string | undefined
    /** Takes nothing new, finishes what waits, and keeps a snapshot of every organization. */
    readonly drain: Effect.Effect<void>
  }
>()("charter/supervision/Mailboxes") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const log = yield* EventLog
      const revisions = yield* Revisions
      const scope: Scope.Scope = yield* Effect.scope
      const context = yield* Effect.context<EventLog | Revisions>()
      const listeners: Array<Committed> = []
      const open = new Map<string, Mailbox>()
      let draining = false
      let unwritable: string | undefined

      const mailbox = (org: string): Mailbox => {
        let box = open.get(org)
        if (box === undefined) {
          box = new Mailbox(
            org,
            context,
            scope,
            (records, state) => {
              for (const listener of listeners) listener(org, records, state)
            },
            (failure) => {
              unwritable = failure?.message
            },
          )
          if (draining) box.refuseNew()
          open.set(org, box)
        }
        return box
      }

      return Mailboxes.of({
        submit: (org, command, span) => mailbox(org).submit(command, span),
        state: (org) => mailbox(org).state,
        states: () => [...open.values()].flatMap((box) => box.loaded),
        openAll: Effect.gen(function* () {
          const known = new Set([
            ...(yield* log.organizations),
            ...revisions.current().definitions.organizations.keys(),
          ])
          yield* Effect.forEach(known, (org) => mailbox(org).submit({ kind: "tick" }), {
            discard: true,
            concurrency: 16,
          })
        }),
        onCommitted: (listener) => {
          listeners.push(listener)
        },
        figures: () => [...open.values()].map((box) => box.figures),
        unwritable: () => unwritable,
        drain: Effect.suspend(() => {
          draining = true
          return Effect.forEach(open.values(), (box) => box.drain, { discard: true, concurrency: 16 })
        }),
      })
    }),
  )
}
