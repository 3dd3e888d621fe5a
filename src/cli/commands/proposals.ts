/** `charter proposals` */
import { type Given, type Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { contentLines } from "../changeText.ts"
import { jsonText } from "../jsonText.ts"
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

/** Data is not spread further on a wide terminal. */
const MAX_COLUMNS = 100
const LABEL_COLUMNS = 14

export const showProposal = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "anyone")
  const proposal = await proposalOf(client, given.arguments[0]!)
  const { motion } = proposal
  if (motion !== undefined)
    return output.answer(proposal, () =>
      [
        ...proposalLines(proposal, new Date()),
        "",
        `    ${dim("kind")}      ${proposal.kind}, ${motion.binding ? "binding" : "advisory"}`,
        ...(motion.document === undefined ? [] : [`    ${dim("document")}  ${plain(motion.document)}`]),
        ...(motion.goal === undefined ? [] : [`    ${dim("goal")}      ${plain(motion.goal)}`]),
        `    ${dim("digest")}    ${proposal.digest}`,
        "",
        dim(`How it was decided on: charter explain ${motion.event} --org ${proposal.org}`),
      ].join("\n"),
    )
  const hold = await client.hold(proposal.hold!)
  const { data: written } = await client.event(hold.event, { org: hold.org, source: hold.source })
  const change =
    hold.type === "contract.change.requested" ? await client.change(hold.event).catch(() => undefined) : undefined
  const data = change === undefined ? written : undefined
  const content = change === undefined ? [] : ["", ...(await contentLines(change))]
  output.answer(proposal, () =>
    [
      ...proposalLines(proposal, new Date()),
      "",
      `    ${dim("event")}     ${plain(hold.type)} ${plain(hold.event)}`,
      `    ${dim("contract")}  ${proposal.contract}`,
      `    ${dim("digest")}    ${proposal.digest}`,
      ...content,
      ...(data === undefined
        ? []
        : [
            `    ${dim("data")}      ${plainLines(jsonText(data, Math.min(output.columns, MAX_COLUMNS) - LABEL_COLUMNS)).replaceAll("\n", "\n              ")}`,
          ]),
      "",
      dim(`Why it is held: charter explain ${hold.event} --org ${hold.org}`),
    ].join("\n"),
  )
}
