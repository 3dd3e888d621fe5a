/** The inbox of the member whose token it is. */
import { Effect, Schema } from "effect"
import { InboxItemResult } from "../results/inbox.ts"
import { itemsOf, pageOf } from "../results/list.ts"
import { route } from "../route.ts"
import { Acknowledgement } from "../schemas.ts"
import { items, listed, optional, page } from "./parts.ts"

export const inbox = [
  route({
    method: "GET",
    path: "/v1/inbox",
    summary: "What has reached the member of the token: messages and mentions, the newest first.",
    query: Schema.Struct({ ...page, state: optional(Schema.Literals(["new", "seen", "acknowledged"])) }),
    result: pageOf(InboxItemResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.inbox(identity, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/inbox/ack",
    summary: "Marks items of the inbox as acknowledged, or as seen.",
    body: Acknowledgement,
    result: itemsOf(InboxItemResult),
    refusals: ["not-found"],
    call: (service, identity, { body: { items: ids, state = "acknowledged" } }) =>
      Effect.map(service.markInbox(identity, ids, state), items),
  }),
]
