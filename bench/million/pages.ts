/** Which pages of which inboxes are asked for, again and again, and how they are told. */
import type { ListFilter } from "../../src/log/Projections.ts"
import { type Contestant, rateOf } from "../contest/contestant.ts"

export interface InboxInput {
  /** The log's database. */
  readonly file: string
  readonly filters: ReadonlyArray<ListFilter>
}

/** As many rows as a page has where nothing else is said. */
const LIMIT = 50
const STATES = ["new", "acknowledged", undefined] as const

const pagesOf = (whose: Pick<ListFilter, "member" | "org">): ReadonlyArray<ListFilter> =>
  STATES.map((state) => ({ ...whose, limit: LIMIT, ...(state === undefined ? undefined : { state }) }))

/** A human has one inbox, whichever organizations write to him. */
export const humanPages: ReadonlyArray<ListFilter> = ["dana", "erin"].flatMap((member) => pagesOf({ member }))

/** An agent has one in its own organization, beside those of its name in others. */
export const agentPages = (organizations: ReadonlyArray<string>): ReadonlyArray<ListFilter> =>
  organizations.flatMap((org) => pagesOf({ member: "worker", org }))

/** Pages a second; `read` answers the ids of one. */
export const reading = (
  filters: ReadonlyArray<ListFilter>,
  read: (filter: ListFilter) => ReadonlyArray<string>,
): Contestant => {
  let at = 0
  const next = (): ReadonlyArray<string> => read(filters[at++ % filters.length]!)
  return {
    slice: (ms) => rateOf(ms, () => void next()),
    answers: (count) => Array.from({ length: count }, (_, index) => read(filters[index % filters.length]!).join(" ")),
  }
}
