/** How every adapter lists rows, over whatever way it has to walk them. */
import { createHash, type Hash } from "node:crypto"
import type { Listed, ListFilter } from "../Projections.ts"
import { keysOf, keysWanted, type Placed } from "./project.ts"
import type { ModelName } from "./readModel.ts"

/** Most rows of one page, whatever `limit` asks for. */
export const MAX_LISTED_ROWS = 1_000

/** Rows of a model that have `key`, in one of these states or in any, in the wanted order, beyond `after`. */
export type Walk = (walk: {
  readonly key: string
  readonly state: string | undefined
  readonly newest: boolean
  readonly after: number | undefined
  readonly limit: number
}) => ReadonlyArray<Placed>

/** One page of a model. The cursor is the place of the last row. */
export const listRows = <View>(model: ModelName, filter: ListFilter, walk: Walk): Listed<View> => {
  const limit = Math.max(1, Math.min(filter.limit, MAX_LISTED_ROWS))
  const [key, ...others] = keysWanted(filter)
  const newest = filter.order !== "oldest"
  const items: Array<Placed> = []
  let after = filter.after === undefined ? undefined : Number(filter.after)
  while (items.length <= limit) {
    const found = walk({ key, state: filter.state, newest, after, limit: limit + 1 })
    for (const placed of found) {
      const keys = keysOf(model, placed.row)
      if (others.every((other) => keys.includes(other))) items.push(placed)
    }
    if (found.length <= limit) break
    after = found[found.length - 1]!.place
  }
  const page = items.slice(0, limit).map(({ row }) => row.view as View)
  return items.length > limit ? { items: page, next: String(items[limit - 1]!.place) } : { items: page }
}

/** A digest over rows that come ordered by model and id: equal where every read model answers the same. */
export const digestRows = (
  rows: Iterable<{ readonly model: string; readonly id: string; readonly body: string }>,
): string => {
  const digest: Hash = createHash("sha256")
  for (const { model, id, body } of rows) digest.update(JSON.stringify([model, id, body]))
  return digest.digest("hex")
}
