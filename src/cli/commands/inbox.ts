/** `charter inbox` */
import type { InboxItem } from "../answers.ts"
import type { Client } from "../client.ts"
import type { Given, Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { whence } from "../inbox/cards.ts"
import { openTerminal } from "../inbox/terminal.ts"
import { markSeen, waitingFor } from "../inbox/waiting.ts"
import { walk } from "../inbox/walk.ts"
import { readLimit } from "../limit.ts"
import { bold, dim } from "../output.ts"
import { proposalLines } from "../proposalText.ts"
import { plainLines } from "../text.ts"
import { briefTime } from "../times.ts"

/** One by one on a terminal; elsewhere the list. */
export const inbox = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const interactive = process.stdin.isTTY && process.stdout.isTTY && !output.json && given.options["all"] !== true
  if (!interactive) return listInbox(invocation, given)
  const limit = readLimit(given)
  const client = await connect(invocation, "person")
  const terminal = openTerminal()
  try {
    await walk(client, terminal, () => waitingFor(client, org, limit))
  } finally {
    terminal.close()
  }
}

export const listInbox = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const all = given.options["all"] === true
  const limit = readLimit(given)
  const client = await connect(invocation, "person")
  const waiting = await waitingFor(client, org, limit)
  const items = all ? (await client.inbox({ org, limit })).items.toReversed() : waiting.items
  output.answer({ proposals: waiting.proposals, items: items.toReversed() }, () =>
    listText(waiting.me, waiting.proposals, items, all),
  )
  // What a program has read, nobody has seen.
  if (!output.json) await markSeen(client, items)
}

const listText = (
  me: string,
  proposals: Awaited<ReturnType<Client["proposals"]>>["items"],
  items: ReadonlyArray<InboxItem>,
  all: boolean,
): string => {
  const now = new Date()
  if (proposals.length === 0 && items.length === 0)
    return all
      ? `Nothing has reached you yet, ${me}.`
      : `Nothing waits for you, ${me}. What you have acknowledged: charter inbox list --all`
  return [
    ...(proposals.length === 0
      ? []
      : [
          bold("Your vote is asked for:"),
          ...proposals.flatMap((proposal) => [...proposalLines(proposal, now), ""]),
          dim(
            `One by one: charter inbox, on a terminal. Or: charter approve ${proposals[0]!.id}, charter deny ${proposals[0]!.id}`,
          ),
          "",
        ]),
    ...(items.length === 0
      ? []
      : [
          bold("Messages:"),
          ...items.map((item) => itemText(item, now)),
          "",
          dim(`Done with it: charter inbox ack ${items.at(-1)!.id}`),
        ]),
  ]
    .join("\n")
    .trimEnd()
}

export const acknowledge = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "person")
  const marked = await client.markInbox(given.arguments, "acknowledged")
  invocation.output.answer(marked, () =>
    marked.items.length === 1 ? "It is acknowledged." : `${marked.items.length} are acknowledged.`,
  )
}

const itemText = (item: InboxItem, now: Date): string => {
  const mark = item.state === "new" ? bold("new") : dim(item.state)
  const text = plainLines(item.text.trimEnd()).replaceAll("\n", "\n    ")
  const next = item.task === undefined ? "" : `\n    ${dim(`When it is done: charter tasks complete ${item.task}`)}`
  return `${item.id}  ${mark}  ${dim(briefTime(item.at, now))}  ${whence(item)}\n    ${text}${next}`
}
