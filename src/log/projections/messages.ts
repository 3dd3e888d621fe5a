import type { MessageView } from "../Projections.ts"
import { on, type ReadModel } from "./readModel.ts"

/** Messages in channels and to members, as they were written. */
export const messages: ReadModel<MessageView> = {
  name: "messages",
  states: ["posted"],
  state: () => "posted",
  members: ({ from, to, mentions = [] }) => [from, ...(to === undefined ? [] : [to]), ...mentions],
  event: () => undefined,
  channel: ({ channel }) => channel,
  on: on(["message.posted"], (message, event) => [
    {
      kind: "open",
      model: "messages",
      id: event.id,
      row: {
        org: event.org,
        view: {
          id: event.id,
          org: event.org,
          from: event.actor.name,
          fromkind: event.actor.kind,
          at: event.time,
          ...message,
        } satisfies MessageView,
      },
    },
  ]),
}
