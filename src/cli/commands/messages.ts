/** `charter channel`, `charter send`, `charter inbox` */
import { randomUUID } from "node:crypto"
import { text as textOf } from "node:stream/consumers"
import type { QueryOf } from "../../client/operations.ts"
import type { InboxItem, List, MessageView } from "../answers.ts"
import type { Client } from "../client.ts"
import { type Given, type Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { readLimit } from "../limit.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { bold, dim } from "../output.ts"
import { plain, plainLines } from "../text.ts"
import { briefTime } from "../times.ts"
import { decisionText, exitCodeOf } from "./publish.ts"

export const readChannel = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const name = channelOf(given)
  const list = await client.messages(name, { org, limit: readLimit(given) })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? `Nothing has been said in #${plain(name)} of ${org}. Begin: charter channel post ${plain(name)} "hello"`
      : list.items
          .toReversed()
          .map((message) => messageText(message, now))
          .join("\n"),
  )
}

export const postInChannel = (invocation: Invocation, given: Given): Promise<number> =>
  send(invocation, { channel: channelOf(given) }, given)

export const sendToMember = (invocation: Invocation, given: Given): Promise<number> =>
  send(invocation, { to: given.arguments[0]!.replace(/^@/, "") }, given)

export const listInbox = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const all = given.options["all"] === true
  const client = await connect(invocation, "person")
  const query = { org, limit: readLimit(given) }
  const shown = all ? await client.inbox(query) : await openItems(client, query)
  const now = new Date()
  output.answer(shown, () =>
    shown.items.length === 0
      ? all
        ? "Nothing has reached you yet."
        : "Your inbox is empty. What you have acknowledged: charter inbox list --all"
      : [
          shown.items
            .toReversed()
            .map((item) => itemText(item, now))
            .join("\n"),
          "",
          dim(`Done with it: charter inbox ack ${shown.items[0]!.id}`),
        ].join("\n"),
  )
  const unseen = shown.items.filter(({ state }) => state === "new").map(({ id }) => id)
  // What a program has read, nobody has seen.
  if (!output.json && unseen.length > 0) for (const ids of chunks(unseen)) await client.markInbox(ids, "seen")
}

/** What is not acknowledged, the newest first. */
const openItems = async (client: Client, query: QueryOf<"GET /v1/inbox">): Promise<List<InboxItem>> => {
  const lists = await Promise.all((["new", "seen"] as const).map((state) => client.inbox({ ...query, state })))
  const items = lists.flatMap((list) => list.items).toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
  return { items: items.slice(0, Number(query["limit"])) }
}

export const acknowledge = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "person")
  const marked = await client.markInbox(given.arguments, "acknowledged")
  invocation.output.answer(marked, () =>
    marked.items.length === 1 ? "It is acknowledged." : `${marked.items.length} are acknowledged.`,
  )
}

const send = async (
  invocation: Invocation,
  where: { readonly channel: string } | { readonly to: string },
  given: Given,
): Promise<number> => {
  const words = given.arguments.slice(1).join(" ")
  const text = words === "-" ? await textOf(process.stdin) : words
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const event = { id: randomUUID(), type: "message.send.requested", org, data: { ...where, text } }
  const answer = await client.publish(event)
  const said = answer.verdict === "allow" ? "Sent." : await decisionText(client, event, answer)
  invocation.output.answer(answer, () => said)
  return exitCodeOf(answer)
}

/** As many as one request marks. */
const MARKED_AT_ONCE = 100
const chunks = (ids: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(ids.length / MARKED_AT_ONCE) }, (_, index) =>
    ids.slice(index * MARKED_AT_ONCE, (index + 1) * MARKED_AT_ONCE),
  )

const channelOf = ({ arguments: [name = ""] }: Given): string => name.replace(/^#/, "")

const messageText = ({ at, from, fromkind, text, resource }: MessageView, now: Date): string =>
  [
    `${dim(briefTime(at, now))}  ${author(from, fromkind)}  ${indented(text)}`,
    ...(resource === undefined ? [] : [dim(`    the whole of it: GET /v1/resources/${resource}`)]),
  ].join("\n")

const itemText = ({ id, org, at, from, fromkind, kind, channel, text, state }: InboxItem, now: Date): string => {
  const where = kind === "message" ? "to you" : channel === undefined ? "mentions you" : `mentions you in #${channel}`
  const mark = state === "new" ? bold("new") : dim(state)
  return `${id}  ${mark}  ${dim(briefTime(at, now))}  ${author(from, fromkind)} ${where} ${dim(org)}\n    ${indented(text)}`
}

const indented = (text: string): string => plainLines(text.trimEnd()).replaceAll("\n", "\n    ")

/** Who is no member may go by any name. */
const author = (name: string, kind: MessageView["fromkind"]): string =>
  kind === "external" ? `${bold(plain(name))} ${dim("(external)")}` : bold(plain(name))
