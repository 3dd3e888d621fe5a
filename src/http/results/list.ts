/** Lists, whole and by pages. */
import { Schema } from "effect"
import { optional } from "./parts.ts"

const { Struct, Array: list, String: Text } = Schema

/** A list as a whole. */
export const itemsOf = <S extends Schema.Top>(item: S) => Struct({ items: list(item) })

/** A page of a list. */
export const pageOf = <S extends Schema.Top>(item: S) =>
  Struct({
    items: list(item),
    next: optional(Text.annotateKey({ description: "`after` of the next page; absent on the last one." })),
  })
