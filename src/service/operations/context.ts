/** Channels and inboxes: what members say to each other, and what has reached whom. */
import { Effect, Stream } from "effect"
import { GLOBAL } from "../../domain/names.ts"
import type { Definitions } from "../../kernel/definitions.ts"
import { INBOX_TYPES, inboxItemOf } from "../../log/projections/inbox.ts"
import type { InboxItem } from "../../log/Projections.ts"
import { actorOf, checkOrganization, fail } from "../access.ts"
import { checkCursor } from "../cursor.ts"
import type { Identity } from "../identity.ts"
import { unknownChannel } from "../messages.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "messages" | "post" | "inbox" | "markInbox" | "followInbox">

export const contextOperations = (
  dependencies: Dependencies,
  { publish }: Pick<typeof Service.Service, "publish">,
): Operations => {
  const { log, projections } = dependencies

  const ownItem = (identity: Identity, id: string) =>
    Effect.flatMap(projections.inboxItem(id), (item) =>
      item === undefined || !reaches(definitionsOf(dependencies), identity, item)
        ? fail("not-found", "inbox-item-unknown", `there is nothing "${id}" in the inbox of ${identity.name}`)
        : Effect.succeed(item),
    )

  return {
    messages: Effect.fnUntraced(function* (identity, channel, filter) {
      const definitions = definitionsOf(dependencies)
      const org = filter.org ?? identity.org ?? GLOBAL
      yield* checkOrganization(definitions, identity, org)
      const unknown = unknownChannel(definitions, org, channel)
      if (unknown !== undefined) return yield* Effect.fail(new Refused({ refusal: unknown }))
      yield* checkCursor(log, filter.after)
      return yield* projections.messages({ ...filter, org, channel })
    }),
    post: Effect.fnUntraced(function* (identity, { id, org, ...data }) {
      const [answer] = yield* publish(identity, [
        {
          ...(id === undefined ? undefined : { id }),
          ...(org === undefined ? undefined : { org }),
          type: "message.send.requested",
          data,
          bytes: Buffer.byteLength(JSON.stringify(data)),
        },
      ])
      return answer instanceof Refused ? yield* Effect.fail(answer) : answer!
    }),
    inbox: Effect.fnUntraced(function* (identity, filter) {
      yield* checkMember(identity)
      if (filter.org !== undefined) yield* checkOrganization(definitionsOf(dependencies), identity, filter.org)
      yield* checkCursor(log, filter.after)
      const { items, ...rest } = yield* projections.inbox({
        ...filter,
        ...(identity.org === undefined ? undefined : { org: identity.org }),
        member: identity.name,
      })
      return { ...rest, items: items.filter((item) => reaches(definitionsOf(dependencies), identity, item)) }
    }),
    markInbox: Effect.fnUntraced(function* (identity, ids, state) {
      yield* checkMember(identity)
      const items = yield* Effect.forEach([...new Set(ids)], (id) => ownItem(identity, id))
      const due = items.filter((item) => RANK[item.state] < RANK[state])
      for (const [org, list] of Map.groupBy(due, (item) => item.org))
        yield* submit(dependencies, org, {
          kind: "report",
          type: `inbox.${state}`,
          data: { member: identity.name, items: list.map(({ id }) => id) },
          actor: actorOf(definitionsOf(dependencies), identity, org),
        })
      return yield* Effect.forEach(items, ({ id }) => ownItem(identity, id))
    }),
    followInbox: (identity, after) =>
      Stream.unwrap(
        Effect.gen(function* () {
          yield* checkMember(identity)
          yield* checkCursor(log, after)
          const from = after ?? (yield* log.end)
          return Stream.flatMap(log.follow({ types: INBOX_TYPES }, from), ({ record, cursor }) => {
            const item = inboxItemOf(record.event)
            return item !== undefined &&
              item.member === identity.name &&
              reaches(definitionsOf(dependencies), identity, item)
              ? Stream.succeed({ item, cursor })
              : Stream.empty
          })
        }),
      ),
  }
}

const RANK: Readonly<Record<InboxItem["state"], number>> = { new: 0, seen: 1, acknowledged: 2 }

const checkMember = ({ kind, name }: Identity): Effect.Effect<void, Refused> =>
  kind === "operator" || kind === "bridge"
    ? fail("forbidden", "no-inbox", `only members have an inbox; ${name} is none`)
    : Effect.void

/**
 * An agent's name is its own in one organization only; a human is the same everywhere, and is told things by
 * organizations that he is not in, too.
 */
const reaches = (definitions: Definitions, identity: Identity, { org, member }: InboxItem): boolean =>
  member === identity.name &&
  (identity.kind === "human"
    ? definitions.view(org).members.get(member)?.kind !== "agent"
    : identity.org === org && definitions.view(org).members.get(member)?.kind === "agent")
