/** `charter proposals` */
import { type Given, type Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { meaningLines } from "../changeText.ts"
import { dim } from "../output.ts"
import { proposalLines } from "../proposalText.ts"
import { proposalOf } from "../proposalOf.ts"
import { plain, plainLines } from "../text.ts"

export const listProposals = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const all = given.options["all"] === true
  const client = await connect(invocation, "anyone")
  const list = await client.proposals({ org, state: all ? undefined : "active" })
  output.answer(list, () => {
    if (list.items.length === 0)
      return all ? "There have been no proposals." : "No proposals are open. With --all: those that were decided."
    const now = new Date()
    return [
      list.items.map((proposal) => proposalLines(proposal, now).join("\n")).join("\n\n"),
      ...(list.items.some(({ state }) => state === "active")
        ? ["", dim("Vote with: charter approve ID, or: charter deny ID")]
        : []),
    ].join("\n")
  })
}

export const showProposal = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "anyone")
  const proposal = await proposalOf(client, given.arguments[0]!)
  const hold = await client.hold(proposal.hold)
  const held = (await client.events({ org: hold.org, type: [hold.type], since: hold.opened, order: "asc", limit: "1" }))
    .items[0]
  const change =
    hold.type === "contract.change.requested" ? await client.change(hold.event).catch(() => undefined) : undefined
  const data = held?.id === hold.event && change === undefined ? held.data : undefined
  output.answer(proposal, () =>
    [
      ...proposalLines(proposal, new Date()),
      "",
      `    ${dim("event")}     ${plain(hold.type)} ${plain(hold.event)}`,
      `    ${dim("contract")}  ${proposal.contract}`,
      `    ${dim("digest")}    ${proposal.digest}`,
      ...(change === undefined ? [] : ["", ...meaningLines(change)]),
      ...(data === undefined
        ? []
        : [
            `    ${dim("data")}      ${plainLines(JSON.stringify(data, undefined, 2)).replaceAll("\n", "\n              ")}`,
          ]),
      "",
      dim(`Why it is held: charter explain ${hold.event} --org ${hold.org}`),
    ].join("\n"),
  )
}
