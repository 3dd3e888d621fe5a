/** `charter replay` */
import type { Replay } from "../answers.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { askAboutEvent, checkEventId } from "../eventId.ts"
import { bold, dim, yellow } from "../output.ts"
import { plain } from "../text.ts"
import { VERDICTS } from "../verdicts.ts"

export const replay = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const id = checkEventId(given.arguments[0]!)
  const query = { org, source: textOption(given, "source") }
  const client = await connect(invocation, "anyone")
  const replayed = await askAboutEvent(client, id, org, (whole) => client.replay(whole, query))
  output.answer(replayed, () => textOf(replayed))
}

const textOf = ({ event, org, then, now, differs }: Replay): string => {
  const sameRules = then.revision === now.revision
  return [
    `${dim("then")}  ${decisionText(then)}`,
    `${dim("now")}   ${decisionText(now)}`,
    "",
    differs
      ? bold(yellow("The rules now in force decide it otherwise."))
      : sameRules
        ? "It was decided under the rules that are in force now."
        : "The rules have changed since, and decide it as they did.",
    dim(`Nothing has followed from this. Why it was decided as it was: charter explain ${event} --org ${org}`),
  ].join("\n")
}

const decisionText = ({ verdict, contracts, reason }: Replay["then"]): string =>
  `${bold(VERDICTS[verdict](verdict))}: ${reason === undefined ? (contracts.length === 0 ? "no contract speaks to it" : contracts.join(", ")) : plain(reason)}`
