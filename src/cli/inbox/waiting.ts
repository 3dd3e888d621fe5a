/** What waits for somebody: proposals that he may vote on and has not, and what has reached him. */
import type { QueryOf } from "../../client/operations.ts"
import type { InboxItem, ProposalView } from "../answers.ts"
import type { Client } from "../client.ts"

export interface Waiting {
  /** Name of whoever it waits for. */
  readonly me: string
  /** The one that ends first stands first. */
  readonly proposals: ReadonlyArray<ProposalView>
  /** What is not acknowledged, the oldest first. */
  readonly items: ReadonlyArray<InboxItem>
}

/** `limit`: of each. */
export const waitingFor = async (client: Client, org: string | undefined, limit: string): Promise<Waiting> => {
  const { name: me } = await client.identity()
  const [proposals, items] = await Promise.all([
    client.proposals({ org, member: me, state: "active", limit }),
    openItems(client, { org, limit }),
  ])
  return {
    me,
    proposals: proposals.items
      .filter((proposal) => mayVote(proposal, me))
      .toSorted((a, b) => (a.deadline < b.deadline ? -1 : 1)),
    items,
  }
}

/** What is not acknowledged, the oldest first; of more than `limit` the newest. */
const openItems = async (client: Client, query: QueryOf<"GET /v1/inbox">): Promise<ReadonlyArray<InboxItem>> => {
  const lists = await Promise.all((["new", "seen"] as const).map((state) => client.inbox({ ...query, state })))
  return lists
    .flatMap((list) => list.items)
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-Number(query.limit ?? Number.POSITIVE_INFINITY))
}

/** As many as one request marks. */
const MARKED_AT_ONCE = 100

/** Those that are new become seen; nothing else does. */
export const markSeen = async (client: Client, items: ReadonlyArray<InboxItem>): Promise<void> => {
  const unseen = items.filter(({ state }) => state === "new").map(({ id }) => id)
  for (let from = 0; from < unseen.length; from += MARKED_AT_ONCE)
    await client.markInbox(unseen.slice(from, from + MARKED_AT_ONCE), "seen")
}

const mayVote = ({ electorate, vetoers = [], votes }: ProposalView, me: string): boolean =>
  [...electorate, ...vetoers].some(
    ({ name, joins }) => name === me && (joins === undefined || Date.parse(joins) <= Date.now()),
  ) && !votes.some(({ by }) => by === me)
