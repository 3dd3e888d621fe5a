/** A list whole, or as much of it as somebody wants to wait for. */
import type { List } from "./answers.ts"

/** Rows that are looked at to count them. */
export const MAX_COUNTED_ROWS = 10_000
const PAGE_ROWS = "1000"

export interface Counted<A> {
  readonly items: ReadonlyArray<A>
  /** There are more, older ones. */
  readonly more: boolean
}

/** The newest first. */
export const allPages = async <A, Q extends object>(
  list: (query: Q & { readonly after: string | undefined; readonly limit: string }) => Promise<List<A>>,
  query: Q,
): Promise<Counted<A>> => {
  const items: Array<A> = []
  for (let after: string | undefined; ;) {
    const page = await list({ ...query, after, limit: PAGE_ROWS })
    items.push(...page.items)
    if (page.next === undefined || page.next === after) return { items, more: false }
    if (items.length >= MAX_COUNTED_ROWS) return { items, more: true }
    after = page.next
  }
}
