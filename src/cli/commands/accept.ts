/** `charter accept` */
import type { EditView, ProposalView } from "../answers.ts"
import { changeText, contentLines } from "../changeText.ts"
import type { Client } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { EXIT_FAILED } from "../failure.ts"
import { bold, dim, red } from "../output.ts"
import { proposalLines } from "../proposalText.ts"
import { plain } from "../text.ts"

/** Without a name it shows what waits; with one, exactly that takes effect. */
export const accept = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output } = invocation
  const [id] = given.arguments
  if (id === undefined) {
    await showWaiting(invocation, await connect(invocation, "anyone"))
    return 0
  }
  if (/^[ph]-/.test(id)) {
    const client = await connect(invocation, "operator")
    const reason = textOption(given, "reason")
    const hold = id.startsWith("p-") ? ((await client.proposal(id)).hold ?? id) : id
    const accepted = await client.accept(hold, reason === undefined ? {} : { reason })
    output.answer(
      accepted,
      () =>
        `${plain(accepted.type)} of ${plain(accepted.requester.name)} is ${accepted.state}${accepted.reason === undefined ? "" : `: ${plain(accepted.reason)}`}.`,
    )
    return 0
  }
  const client = await connect(invocation, "anyone")
  const answer = await client.acceptEdit(id)
  const { change, revision = "" } = answer
  const text = change === undefined ? "" : await changeText(client, change)
  output.answer(answer, () =>
    change === undefined ? `The edit is in force, as revision ${revision.slice(0, 12)}. See: charter status` : text,
  )
  return change?.state === "denied" || change?.state === "failed" ? EXIT_FAILED : 0
}

const showWaiting = async ({ output }: Invocation, client: Client): Promise<void> => {
  const edits = (await client.edits()).items
  const proposals = (await client.proposals({ state: "active", member: "operator" })).items.filter(({ electorate }) =>
    electorate.some(({ kind }) => kind === "operator"),
  )
  const now = new Date()
  const editTexts = await Promise.all(edits.map(editText))
  output.answer({ edits, proposals }, () =>
    edits.length + proposals.length === 0
      ? "Nothing waits to be accepted."
      : [...editTexts, ...proposals.map((proposal) => proposalText(proposal, now))].join("\n\n"),
  )
}

const editText = async (edit: EditView): Promise<string> =>
  [
    `${bold(edit.edit)}  an edit on disk: ${plain(edit.summary)}`,
    ...(await contentLines(edit)),
    ...edit.diagnostics.map((one) => red(`  ${one.file}:${one.line}:${one.column} ${plain(one.message)}`)),
    dim(`  Let exactly this take effect: charter accept ${edit.edit}`),
  ].join("\n")

const proposalText = (proposal: ProposalView, now: Date): string =>
  [...proposalLines(proposal, now), dim(`    charter accept ${proposal.id}, or: charter cancel ${proposal.id}`)].join(
    "\n",
  )
