/** `charter confirm` */
import type { Invocation } from "../command.ts"
import { connect } from "../connect.ts"

export const confirm = async (invocation: Invocation): Promise<void> => {
  const client = await connect(invocation, "operator")
  const confirmed = await client.confirm()
  invocation.output.answer(confirmed, () => `Confirmed: revision ${confirmed.revision.slice(0, 12)} is in force.`)
}
