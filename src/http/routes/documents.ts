/** Documents, version by version. */
import { Schema } from "effect"
import { DocumentResult, DocumentWithText } from "../results/documents.ts"
import { pageOf } from "../results/list.ts"
import { PublishResult } from "../results/published.ts"
import { route } from "../route.ts"
import { Name, Version } from "../schemas.ts"
import { listed, optional, page } from "./parts.ts"

export const documents = [
  route({
    method: "GET",
    path: "/v1/documents",
    summary: "The documents of the organizations that the token may see, each at its current version.",
    query: Schema.Struct(page),
    result: pageOf(DocumentResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.documents(identity, listed(query)),
  }),
  route({
    method: "GET",
    path: "/v1/documents/{name}",
    summary: "One document with its text; version: an earlier one.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name), version: optional(Version) }),
    result: DocumentWithText,
    refusals: ["not-found"],
    etag: ({ version }) => String(version),
    call: (service, identity, { params, query: { version, ...query } }) =>
      service.document(identity, params.name, {
        ...query,
        ...(version === undefined ? undefined : { version: Number(version) }),
      }),
    text: ({ text }: { readonly text: string }) => text,
  }),
  route({
    method: "PUT",
    path: "/v1/documents/{name}",
    summary: "Asks to write the next version of a document; the answer is the decision on it.",
    params: Schema.Struct({ name: Name }),
    query: Schema.Struct({ org: optional(Name) }),
    body: Schema.Struct({ text: Schema.String }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "precondition"],
    ifMatch: true,
    creates: true,
    call: (service, identity, { params, query, body, ifMatch, key }) =>
      service.writeDocument(identity, {
        ...query,
        ...params,
        ...body,
        ...(ifMatch === undefined ? undefined : { ifMatch }),
        ...(key === undefined ? undefined : { id: key }),
      }),
  }),
]
