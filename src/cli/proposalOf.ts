/** The proposal that somebody means who names it, or what is held by it. */
import type { ProposalView } from "./answers.ts"
import type { Client } from "./client.ts"
import { Failure } from "./failure.ts"

/** Of a hold the open one; refused where several are open. */
export const proposalOf = async (client: Client, id: string): Promise<ProposalView> => {
  if (!id.startsWith("h-")) return client.proposal(id)
  const { proposals } = await client.hold(id)
  const views = await Promise.all(proposals.map((proposal) => client.proposal(proposal)))
  const [only, another] = views.filter(({ state }) => state === "active")
  if (another !== undefined)
    throw new Failure(`${id} waits for several proposals; name the one that you mean.`, {
      next: views.map((view) => `${view.id}  ${view.question}`),
    })
  const found = only ?? views.at(-1)
  if (found === undefined) throw new Failure(`${id} has no proposal.`)
  return found
}
