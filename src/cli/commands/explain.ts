/** `charter explain` */
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { askAboutEvent, checkEventId } from "../eventId.ts"
import { plainLines } from "../text.ts"

export const explain = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const id = checkEventId(given.arguments[0]!)
  const query = { org, source: textOption(given, "source") }
  const client = await connect(invocation, "anyone")
  const explanation = await askAboutEvent(client, id, org, (whole) => client.explain(whole, query))
  output.answer(explanation, () => plainLines(explanation.text))
}
