/**
 * Carries out changes of the rules that have been let through. What is to be done is found in the log: a change that was
 * asked for and has not come to its end is taken up again after whatever interrupted it. It is asked for in the log of
 * every organization that decides on it, one after the other; the first one brings it to its end, and is the last in
 * whose log that end is recorded.
 */
import { Clock, Context, Effect, Layer, Queue, Semaphore } from "effect"
import {
  type ChangeCancelled,
  type Changed,
  type ChangeFailed,
  type ChangeRequested,
  isChangeRequest,
  type JoinRequested,
} from "../domain/change.ts"
import type { Decision } from "../domain/decision.ts"
import { type Actor, type Event, type Incoming, requesterOf } from "../domain/event.ts"
import { HOLD_ENDS } from "../domain/proposal.ts"
import { isRefusal, type Refusal, refuse } from "../domain/refusal.ts"
import type { LogRecord } from "../domain/record.ts"
import { isJoin } from "../kernel/changes.ts"
import type { Command } from "../kernel/command.ts"
import { daemonActor } from "../kernel/draft.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { EventLog, LogUnavailable } from "../log/EventLog.ts"
import { Projections } from "../log/Projections.ts"
import { Workspace } from "../workspace/Workspace.ts"
import type { Written } from "../workspace/writeChange.ts"
import { decidingOrganizations, needsOperatorAfterAll } from "./deciding.ts"
import { countTries, type FailedTry, pauseAfter } from "./failedTries.ts"
import { type Ending, makeEndings } from "./endings.ts"
import { Faults } from "./Faults.ts"
import { joinFiles } from "./joinFiles.ts"
import { Mailboxes } from "./Mailboxes.ts"
import { Revisions } from "./Revisions.ts"
import { Rules } from "./Rules.ts"
import { seenFrom } from "./seenFrom.ts"

/** What an organization has made of a change when it was asked. */
export interface Asked {
  readonly org: string
  readonly event: Event
  readonly decision: Decision | undefined
}

/** What an organization makes of a change now. */
type Stand = { readonly state: "allowed" | "waiting" } | { readonly state: "refused"; readonly reason: string }

/** So often a join is made anew where the organization's file changes under it. */
const MAX_ATTEMPTS = 5

export class Changes extends Context.Service<
  Changes,
  {
    /**
     * Asks for a change in the first organization that decides on it, and where that does not refuse, in the others. A
     * refusal of the first means that nothing has been asked.
     */
    readonly ask: (
      event: Incoming,
      deciding: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyArray<Asked> | Refusal, LogUnavailable>
    /** How a change has ended; waits for it at most so many milliseconds. `undefined` where it has not, or was refused. */
    readonly ending: (change: string, waitMs: number) => Effect.Effect<Ending | undefined, LogUnavailable>
    /**
     * Gives up a change that `org`, the first that decides on it, has not brought to its end: it is not carried out any
     * more, whatever happens, and ends as failed. Refused where it is written.
     */
    readonly cancel: (
      org: string,
      change: string,
      by: Actor,
      reason: string | undefined,
    ) => Effect.Effect<void | Refusal, LogUnavailable>
    /** Has it been asked for, and not come to its end? */
    readonly isOpen: (change: string) => boolean
    /** Those that were let through, and that cannot be carried out as things are; they are tried on. */
    readonly stuck: () => ReadonlyArray<FailedTry>
    /** Takes up what an earlier daemon left, and whatever is let through from now on. */
    readonly start: Effect.Effect<void>
  }
>()("charter/supervision/Changes") {
  static readonly layer = Layer.effect(
    this,
    Effect.suspend(() => make()),
  )
}

const make = Effect.fnUntraced(function* () {
  const mailboxes = yield* Mailboxes
  const workspace = yield* Workspace
  const rules = yield* Rules
  const revisions = yield* Revisions
  const log = yield* EventLog
  const projections = yield* Projections
  const faults = yield* Faults
  const scope = yield* Effect.scope
  const stirred = yield* Queue.sliding<void>(1)
  const tries = countTries(mailboxes, log)
  const isOpen = (change: string): boolean => mailboxes.states().some(({ changes }) => changes.has(change))
  const endings = makeEndings(log, isOpen)
  /** A change is not given up while it is being written. */
  const turn = yield* Semaphore.make(1)
  /** When the next round is due though nothing stirs, in ms since 1970. */
  let retryAt = Infinity

  const asking = (org: string, event: Event | Incoming): Command => ({
    kind: "publish",
    event: seenFrom(revisions.current().definitions, event, org),
  })

  /** What a change cannot go on without: a mailbox that takes nothing now fails the try, and there will be another. */
  const submit = Effect.fnUntraced(function* (org: string, command: Command) {
    const answer = yield* mailboxes.submit(org, command)
    return isRefusal(answer) && answer.code === "busy"
      ? yield* new LogUnavailable({ operation: "submit", reason: answer.message })
      : answer
  })

  const ask = Effect.fn("Changes.ask")(function* (event: Incoming, deciding: ReadonlyArray<string>) {
    const asked: Array<Asked> = []
    for (const org of deciding) {
      const answer = yield* mailboxes.submit(org, asking(org, event))
      if (isRefusal(answer)) {
        if (asked.length === 0) return answer
        break
      }
      asked.push({ org, event: answer.event!, decision: answer.decision })
      if (answer.decision?.verdict === "deny") break
    }
    return asked
  })

  /** Asks there where nobody has, and says how it stands. */
  const standIn = Effect.fnUntraced(function* (org: string, event: Event): Effect.fn.Return<Stand, LogUnavailable> {
    const answer = yield* submit(org, asking(org, event))
    if (isRefusal(answer)) return { state: "refused", reason: answer.message }
    const { verdict, hold = "", reason = "" } = answer.decision!
    if (verdict === "allow") return { state: "allowed" }
    if (verdict !== "hold") return { state: "refused", reason }
    if ((yield* mailboxes.state(org)).holds.has(hold)) return { state: "waiting" }
    const view = yield* projections.hold(hold)
    return view?.state === "released" ? { state: "allowed" } : { state: "refused", reason: view?.reason ?? "" }
  })

  /** Takes a change as far as it goes; `org` is the first that decides on it. */
  const drive = Effect.fnUntraced(function* (org: string, change: string) {
    const open = (yield* mailboxes.state(org)).changes.get(change)
    const record = open === undefined ? undefined : yield* log.get(org, open.seq)
    if (open === undefined || record === undefined) return
    const { event } = record
    const asked = event.data as ChangeRequested | JoinRequested
    if (asked.deciding[0] !== org) return
    if (open.by !== undefined) return yield* fail(event, "cancelled", open.reason ?? "", open.by)
    const stands = new Map<string, Stand>([
      [org, open.state === "refused" ? { state: "refused", reason: open.reason ?? "" } : { state: open.state }],
    ])
    for (const other of asked.deciding.slice(1)) {
      if ([...stands.values()].some(({ state }) => state === "refused")) break
      stands.set(other, yield* standIn(other, event))
    }
    for (const [by, stand] of stands)
      if (stand.state === "refused") return yield* fail(event, "refused", `${by} has refused it: ${stand.reason}`)
    if ([...stands.values()].some(({ state }) => state === "waiting")) return
    yield* carryOut(event, asked)
  })

  const carryOut = Effect.fnUntraced(function* (event: Event, asked: ChangeRequested | JoinRequested) {
    let written: Written = { written: false, code: "file-changed", reason: "" }
    let files = isJoin(asked) ? [] : asked.files
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !written.written && written.code === "file-changed"; attempt++) {
      if (isJoin(asked)) {
        const made = joinFiles(yield* workspace.current, asked)
        if ("problem" in made) {
          written = { written: false, code: "not-written", reason: made.problem }
          break
        }
        files = made.files
      } else if (attempt > 0) break
      written =
        files.length === 0
          ? { written: true, set: yield* workspace.current }
          : yield* workspace.write(
              asked.change,
              files,
              (preview, unmade) => {
                if (!isJoin(asked) && asked.edit !== undefined && unmade.length > 0)
                  return {
                    written: false,
                    code: "edit-taken-back",
                    reason: `the edit that was accepted is not in ${unmade.join(" and ")} any more; whoever wants it all the same proposes it`,
                  }
                const others = decidingOrganizations(preview).filter((one) => !asked.deciding.includes(one))
                return others.length === 0
                  ? needsOperatorAfterAll(preview, event)
                  : {
                      written: false,
                      code: "concerns-others",
                      reason: `with what has changed since, it concerns ${others.join(" and ")}, too`,
                    }
              },
              (point) => faults?.pass(point, asked.change),
            )
    }
    if (!written.written) return yield* fail(event, written.code, written.reason)
    yield* rules.takeUp
    faults?.pass("adopted", asked.change)
    const data: Changed = {
      change: asked.change,
      revision: written.set.revision,
      files: files.map(({ file }) => file),
      summary: asked.summary,
      requester: requesterOf(event.actor).name,
    }
    for (const org of lastFirst(asked.deciding)) yield* end(org, event, { type: "contract.changed", data })
    yield* workspace.forget(asked.change)
  })

  /** Ends what waits for it elsewhere, and says so to all. */
  const fail = Effect.fnUntraced(function* (event: Event, code: string, reason: string, by?: string) {
    const asked = event.data as ChangeRequested | JoinRequested
    const data: ChangeFailed = {
      change: asked.change,
      files: isJoin(asked) ? [] : asked.files.map(({ file }) => file),
      summary: asked.summary,
      requester: requesterOf(event.actor).name,
      code,
      reason,
      ...(by === undefined ? undefined : { by }),
    }
    for (const org of lastFirst(asked.deciding)) {
      for (const hold of (yield* mailboxes.state(org)).holds.values())
        if (isChangeRequest(hold.event.type) && hold.event.id === event.id)
          yield* submit(org, { kind: "cancel", target: hold.id, by: daemonActor(), reason })
      yield* end(org, event, { type: "contract.change.failed", data })
    }
    yield* workspace.forget(asked.change)
  })

  /** Once, however often it is tried. */
  const end = Effect.fnUntraced(function* (org: string, event: Event, ending: Ending) {
    if (!(yield* mailboxes.state(org)).changes.has(ending.data.change)) return
    yield* submit(org, {
      kind: "report",
      ...ending,
      actor: daemonActor(requesterOf(event.actor)),
      cause: event,
      ...(event.subject === undefined ? undefined : { subject: event.subject }),
    })
  })

  const cancel = Effect.fnUntraced(function* (org: string, change: string, by: Actor, reason: string | undefined) {
    const open = (yield* mailboxes.state(org)).changes.get(change)
    if (open === undefined) return refuse("conflict", "change-ended", `${change} has come to its end already`)
    if (open.by !== undefined) return
    const withdrawn = yield* Effect.result(workspace.withdraw(change))
    if (withdrawn._tag === "Failure") return withdrawn.failure
    const asked = yield* log.get(org, open.seq)
    const answer = yield* mailboxes.submit(org, {
      kind: "report",
      type: "contract.change.cancelled",
      actor: by,
      data: { change, by: by.name, ...(reason === undefined ? undefined : { reason }) } satisfies ChangeCancelled,
      ...(asked === undefined ? undefined : { cause: asked.event }),
    })
    if (isRefusal(answer)) return answer
  })

  /** One that fails keeps no other from its end. */
  const attempt = (org: string, change: string) =>
    turn.withPermit(drive(org, change)).pipe(
      Effect.matchCauseEffect({
        onSuccess: () => Effect.sync(() => tries.succeeded(org, change)),
        onFailure: Effect.fnUntraced(function* (cause) {
          yield* Effect.logError(`the change ${change} could not be carried out; it is tried again`, cause)
          yield* stirAfter(pauseAfter(yield* tries.failed(org, change, cause)))
        }),
      }),
    )

  const stirAfter = Effect.fnUntraced(function* (pause: number) {
    const at = (yield* Clock.currentTimeMillis) + pause
    if (at >= retryAt) return
    retryAt = at
    yield* Effect.sync(() => {
      if (retryAt <= at) retryAt = Infinity
      Queue.offerUnsafe(stirred, undefined)
    }).pipe(Effect.delay(pause), Effect.forkIn(scope))
  })

  const work = Effect.gen(function* () {
    for (const { org, changes } of mailboxes.states()) for (const change of changes.keys()) yield* attempt(org, change)
  })

  mailboxes.onCommitted((_, records, state) => {
    endings.tell(records)
    if (stirs(records, state)) Queue.offerUnsafe(stirred, undefined)
  })

  return Changes.of({
    ask,
    ending: endings.of,
    cancel: (...given) => turn.withPermit(cancel(...given)),
    isOpen,
    stuck: () => tries.stuck.filter(({ change }) => isOpen(change)),
    start: Effect.gen(function* () {
      // What is recorded as done needs no finishing.
      const open = new Set(mailboxes.states().flatMap(({ changes }) => [...changes.keys()]))
      for (const change of yield* workspace.unforgotten) if (!open.has(change)) yield* workspace.forget(change)
      for (const { org, changes } of mailboxes.states())
        for (const { change, seq } of changes.values()) yield* tries.goOn(org, change, seq)
      Queue.offerUnsafe(stirred, undefined)
      yield* Effect.forkIn(Effect.forever(Effect.andThen(Queue.take(stirred), work)), scope)
    }),
  })
})

const lastFirst = (deciding: ReadonlyArray<string>): ReadonlyArray<string> => deciding.toReversed()

/** May a change have come further by these records? */
const stirs = (records: ReadonlyArray<LogRecord>, state: OrganizationState): boolean =>
  (records.length === 0 && state.changes.size > 0) ||
  records.some(
    ({ event }) =>
      event.type === "contract.change.cancelled" ||
      (event.type === "request.denied" && isChangeRequest((event.data as { readonly type: string }).type)) ||
      (state.changes.size > 0 && (isChangeRequest(event.type) || HOLD_ENDS[event.type] !== undefined)),
  )
