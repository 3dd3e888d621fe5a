/** `charter proposals open` */
import { MOTION_KINDS } from "../../domain/proposal.ts"
import { type Given, type Invocation, listOption, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { dim } from "../output.ts"
import { proposalLines } from "../proposalText.ts"
import { decisionText, exitCodeOf } from "./publish.ts"

/** Texts go as they are: the daemon says what is wrong with them. */
const TEXTS = ["resolution", "of", "delay", "within", "document", "goal"] as const

export const openProposal = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output, org } = invocation
  const [word, question = ""] = given.arguments
  const kind = MOTION_KINDS.find((one) => one === word)
  if (kind === undefined) throw misuse(`A proposal is one of ${MOTION_KINDS.join(", ")}, not ${JSON.stringify(word)}.`)
  const wanted = {
    kind,
    question,
    ...(org === undefined ? {} : { org }),
    ...Object.fromEntries(
      TEXTS.flatMap((name) => {
        const text = textOption(given, name)
        return text === undefined ? [] : [[name, name === "resolution" ? resolutionOf(text) : text]]
      }),
    ),
    ...some("options", listOption(given, "option")),
    ...some("from", listOption(given, "from")),
    ...some("veto", listOption(given, "veto")),
    ...one("tieBreak", textOption(given, "tieBreak")),
    ...one("approvals", countOf(given, "approvals")),
    ...one("quorum", quorumOf(given)),
    ...(given.options["weights"] === true ? { weights: "members" as const } : {}),
    ...(given.options["self"] === true ? { self: true } : {}),
    ...(given.options["binding"] === true ? { binding: true } : {}),
  }
  const client = await connect(invocation, "anyone")
  const answer = await client.openProposal(wanted)
  const [id] = answer.verdict === "allow" ? (answer.proposals ?? []) : []
  const said =
    id === undefined
      ? await decisionText(client, { id: answer.id, type: "proposal.open.requested", org: answer.org }, answer)
      : [
          ...proposalLines(await client.proposal(id), new Date()),
          "",
          dim(`Vote: charter vote ${id} CHOICE. Withdraw it: charter cancel ${id}`),
        ].join("\n")
  output.answer(answer, () => said)
  return exitCodeOf(answer)
}

const one = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value })
const some = (name: string, values: ReadonlyArray<string>) => (values.length === 0 ? {} : { [name]: values })

/** `75%`, `3/4` or `0.75` is a share that has to agree; anything else a word. */
const resolutionOf = (text: string): unknown => {
  if (/^\d+(?:\.\d+)?%$|^\d+\/\d+$/.test(text)) return { supermajority: text }
  return /^0?\.\d+$|^1(?:\.0*)?$/.test(text) ? { supermajority: Number(text) } : text
}

const countOf = (given: Given, name: string): number | undefined => {
  const text = textOption(given, name)
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw misuse(`--${name} is a whole number from 1, not ${JSON.stringify(text)}.`)
  return Number(text)
}

const quorumOf = (given: Given): string | number | undefined => {
  const text = textOption(given, "quorum")
  return text?.endsWith("%") === true ? text : countOf(given, "quorum")
}
