/** Texts that are kept by their hash. */
import { Schema } from "effect"
import { ResourceResult } from "../results/resources.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"

export const resources = [
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
