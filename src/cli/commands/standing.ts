/** `charter standing` */
import type { Given, Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { table } from "../table.ts"
import { plain } from "../text.ts"
import { timeAndDistance } from "../times.ts"

export const listStanding = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const list = await (await connect(invocation, "anyone")).standing({ org })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? "No approval stands for more than its own event. One that does: charter approve ID --standing 2h --max 20"
      : table(
          ["STANDING", "BY", "TYPE", "OF", "LEFT", "UNTIL", "CONTRACT", "ORGANIZATION"],
          list.items.map((one) => [
            plain(one.id),
            plain(one.by),
            plain(one.type),
            plain(one.requester),
            String(one.left),
            timeAndDistance(one.until, now),
            plain(one.contract),
            one.org,
          ]),
          output.columns,
        ),
  )
}

export const revokeStanding = async (invocation: Invocation, given: Given): Promise<void> => {
  const revoked = await (await connect(invocation, "person")).revokeStanding(given.arguments[0]!)
  const { by, type, requester, org } = revoked
  invocation.output.answer(
    revoked,
    () => `${plain(type)} of ${plain(requester)} is no longer approved by itself for ${plain(by)} in ${org}.`,
  )
}
