/** `charter cancel` */
import type { HoldView, ProposalView } from "../../log/Projections.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { plain } from "../text.ts"

export const cancel = async (invocation: Invocation, given: Given): Promise<void> => {
  const id = given.arguments[0]!
  if (id.startsWith("t-")) throw misuse(`${id} is a task.`, `End it: charter tasks cancel ${id}`)
  const text = textOption(given, "reason")
  const client = await connect(invocation, "anyone")
  const reason = text === undefined ? {} : { reason: text }
  if (!/^[hp]-/.test(id)) {
    const change = await client.cancelChange(id, reason)
    return invocation.output.answer(change, () => `The change ${id} is given up${why(change)}.`)
  }
  const withdrawn = await (id.startsWith("p-") ? client.cancelProposal(id, reason) : client.cancelHold(id, reason))
  invocation.output.answer(withdrawn, () => `${whatIs(withdrawn)} is ${withdrawn.state}${why(withdrawn)}.`)
}

const whatIs = (withdrawn: HoldView | ProposalView): string =>
  "question" in withdrawn ? plain(withdrawn.question) : `${plain(withdrawn.type)} of ${plain(withdrawn.requester.name)}`

const why = ({ reason }: { readonly reason?: string | undefined }): string =>
  reason === undefined ? "" : `: ${plain(reason)}`
