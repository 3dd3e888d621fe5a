/** How every adapter lists rows, over whatever way it has to walk them. */
import { createHash, type Hash } from "node:crypto"
import type { Listed, ListFilter } from "../Projections.ts"
import { keysWanted, type Placed } from "./project.ts"

/** Most rows of one page, whatever `limit` asks for. */
export const MAX_LISTED_ROWS = 1_000

/** Rows of a model that have all of `keys`, in one of these states or in any, in the wanted order, beyond `after`. */
export type Walk = (walk: {
  /** The first is the most selective. */
  readonly keys: readonly [string, ...Array<string>]
  readonly state: string | undefined
  readonly newest: boolean
  readonly after: number | undefined
  readonly limit: number
}) => ReadonlyArray<Placed>

/** One page of a model. The cursor is the place of the last row. */
export const listRows = <View>(filter: ListFilter, walk: Walk): Listed<View> => {
  const limit = Math.max(1, Math.min(filter.limit, MAX_LISTED_ROWS))
  const found = walk({
    keys: keysWanted(filter),
    state: filter.state,
    newest: filter.order !== "oldest",
    after: filter.after === undefined ? undefined : Number(filter.after),
    limit: limit + 1,
  })
  const items = found.slice(0, limit).map(({ row }) => row.view as View)
  return found.length > limit ? { items, next: String(found[limit - 1]!.place) } : { items }
}

/** A digest over rows that come ordered by model and id: equal where every read model answers the same. */
export const digestRows = (
  rows: Iterable<{ readonly model: string; readonly id: string; readonly body: string }>,
): string => {
  const digest: Hash = createHash("sha256")
  for (const { model, id, body } of rows) digest.update(JSON.stringify([model, id, body]))
  return digest.digest("hex")
}
