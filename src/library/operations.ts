/** What a member can do, from the service's effects to promises. */
import { Cause, Effect, Exit, Stream } from "effect"
import type { Identity } from "../service/identity.ts"
import { Refused } from "../service/refused.ts"
import type { EventView, Service } from "../service/Service.ts"
import { CharterError } from "./CharterError.ts"
import type {
  Decided,
  EventFilter,
  EventQuery,
  Explanation,
  Hold,
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
  readonly publish: (event: NewEvent, waitMs: number | undefined) => Promise<Decided>
  readonly events: (query: EventQuery) => Promise<Page<LoggedEvent>>
  readonly follow: (filter: EventFilter & { readonly after?: string }) => AsyncIterable<LoggedEvent>
  readonly explain: (event: string) => Promise<Explanation>
  readonly holds: (filter: ListFilter) => Promise<Page<Hold>>
  readonly hold: (id: string) => Promise<Hold>
  readonly proposals: (filter: ListFilter) => Promise<Page<Proposal>>
  readonly proposal: (id: string) => Promise<Proposal>
  readonly vote: (proposal: string, vote: Vote) => Promise<Proposal>
  readonly tasks: (filter: ListFilter) => Promise<Page<Task>>
  readonly task: (id: string) => Promise<Task>
}

/** `closing` is done when the daemon begins to close: whoever follows has seen the end then. */
export const operationsOf = (
  service: typeof Service.Service,
  identity: Identity,
  closing: Effect.Effect<void>,
): Operations => ({
  publish: async (event, waitMs) => {
    const options = waitMs === undefined ? undefined : ({ wait: "release", waitMs } as const)
    const [answer] = await run(service.publish(identity, [event], options))
    if (answer === undefined || "_tag" in answer) throw errorOf(answer)
    return answer
  },
  events: async ({ order = "oldest", limit = DEFAULT_LIMIT, ...query }) => {
    const page = await run(service.events(identity, { ...query, limit, order: order === "oldest" ? "asc" : "desc" }))
    return { ...page, items: page.items.map(shown) }
  },
  follow: (filter) =>
    Stream.toAsyncIterable(
      service.follow(identity, filter).pipe(
        Stream.map(({ record, cursor }) => ({ ...shown(record), cursor })),
        Stream.interruptWhen(closing),
        Stream.mapError(errorOf),
      ),
    ),
  explain: (event) => run(service.explain(identity, event)),
  holds: (filter) => run(service.holds(identity, limited(filter))),
  hold: (id) => run(service.hold(identity, id)),
  proposals: (filter) => run(service.proposals(identity, limited(filter))),
  proposal: (id) => run(service.proposal(identity, id)),
  vote: (proposal, vote) => run(service.vote(identity, proposal, vote)),
  tasks: (filter) => run(service.tasks(identity, limited(filter))),
  task: (id) => run(service.task(identity, id)),
})

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
  const { _tag: tag, message } = error as { readonly _tag?: string; readonly message?: string }
  return new CharterError(kebab(tag ?? "failed"), message ?? String(error))
}

/** `DataFolderHeld` → `data-folder-held` */
const kebab = (tag: string): string => tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()

const limited = ({ limit = DEFAULT_LIMIT, ...filter }: ListFilter) => ({ ...filter, limit })

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
