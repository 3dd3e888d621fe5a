/** What a member can do, from the service's effects to promises. */
import { Cause, Deferred, Effect, Exit, Result, Stream } from "effect"
import { WorkspaceInvalid } from "../daemon.ts"
import { withStoredData } from "../service/givenData.ts"
import type { Identity } from "../service/identity.ts"
import { Refused } from "../service/refused.ts"
import type { Service } from "../service/Service.ts"
import type { EventInput, EventView } from "../service/views/events.ts"
import { CharterError } from "./CharterError.ts"
import * as input from "./input.ts"
import type {
  Decided,
  EventFilter,
  EventQuery,
  Explanation,
  Hold,
  HoldFilter,
  ListFilter,
  LoggedEvent,
  NewEvent,
  Page,
  Proposal,
  Task,
  Vote,
} from "./types.ts"

const DEFAULT_LIMIT = 100

export interface Operations {
  readonly publish: (event: NewEvent, options: { readonly wait?: number }) => Promise<Decided>
  readonly events: (query: EventQuery) => Promise<Page<LoggedEvent>>
  readonly follow: (filter: EventFilter & { readonly after?: string }) => AsyncIterable<LoggedEvent>
  readonly explain: (event: string) => Promise<Explanation>
  readonly holds: (filter: HoldFilter) => Promise<Page<Hold>>
  readonly hold: (id: string) => Promise<Hold>
  readonly proposals: (filter: ListFilter) => Promise<Page<Proposal>>
  readonly proposal: (id: string) => Promise<Proposal>
  readonly vote: (proposal: string, vote: Vote | Vote["choice"]) => Promise<Proposal>
  readonly tasks: (filter: ListFilter) => Promise<Page<Task>>
  readonly task: (id: string) => Promise<Task>
}

/** `closing` is done when the daemon begins to close: whoever follows or waits has seen the end then. */
export const operationsOf = (
  service: typeof Service.Service,
  identity: Identity,
  closing: Deferred.Deferred<void>,
): Operations => {
  const open = Effect.suspend(() => (Deferred.isDoneUnsafe(closing) ? Effect.fail(closed()) : Effect.void))
  /** What is wrong with what was given is said by the rejection, too, and never thrown at once. */
  const answer = <A>(ask: () => Effect.Effect<A, unknown>): Promise<A> => run(Effect.andThen(open, Effect.suspend(ask)))

  const publish = async (event: EventInput): Promise<Decided> => {
    const [decided] = await answer(() => service.publish(identity, [event]))
    if (decided === undefined || "_tag" in decided) throw errorOf(decided)
    return decided
  }

  /** Under its id it is the same event, which has its decision: what is new is only what has become of the hold. */
  const released = async (event: EventInput, decided: Decided, waitMs: number): Promise<Decided> => {
    const again = service.publish(identity, [{ ...event, id: decided.id }], { wait: "release", waitMs })
    const [end] = await run(Effect.raceFirst(again, Effect.as(Deferred.await(closing), [])))
    if (end === undefined || "_tag" in end) return decided
    const { verdict, holdState = "held", reason = "" } = end
    return { ...decided, verdict, holdState, reason }
  }

  return {
    publish: async (given, options) => {
      const event = await answer(() => withStoredData(input.eventOf(given)))
      const waitMs = input.readWait(options)
      const decided = await publish(event)
      return waitMs === undefined || decided.holdState !== "held" ? decided : released(event, decided, waitMs)
    },
    events: async (given) => {
      const { next, items } = await answer(() => {
        const { order = "oldest", limit = DEFAULT_LIMIT, ...query } = input.readEventQuery(given)
        return service.events(identity, { ...query, limit, order: order === "oldest" ? "asc" : "desc" })
      })
      // Of the oldest first, the service says at the end, too, where what is yet to come will be.
      const more = next === undefined || next === (given.after ?? "") ? undefined : { next }
      return { items: items.map(shown), ...more }
    },
    follow: (given) => {
      // It begins with this call; what is wrong with that is told to whoever reads.
      const begun = Result.try(() => service.follow(identity, input.readEventFilter(given)))
      return Stream.toAsyncIterable(
        Stream.suspend(() => {
          if (Deferred.isDoneUnsafe(closing)) return Stream.empty
          return Result.isSuccess(begun) ? begun.success : Stream.fail(begun.failure)
        }).pipe(
          Stream.map(({ record, cursor }) => ({ ...shown(record), cursor })),
          Stream.interruptWhen(Deferred.await(closing)),
          Stream.catchCause((cause) => Stream.fail(errorOf(Cause.squash(cause)))),
        ),
      )
    },
    explain: (event) => answer(() => service.explain(identity, input.idOf(event))),
    holds: (filter) => answer(() => service.holds(identity, limited(input.readHoldFilter(filter)))),
    hold: (id) => answer(() => service.hold(identity, input.idOf(id))),
    proposals: (filter) => answer(() => service.proposals(identity, limited(input.readProposalFilter(filter)))),
    proposal: (id) => answer(() => service.proposal(identity, input.idOf(id))),
    vote: (proposal, vote) =>
      answer(() =>
        service.vote(
          identity,
          input.idOf(proposal),
          input.readVote(typeof vote === "string" ? { choice: vote } : vote),
        ),
      ),
    tasks: (filter) => answer(() => service.tasks(identity, limited(input.readTaskFilter(filter)))),
    task: (id) => answer(() => service.task(identity, input.idOf(id))),
  }
}

const closed = () => new CharterError("closed", "this Charter has been closed; open another one.")

/** A failure is thrown as a {@link CharterError}. */
export const run = async <A>(effect: Effect.Effect<A, unknown>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect)
  if (Exit.isSuccess(exit)) return exit.value
  throw errorOf(Cause.squash(exit.cause))
}

const errorOf = (error: unknown): CharterError => {
  if (error instanceof CharterError) return error
  if (error instanceof Refused) {
    const { type, message, details } = error.refusal
    return new CharterError(type, message, details)
  }
  if (error instanceof WorkspaceInvalid)
    return new CharterError("workspace-invalid", error.message, { diagnostics: error.diagnostics })
  const { _tag: tag, message } = error as { readonly _tag?: string; readonly message?: string }
  return new CharterError(kebab(tag ?? "failed"), message ?? String(error))
}

/** `DataFolderHeld` → `data-folder-held` */
const kebab = (tag: string): string => tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()

const limited = <F extends { readonly limit?: number }>({ limit = DEFAULT_LIMIT, ...filter }: F) => ({
  ...filter,
  limit,
})

const shown = ({ event, decision }: EventView): LoggedEvent => {
  const { id, source, type, subject, time, org, seq, actor, data, correlationid, causationid } = event
  return {
    id,
    source,
    type,
    time,
    org,
    seq,
    correlationid,
    actor: { name: actor.name, kind: actor.kind },
    ...(subject === undefined ? {} : { subject }),
    ...(data === undefined ? {} : { data }),
    ...(causationid === undefined ? {} : { causationid }),
    ...(decision === undefined ? {} : { decision }),
  }
}
