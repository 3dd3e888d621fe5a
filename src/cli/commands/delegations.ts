/** `charter delegate`, `charter delegations` */
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { dim } from "../output.ts"
import { table } from "../table.ts"
import { plain } from "../text.ts"
import { localTime, readTime, timeAndDistance } from "../times.ts"

export const delegate = async (invocation: Invocation, given: Given): Promise<void> => {
  const on = textOption(given, "on")
  const until = textOption(given, "for")
  if (until === undefined)
    throw misuse("A delegation has an end: say for how long.", "Such as: charter delegate NAME --for 7d")
  const expires = readTime(until, "--for", new Date(), true)
  const client = await connect(invocation, "person")
  const org = invocation.org ?? (await onlyOrganization(client))
  const made = await client.delegate({ org, to: given.arguments[0]!, expires, ...(on === undefined ? {} : { on }) })
  invocation.output.answer(made, () =>
    [
      `${plain(made.to)} votes for you in ${org} on ${eventsOf(made.on)}, until ${localTime(made.expires)}.`,
      dim(`A vote of your own overrides it. Take it back: charter delegations revoke ${made.id}`),
    ].join("\n"),
  )
}

export const listDelegations = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const list = await (await connect(invocation, "anyone")).delegations({ org })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? "Everybody votes for himself. Give your vote away for a while: charter delegate NAME --for 7d"
      : table(
          ["DELEGATION", "FROM", "TO", "ON", "UNTIL", "ORGANIZATION"],
          list.items.map((one) => [
            one.id,
            plain(one.from),
            plain(one.to),
            eventsOf(one.on),
            timeAndDistance(one.expires, now),
            one.org,
          ]),
          output.columns,
        ),
  )
}

export const revokeDelegation = async (invocation: Invocation, given: Given): Promise<void> => {
  const revoked = await (await connect(invocation, "person")).revokeDelegation(given.arguments[0]!)
  invocation.output.answer(
    revoked,
    () =>
      `${plain(revoked.to)} no longer votes for ${plain(revoked.from)} on ${eventsOf(revoked.on)} in ${revoked.org}.`,
  )
}

const eventsOf = (pattern: string): string => (pattern === "**" ? "all events" : plain(pattern))
