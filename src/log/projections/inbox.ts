import type { Mention, MessagePosted } from "../../domain/builtins.ts"
import type { Event } from "../../domain/event.ts"
import type { InboxItem } from "../Projections.ts"
import { type Change, on, type ReadModel, updateView } from "./readModel.ts"

/** Types of the events that reach an inbox. */
export const INBOX_TYPES = ["message.posted", "mention"] as const

/** What an event brings into an inbox. */
export const inboxItemOf = (event: Event): InboxItem | undefined => {
  switch (event.type as (typeof INBOX_TYPES)[number]) {
    case "message.posted": {
      const { to, text, task } = event.data as MessagePosted
      if (to === undefined) return undefined
      const { name: from, kind: fromkind } = event.actor
      const about = task === undefined ? undefined : { task }
      return { ...arrived(event), member: to, kind: "message", message: event.id, ...about, from, fromkind, text }
    }
    case "mention":
      return { ...arrived(event), kind: "mention", ...(event.data as Mention) }
    default:
      return undefined
  }
}

/** What has reached each member. What is acknowledged stays so. */
export const inbox: ReadModel<InboxItem> = {
  name: "inbox",
  states: ["new", "seen", "acknowledged"],
  state: (item) => item.state,
  members: (item) => [item.member],
  event: (item) => item.message,
  on: {
    ...on(INBOX_TYPES, (_, event) => {
      const view = inboxItemOf(event)
      if (view === undefined) return []
      const link = view.task === undefined ? undefined : { link: handedOver(view.task) }
      return [{ kind: "open", model: "inbox", id: event.id, row: { org: event.org, ...link, view } }]
    }),
    ...on(["task.completed", "task.cancelled", "task.failed"], (data, { time }) =>
      "dead" in data && !data.dead
        ? []
        : [
            {
              kind: "update",
              model: "inbox",
              find: { link: handedOver(data.task) },
              update: updateView<InboxItem>((item) => acknowledged(item, time)),
            },
          ],
    ),
    ...on(["inbox.seen"], ({ member, items }, { time }) =>
      marked(items, member, (item) => (item.state === "new" ? { ...item, state: "seen", seenAt: time } : item)),
    ),
    ...on(["inbox.acknowledged"], ({ member, items }, { time }) =>
      marked(items, member, (item) => acknowledged(item, time)),
    ),
  },
}

const acknowledged = (item: InboxItem, time: string): InboxItem =>
  item.state === "acknowledged" ? item : { ...item, state: "acknowledged", acknowledgedAt: time }

/** Ends with its task, whether anybody has acknowledged it or not. */
const handedOver = (task: string): string => `task ${task}`

const arrived = ({ id, org, time }: Event) => ({ id, org, at: time, state: "new" as const })

const marked = (
  items: ReadonlyArray<string>,
  member: string,
  mark: (item: InboxItem) => InboxItem,
): ReadonlyArray<Change> =>
  items.map((id) => ({
    kind: "update",
    model: "inbox",
    find: { id },
    update: updateView<InboxItem>((item) => (item.member === member ? mark(item) : item)),
  }))
