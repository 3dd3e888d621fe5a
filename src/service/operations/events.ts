/** Publishing, reading and following events. */
import { Effect, Stream } from "effect"
import type { Event } from "../../domain/event.ts"
import type { LogRecord } from "../../domain/record.ts"
import { isChangeRequest } from "../../domain/change.ts"
import { isRefusal } from "../../domain/refusal.ts"
import { HOLD_ENDS } from "../../domain/proposal.ts"
import type { LogUnavailable, Page, ReadFilter, Stored } from "../../log/EventLog.ts"
import { checkOrganization, eventReader, fail } from "../access.ts"
import { checkCursor } from "../cursor.ts"
import { explainRecord } from "../explanation.ts"
import type { Identity } from "../identity.ts"
import { prepare } from "../publishing.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import type { EventInput, EventQuery, PublishAnswer } from "../views/events.ts"
import { answerOf, presentState } from "./answers.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { runTask } from "./runTask.ts"
import { submitFollowed } from "./followed.ts"

type Operations = Pick<typeof Service.Service, "publish" | "events" | "event" | "explain" | "follow">

/** Longest wait for a release that one request may ask for, and what it is where it does not say. */
export const MAX_WAIT_MS = 10 * 60_000
const DEFAULT_WAIT_MS = 60_000
/** Pages of the log looked through for one list where most records are not visible to who asks. */
const MAX_PAGES_LOOKED_THROUGH = 20

/** Carries out a published request that is an operation of more than one organization's log. */
export type PublishChange = (
  identity: Identity,
  input: EventInput,
) => Effect.Effect<PublishAnswer, Refused | LogUnavailable>

export const eventOperations = (dependencies: Dependencies, publishChange: PublishChange): Operations => {
  const { log, projections } = dependencies
  const waiters = waitForHolds(dependencies)

  const publishOne = (
    identity: Identity,
    input: EventInput,
  ): Effect.Effect<PublishAnswer | Refused, LogUnavailable> => {
    const task = identity.kind === "run" ? runTask(dependencies, identity) : undefined
    const prepared = prepare(definitionsOf(dependencies), identity, input, task)
    if (isRefusal(prepared)) return Effect.succeed(new Refused({ refusal: prepared }))
    const { event, fresh } = prepared
    if (isChangeRequest(event.type)) return Effect.catchTag(publishChange(identity, input), "Refused", Effect.succeed)
    return Effect.flatMap(
      submitFollowed(
        dependencies,
        event.org,
        {
          kind: "publish",
          event,
          ...(fresh ? { fresh: true } : undefined),
          ...(input.bytes === undefined ? undefined : { bytes: input.bytes }),
        },
        identity,
      ),
      (answer): Effect.Effect<PublishAnswer | Refused, LogUnavailable> => {
        if (isRefusal(answer)) return Effect.succeed(new Refused({ refusal: answer }))
        const made = answerOf(answer.event!, answer.decision)
        const told = answer.duplicate === true ? { ...made, duplicate: true as const } : made
        if (told.hold === undefined) return Effect.succeed(told)
        // A standing approval or a delegation may have ended the hold in the same commit.
        return Effect.map(projections.hold(told.hold), (hold) =>
          hold === undefined ? told : { ...told, ...presentState(hold.state, hold.reason) },
        )
      },
    )
  }

  const publish: Operations["publish"] = (identity, events, options = {}) => {
    const answers =
      events.length === 1
        ? Effect.map(publishOne(identity, events[0]!), (one): ReadonlyArray<PublishAnswer | Refused> => [one])
        : Effect.forEach(events, (event) => publishOne(identity, event), { concurrency: "unbounded" })
    if (options.wait !== "release") return answers
    const waitMs = Math.min(options.waitMs ?? DEFAULT_WAIT_MS, MAX_WAIT_MS)
    return Effect.flatMap(answers, (all) =>
      Effect.forEach(
        all,
        (answer) =>
          answer instanceof Refused || answer.verdict !== "hold" || answer.hold === undefined
            ? Effect.succeed(answer)
            : Effect.map(waiters.wait(answer.hold, waitMs), (end) =>
                end === undefined ? answer : { ...answer, ...presentState(end.state, end.reason) },
              ),
        { concurrency: "unbounded" },
      ),
    )
  }

  const find = Effect.fnUntraced(function* (identity: Identity, id: string, org?: string, source?: string) {
    const mayRead = eventReader(definitionsOf(dependencies), identity)
    const found = (yield* log.findById(id)).filter(
      ({ event }) =>
        mayRead(event) && (org === undefined || event.org === org) && (source === undefined || event.source === source),
    )
    const [only, another] = found
    if (only === undefined)
      return yield* fail("not-found", "event-unknown", `there is no event "${id}" that ${identity.name} may see`)
    if (another !== undefined)
      return yield* fail(
        "conflict",
        "event-ambiguous",
        `${found.length} events have the id "${id}"; name the source and the organization, too`,
        {
          candidates: found.map(({ event }) => ({ org: event.org, source: event.source, seq: event.seq })),
        },
      )
    return only
  })

  const events: Operations["events"] = Effect.fnUntraced(function* (identity: Identity, query: EventQuery) {
    const definitions = definitionsOf(dependencies)
    if (query.org !== undefined) yield* checkOrganization(definitions, identity, query.org)
    yield* checkCursor(log, query.after)
    const mayRead = eventReader(definitions, identity)
    const filter = filterOf(query)
    const read = query.order === "asc" ? log.page : log.latest
    const items: Array<Stored> = []
    let cursor = query.after ?? ""
    let end = false
    for (let pages = 0; items.length < query.limit && !end && pages < MAX_PAGES_LOOKED_THROUGH; pages++) {
      const page: Page = yield* read(filter, cursor, query.limit - items.length)
      items.push(...page.items.filter(({ record }) => mayRead(record.event)))
      cursor = page.next
      end = page.end
    }
    return {
      items: items.map(({ record }) => viewOf(record)),
      ...(end && query.order === "desc" ? undefined : { next: cursor }),
    }
  })

  const follow: Operations["follow"] = (identity, filter) => {
    const checked =
      filter.org === undefined ? Effect.void : checkOrganization(definitionsOf(dependencies), identity, filter.org)
    // Who leaves an organization while he reads sees no more of it.
    let of = definitionsOf(dependencies)
    let mayRead = eventReader(of, identity)
    const mayReadNow = (event: Event): boolean => {
      const now = definitionsOf(dependencies)
      if (now !== of) mayRead = eventReader((of = now), identity)
      return mayRead(event)
    }
    const { after } = filter
    // From now on is from this call on, however much later the first event is asked for.
    const from = after ?? Effect.runSync(log.end)
    return Stream.unwrap(
      Effect.gen(function* () {
        yield* checked
        yield* checkCursor(log, after)
        return Stream.filter(log.follow(filterOf(filter), from), ({ record }) => mayReadNow(record.event))
      }),
    )
  }

  return {
    publish,
    events,
    follow,
    event: (identity, id, org, source) => Effect.map(find(identity, id, org, source), viewOf),
    explain: (identity, id, org, source) =>
      Effect.flatMap(find(identity, id, org, source), (record) => explainRecord(dependencies, record)),
  }
}

const viewOf = (record: LogRecord) =>
  record.decision === undefined ? { event: record.event } : { event: record.event, decision: record.decision }

const filterOf = (query: {
  readonly org?: string
  readonly types?: ReadonlyArray<string>
  readonly since?: string
  readonly correlationid?: string
}): ReadFilter => ({
  ...(query.org === undefined ? undefined : { org: query.org }),
  ...(query.types === undefined || query.types.length === 0 ? undefined : { types: query.types }),
  ...(query.since === undefined ? undefined : { since: query.since }),
  ...(query.correlationid === undefined ? undefined : { correlationid: query.correlationid }),
})

/** Requests that wait for a hold to end, woken by its record. */
const waitForHolds = ({ mailboxes, projections }: Dependencies) => {
  type End = { readonly state: NonNullable<PublishAnswer["holdState"]>; readonly reason: string }
  const waiting = new Map<string, Set<(end: End) => void>>()
  mailboxes.onCommitted((_, records) => {
    if (waiting.size === 0) return
    for (const { event } of records) {
      const state = HOLD_ENDS[event.type]
      if (state === undefined) continue
      const { hold, reason } = event.data as { readonly hold: string; readonly reason: string }
      for (const resume of waiting.get(hold) ?? []) resume({ state, reason })
    }
  })
  const wait = (hold: string, waitMs: number): Effect.Effect<End | undefined, LogUnavailable> =>
    Effect.raceFirst(
      Effect.callback<End>((resume) => {
        const set = waiting.get(hold) ?? new Set()
        const woken = (end: End): void => resume(Effect.succeed(end))
        waiting.set(hold, set.add(woken))
        return Effect.sync(() => {
          set.delete(woken)
          if (set.size === 0) waiting.delete(hold)
        })
      }),
      // It may have ended between the answer and the first moment of waiting.
      Effect.flatMap(projections.hold(hold), (view) =>
        view === undefined || view.state === "held"
          ? Effect.as(Effect.sleep(waitMs), undefined)
          : Effect.succeed({ state: view.state, reason: view.reason ?? "" }),
      ),
    )
  return { wait }
}
