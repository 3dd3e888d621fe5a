/**
 * Changes of the rules that were let through and cannot be carried out: how often each has been tried. People are told,
 * through the log, which is also from where a later daemon counts on.
 */
import { Cause, Clock, Effect } from "effect"
import type { ChangeStuck } from "../domain/change.ts"
import { isRefusal } from "../domain/refusal.ts"
import { daemonActor } from "../kernel/draft.ts"
import type { EventLog } from "../log/EventLog.ts"
import type { Mailboxes } from "./Mailboxes.ts"

/** After so many failed tries in a row a change is stuck, and people are told; again when there are twice as many. */
const STUCK_TRIES = 3

/** What could not be carried out is tried again this late, each time in a row twice as late, but never later than that. */
const RETRY_MS = 1_000
const MAX_RETRY_MS = 60_000

const MAX_ERROR_LENGTH = 1_024
/** Records of one request, at most so many of which are looked at. */
const MAX_TOLD = 100

export interface FailedTry {
  readonly org: string
  readonly change: string
  /** When it failed first, in ms since 1970. */
  readonly since: number
  readonly tries: number
  /** Of the last one. */
  readonly error: string
}

/** How long after a failed try the next one is due, in ms. */
export const pauseAfter = ({ tries }: FailedTry): number => Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (tries - 1))

export const countTries = (
  mailboxes: Pick<typeof Mailboxes.Service, "submit" | "state">,
  log: Pick<typeof EventLog.Service, "get" | "latest">,
) => {
  const failed = new Map<string, FailedTry>()
  /** How many tries there were when people were told. */
  const told = new Map<string, number>()

  const tell = Effect.fnUntraced(function* ({ org, change, tries, since, error }: FailedTry) {
    const seq = (yield* mailboxes.state(org)).changes.get(change)?.seq
    const asked = seq === undefined ? undefined : yield* log.get(org, seq)
    const answer = yield* mailboxes.submit(org, {
      kind: "report",
      type: "contract.change.stuck",
      actor: daemonActor(),
      data: { change, tries, since: new Date(since).toISOString(), error } satisfies ChangeStuck,
      ...(asked === undefined ? undefined : { cause: asked.event }),
    })
    if (!isRefusal(answer)) told.set(keyOf(org, change), tries)
  })

  return {
    failed: Effect.fnUntraced(function* (org: string, change: string, cause: Cause.Cause<unknown>) {
      const key = keyOf(org, change)
      const before = failed.get(key)
      const found: FailedTry = {
        org,
        change,
        since: before?.since ?? (yield* Clock.currentTimeMillis),
        tries: (before?.tries ?? 0) + 1,
        error: errorOf(Cause.squash(cause)),
      }
      failed.set(key, found)
      // Where not even that can be recorded, the log is what is in the way.
      if (found.tries >= Math.max(STUCK_TRIES, 2 * (told.get(key) ?? 0))) yield* Effect.ignoreCause(tell(found))
      return found
    }),
    succeeded: (org: string, change: string): void => {
      failed.delete(keyOf(org, change))
      told.delete(keyOf(org, change))
    },
    /** From what people were last told of a change that was asked for at `seq`: a restart mends nothing by itself. */
    goOn: (org: string, change: string, seq: number): Effect.Effect<void> =>
      Effect.gen(function* () {
        const asked = yield* log.get(org, seq)
        if (asked === undefined) return
        const { correlationid } = asked.event
        const { items } = yield* log.latest({ org, types: ["contract.change.stuck"], correlationid }, "", MAX_TOLD)
        const last = items.find(({ record: { event } }) => (event.data as ChangeStuck).change === change)?.record.event
        if (last === undefined) return
        const { tries, since = last.time, error } = last.data as ChangeStuck
        failed.set(keyOf(org, change), { org, change, since: Date.parse(since), tries, error })
        told.set(keyOf(org, change), tries)
      }).pipe(Effect.ignore),
    get stuck(): ReadonlyArray<FailedTry> {
      return [...failed.values()].filter(({ tries }) => tries >= STUCK_TRIES)
    },
  }
}

const keyOf = (org: string, change: string): string => `${org} ${change}`

const errorOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH)
