/** `charter cancel` */
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { plain } from "../text.ts"

export const cancel = async (invocation: Invocation, given: Given): Promise<void> => {
  const id = given.arguments[0]!
  const reason = textOption(given, "reason")
  const client = await connect(invocation, "anyone")
  const hold = await client.cancel(
    id.startsWith("p-") ? "proposals" : "holds",
    id,
    reason === undefined ? {} : { reason },
  )
  invocation.output.answer(
    hold,
    () =>
      `${plain(hold.type)} of ${plain(hold.requester.name)} is ${hold.state}${hold.reason === undefined ? "" : `: ${plain(hold.reason)}`}.`,
  )
}
