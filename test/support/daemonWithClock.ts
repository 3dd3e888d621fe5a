/**
 * The daemon as it is, for tests: its clock can be moved by the parent, it can be made to end itself at a fault point,
 * and events of types that only the daemon may report can be published. Started by `DaemonProcess`.
 */
import { flushCompileCache } from "node:module"
import { Clock, Context, Effect, Logger } from "effect"
import { startDaemon } from "../../src/daemon.ts"
import type { Incoming } from "../../src/domain/event.ts"
import { encodeState } from "../../src/kernel/snapshot.ts"
import { Projections } from "../../src/log/Projections.ts"
import { type FaultHook, type FaultPoint, Faults } from "../../src/supervision/Faults.ts"
import { MAX_WAITING_COMMANDS } from "../../src/supervision/mailbox.ts"
import { Mailboxes, type Submitted } from "../../src/supervision/Mailboxes.ts"
import { Oracle } from "../../src/supervision/Oracle.ts"
import { bothHooks, faultHookOf } from "./faultHook.ts"
import { makeVirtualClock, type VirtualClock } from "./virtualClock.ts"

export interface EntryOptions {
  readonly workspace: string
  readonly data: string
  /** Virtual time from here on, in ms since 1970; absent: the real clock. */
  readonly now?: number
  /** Bounds of the daemon's; its own where they are not said. */
  readonly maxRuns?: number
  readonly graceMs?: number
  /** What becomes of edits on disk; absent: as before. */
  readonly diskEdits?: "apply" | "confirm"
  /** A mailbox that takes no more from the moment that a point is passed first, with this detail, until it has caught up. */
  readonly crowd?: { readonly point: FaultPoint; readonly detail: string; readonly org: string }
}

/** What the parent may ask for beside the doors, and what it is answered. */
export interface SideChannel {
  readonly advance: { readonly ask: { readonly to: number }; readonly answer: null }
  readonly publish: { readonly ask: { readonly event: Incoming }; readonly answer: Submitted }
  /** Encoded states by organization. */
  readonly states: { readonly ask: object; readonly answer: Readonly<Record<string, string>> }
  readonly digest: { readonly ask: object; readonly answer: string }
  readonly oracleSettled: { readonly ask: object; readonly answer: null }
}

export type Ask = {
  readonly [K in keyof SideChannel]: { readonly id: number; readonly kind: K } & SideChannel[K]["ask"]
}[keyof SideChannel]
export type Told =
  | { readonly kind: "ready"; readonly url: string; readonly token: string }
  | { readonly kind: "answer"; readonly id: number; readonly value?: unknown; readonly error?: string }

/** Longest wait, in real time, for the mailboxes to do what has become due. */
const DUE_MS = 20_000

const options = JSON.parse(process.argv[2]!) as EntryOptions
const time: VirtualClock | undefined = options.now === undefined ? undefined : makeVirtualClock(options.now)
const tell = (message: Told): void => void process.send!(message)

/** Once there are mailboxes. */
let crowd: ((org: string) => void) | undefined
let isCrowdDue = true
const crowding: FaultHook = {
  pass: (point, detail) => {
    if (!isCrowdDue || point !== options.crowd?.point || detail !== options.crowd.detail) return
    isCrowdDue = false
    crowd!(options.crowd.org)
  },
}

const program = Effect.gen(function* () {
  const daemon = yield* startDaemon({
    workspace: options.workspace,
    data: options.data,
    host: "127.0.0.1",
    port: 0,
    environment: process.env,
    ...(options.maxRuns === undefined ? undefined : { maxRuns: options.maxRuns }),
    ...(options.diskEdits === undefined ? undefined : { diskEdits: options.diskEdits }),
    ...(options.graceMs === undefined ? undefined : { graceMs: options.graceMs }),
  })
  const mailboxes = Context.get(daemon.context, Mailboxes)
  const projections = Context.get(daemon.context, Projections)
  const oracle = Context.get(daemon.context, Oracle)
  crowd = (org) => {
    for (let waiting = 0; waiting < MAX_WAITING_COMMANDS; waiting++)
      Effect.runFork(mailboxes.submit(org, { kind: "tick" }))
  }

  /** From timer to timer, each seen by the mailbox itself, as in a daemon that is awake all the time. */
  const advance = async (to: number): Promise<void> => {
    const { set } = time!
    for (;;) {
      const next = Math.min(to, ...mailboxes.states().map(({ nextTimer }) => nextTimer))
      set(next)
      const due = mailboxes.states().filter(({ nextTimer }) => nextTimer <= next)
      const deadline = performance.now() + DUE_MS
      while (mailboxes.states().some(({ nextTimer }) => nextTimer <= next)) {
        if (performance.now() > deadline) throw new Error("a timer that is due does not fire")
        await new Promise(setImmediate)
      }
      // One by one: what has fired is written by the time that the next command is answered.
      for (const { org } of due) await Effect.runPromise(mailboxes.submit(org, { kind: "tick" }))
      if (next >= to) return
    }
  }

  const answers: {
    readonly [K in keyof SideChannel]: (ask: SideChannel[K]["ask"]) => Promise<SideChannel[K]["answer"]>
  } = {
    advance: async ({ to }) => {
      await advance(to)
      return null
    },
    publish: ({ event }) => Effect.runPromise(mailboxes.submit(event.org, { kind: "publish", event })),
    states: () =>
      Promise.resolve(Object.fromEntries(mailboxes.states().map((state) => [state.org, encodeState(state)]))),
    digest: () => Effect.runPromise(projections.digest),
    oracleSettled: () => Effect.runPromise(Effect.as(oracle.settled, null)),
  }
  process.on("message", (ask: Ask) => {
    ;(answers[ask.kind] as (ask: unknown) => Promise<unknown>)(ask).then(
      (value) => tell({ kind: "answer", id: ask.id, value }),
      (error: unknown) =>
        tell({
          kind: "answer",
          id: ask.id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    )
  })
  // A process that is killed would not keep it.
  flushCompileCache()
  tell({ kind: "ready", url: daemon.url, token: daemon.operatorToken })
  yield* daemon.stopping
})

process.on("disconnect", () => process.exit(0))
const hook = faultHookOf(process.env["CHARTER_FAULT"])
await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provideService(Faults, options.crowd === undefined ? hook : bothHooks(hook, crowding)),
    Effect.provideService(Clock.Clock, time?.clock ?? (await Effect.runPromise(Clock.Clock))),
    Effect.provide(Logger.layer([Logger.consolePretty()])),
  ),
)
process.exit(0)
