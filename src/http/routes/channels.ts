/** Channels and their messages. */
import { Schema } from "effect"
import { MessageResult } from "../results/channels.ts"
import { pageOf } from "../results/list.ts"
import { PublishResult } from "../results/published.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { listed, optional, page } from "./parts.ts"

export const channels = [
  route({
    method: "GET",
    path: "/v1/channels/{name}/messages",
    summary: "Messages of a channel, the newest first.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct(page),
    result: pageOf(MessageResult),
    refusals: ["not-found"],
    call: (service, identity, { params, query }) => service.messages(identity, params.name, listed(query)),
  }),
  route({
    method: "POST",
    path: "/v1/channels/{name}/messages",
    summary: "Asks to post a message; the answer is the decision on it. The same id twice is one message.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name) }),
    body: Schema.Struct({ text: Schema.String, id: optional(Name) }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "too-large"],
    creates: true,
    call: (service, identity, { params, query, body, key }) =>
      service.post(identity, {
        ...query,
        ...(key === undefined ? undefined : { id: key }),
        ...body,
        channel: params.name,
      }),
  }),
]
