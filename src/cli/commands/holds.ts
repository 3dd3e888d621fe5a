/** `charter holds` */
import type { HoldView, ProposalView } from "../answers.ts"
import type { Given, Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { bold, dim } from "../output.ts"
import { standingLines } from "../proposalText.ts"
import { timeAndDistance } from "../times.ts"
import { plain } from "../text.ts"

export const holds = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const all = given.options["all"] === true
  const client = await connect(invocation, "anyone")
  const list = await client.holds({ org, state: all ? undefined : "held" })
  const open = await Promise.all(
    list.items
      .filter(({ state }) => state === "held")
      .flatMap(({ proposals }) => proposals.map((id) => client.proposal(id))),
  )
  output.answer(list, () => {
    if (list.items.length === 0)
      return all ? "Nothing has been held." : "Nothing is held. With --all: what was held before."
    const now = new Date()
    return list.items.map((hold) => linesOf(hold, open, now).join("\n")).join("\n\n")
  })
}

const linesOf = (hold: HoldView, open: ReadonlyArray<ProposalView>, now: Date): ReadonlyArray<string> => {
  const head = `${bold(hold.id)}  ${plain(hold.type)} by ${plain(hold.requester.name)} in ${hold.org}, since ${timeAndDistance(hold.opened, now)}`
  if (hold.state !== "held")
    return [head, `    ${hold.state}${hold.reason === undefined ? "" : `: ${plain(hold.reason)}`}`]
  return [
    head,
    ...open.flatMap((proposal) =>
      proposal.hold === hold.id
        ? [
            `  ${proposal.id}  ${plain(proposal.question)}`,
            ...standingLines(proposal, now).map((line) => `    ${line}`),
          ]
        : [],
    ),
    `    ${dim(`charter explain ${hold.event} --org ${hold.org}`)}`,
  ]
}
