/** `charter channel`, `charter send` */
import { randomUUID } from "node:crypto"
import type { MessageView } from "../answers.ts"
import { type Given, type Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { readLimit } from "../limit.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { author } from "../inbox/cards.ts"
import { dim } from "../output.ts"
import { table } from "../table.ts"
import { plain, plainLines } from "../text.ts"
import { textInput } from "../textInput.ts"
import { briefTime } from "../times.ts"
import { decisionText, exitCodeOf } from "./publish.ts"

export const listChannels = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const client = await connect(invocation, "anyone")
  const { items } = await client.organizations()
  const channels = items
    .filter(({ id }) => org === undefined || id === org)
    .flatMap(({ id, channels: names }) => names.map((channel) => ({ org: id, channel })))
  output.answer({ items: channels }, () =>
    channels.length === 0
      ? "There are no channels that you may read."
      : [
          table(
            ["CHANNEL", "ORGANIZATION"],
            channels.map((one) => [`#${plain(one.channel)}`, one.org]),
            output.columns,
          ),
          "",
          dim(`Read one: charter channel read ${plain(channels.at(-1)!.channel)} --org ${channels.at(-1)!.org}`),
        ].join("\n"),
  )
}

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

/** `erin`, `@erin`, or `coder@team` for an agent of one of several organizations. */
export const sendToMember = (invocation: Invocation, given: Given): Promise<number> => {
  const [to = "", home] = given.arguments[0]!.replace(/^@/, "").split("@")
  return send(home === undefined ? invocation : { ...invocation, org: `@${home}` }, { to }, given)
}

const send = async (
  invocation: Invocation,
  where: { readonly channel: string } | { readonly to: string },
  given: Given,
): Promise<number> => {
  const words = given.arguments.slice(1).join(" ")
  const text = words === "-" ? await textInput("-") : words
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const event = { id: randomUUID(), type: "message.send.requested", org, data: { ...where, text } }
  const answer = await client.publish(event)
  const said = answer.verdict === "allow" ? "Sent." : await decisionText(client, event, answer)
  invocation.output.answer(answer, () => said)
  return exitCodeOf(answer)
}

const channelOf = ({ arguments: [name = ""] }: Given): string => name.replace(/^#/, "")

const messageText = ({ at, from, fromkind, text, resource }: MessageView, now: Date): string =>
  [
    `${dim(briefTime(at, now))}  ${author(from, fromkind)}  ${indented(text)}`,
    ...(resource === undefined ? [] : [dim(`    the whole of it: charter resource get ${resource}`)]),
  ].join("\n")

const indented = (text: string): string => plainLines(text.trimEnd()).replaceAll("\n", "\n    ")
