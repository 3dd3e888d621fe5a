/** `charter approve`, `charter deny`, `charter vote` */
import type { Choice } from "../../domain/proposal.ts"
import type { ProposalView } from "../../log/Projections.ts"
import { nearest } from "../../language/suggest.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { green, red } from "../output.ts"
import { proposalOf } from "../proposalOf.ts"
import { proposalLines } from "../proposalText.ts"
import { plain } from "../text.ts"

export const vote = async (invocation: Invocation, given: Given, chosen?: Choice): Promise<void> => {
  const [id, word] = given.arguments
  const reason = textOption(given, "reason")
  const digest = textOption(given, "digest")
  const client = await connect(invocation, "person")
  const proposal = await proposalOf(client, id!)
  const choice = chosen ?? readChoice(word!, proposal)
  const view = await client.vote(proposal.id, {
    choice,
    ...(reason === undefined ? undefined : { reason }),
    ...(digest === undefined ? undefined : { digest }),
  })
  const outcome = view.state === "active" ? undefined : await client.hold(view.hold)
  invocation.output.answer(view, () => {
    const lines = [`You have ${VOTED[choice] ?? `chosen "${plain(choice)}"`}.`, ...proposalLines(view, new Date())]
    if (outcome?.state === "released")
      lines.push(green(`${plain(outcome.type)} of ${plain(outcome.requester.name)} is let through.`))
    else if (outcome?.state === "held") lines.push("The event still waits for another proposal: charter holds")
    else if (outcome !== undefined)
      lines.push(
        red(
          `${plain(outcome.type)} of ${plain(outcome.requester.name)} is ${outcome.state}${outcome.reason === undefined ? "" : `: ${plain(outcome.reason)}`}.`,
        ),
      )
    return lines.join("\n")
  })
}

const VOTED: Readonly<Record<string, string>> = { approve: "approved", deny: "denied", abstain: "abstained" }

/** What this proposal can be answered with; a slip is not sent. */
const readChoice = (word: string, { id, resolution }: ProposalView): Choice => {
  const choices = resolution.kind === "plurality" ? [...resolution.options, "abstain"] : Object.keys(VOTED)
  if (choices.includes(word)) return word
  const meant = nearest(word, choices)
  throw misuse(
    `A vote on ${id} is ${choices.join(", ")}, not ${JSON.stringify(word)}.`,
    ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
  )
}
