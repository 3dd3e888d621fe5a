/** Texts that are kept by their hash. */
import { Schema } from "effect"
import { ResourceResult, StoredResult } from "../results/resources.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { optional } from "./parts.ts"

export const resources = [
  route({
    method: "POST",
    path: "/v1/resources",
    summary: "Asks to keep a text; the answer is the decision on it, and the hash that the text has or would have.",
    query: Schema.Struct({ org: optional(Name) }),
    body: Schema.Struct({ text: Schema.String }),
    result: StoredResult,
    refusals: ["not-found", "conflict", "too-large"],
    creates: true,
    call: (service, identity, { query, body, key }) =>
      service.storeResource(identity, { ...query, ...body, ...(key === undefined ? undefined : { id: key }) }),
  }),
  route({
    method: "GET",
    path: "/v1/resources/{hash}",
    summary: "A text that an organization of the token refers to: of a long message, or of a version of a document.",
    params: Schema.Struct({ hash: Name }),
    result: ResourceResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.resource(identity, params.hash),
    text: ({ text }: { readonly text: string }) => text,
  }),
]
