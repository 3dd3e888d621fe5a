/** `charter approve`, `charter deny`, `charter vote` */
import type { Choice, StandingTerms } from "../../domain/proposal.ts"
import type { ProposalView } from "../answers.ts"
import type { Client } from "../client.ts"
import { nearest } from "../../language/suggest.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { proposalOf } from "../proposalOf.ts"
import { dim } from "../output.ts"
import { outcomeText, proposalLines, VOTED } from "../proposalText.ts"
import { plain } from "../text.ts"
import { localTime, readTime } from "../times.ts"

export const vote = async (invocation: Invocation, given: Given, chosen?: Choice): Promise<void> => {
  const [id, word] = given.arguments
  const reason = textOption(given, "reason")
  const digest = textOption(given, "digest")
  const standing = readStanding(given)
  const client = await connect(invocation, "person")
  const proposal = await proposalOf(client, id!)
  const choice = chosen ?? readChoice(word!, proposal)
  const view = await client.vote(proposal.id, {
    choice,
    ...(reason === undefined ? undefined : { reason }),
    ...(digest === undefined ? undefined : { digest }),
    ...(standing === undefined ? undefined : { standing }),
  })
  const outcome = await outcomeText(client, view, choice)
  const made = standing && (await standingOf(client, view, standing))
  invocation.output.answer(view, () => {
    const lines = [outcome, ...proposalLines(view, new Date())]
    if (standing !== undefined)
      lines.push(
        `The same is approved again, ${standing.max === 1 ? "once" : `${standing.max} times`} at most, until ${localTime(standing.until)}.`,
      )
    if (made !== undefined) lines.push(dim(`Take it back: charter standing revoke ${plain(made)}`))
    return lines.join("\n")
  })
}

/** Its id; nothing where it has ended already. */
const standingOf = async (
  client: Client,
  { org, contract }: ProposalView,
  { until }: StandingTerms,
): Promise<string | undefined> => {
  const list = await client.standing({}).catch(() => undefined)
  return list?.items.findLast((one) => one.org === org && one.contract === contract && one.until === until)?.id
}

const readStanding = (given: Given): StandingTerms | undefined => {
  const standing = textOption(given, "standing")
  const max = textOption(given, "max")
  if (standing === undefined && max === undefined) return undefined
  if (standing === undefined || max === undefined)
    throw misuse(
      "--standing says for how long, --max how often; one needs the other.",
      "Such as: --standing 2h --max 20",
    )
  if (!/^[1-9]\d{0,8}$/.test(max)) throw misuse(`--max is a whole number from 1, not ${JSON.stringify(max)}.`)
  return { until: readTime(standing, "--standing", new Date(), true), max: Number(max) }
}

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
