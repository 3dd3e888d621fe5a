/** What several routes take, and how lists are answered. */
import { Schema } from "effect"
import { Cursor, Limit, limitOf, Name, Reason } from "../schemas.ts"

export const optional: typeof Schema.optionalKey = Schema.optionalKey

export const Id = Schema.Struct({ id: Name })
export const Organization = Schema.Struct({ org: Name })
export const Where = Schema.Struct({ org: optional(Name), source: optional(Name) })
export const ReasonBody = Schema.Struct({ reason: optional(Reason) })

/** What every list of the read models takes. */
export const page = {
  org: optional(Name),
  after: optional(Cursor),
  limit: optional(Limit),
  order: optional(Schema.Literals(["newest", "oldest"])),
}

export const listed = <Q extends { readonly limit?: string }>({ limit, ...query }: Q) => ({
  ...query,
  limit: limitOf(limit),
})

export const items = <A>(list: ReadonlyArray<A>) => ({ items: list })
