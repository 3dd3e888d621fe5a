/** `charter doc` */
import type { Client } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { Failure, misuse } from "../failure.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { dim } from "../output.ts"
import { table } from "../table.ts"
import { plain } from "../text.ts"
import { textInput } from "../textInput.ts"
import { briefTime } from "../times.ts"
import { decisionText, exitCodeOf } from "./publish.ts"

export const listDocuments = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const list = await (await connect(invocation, "anyone")).documents({ org })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? "There are no documents. Write one: charter doc write NAME --file FILE"
      : table(
          ["DOCUMENT", "VERSION", "BYTES", "BY", "WRITTEN", "ORGANIZATION"],
          list.items.map(({ name, version, bytes, by, at, org: where }) => [
            plain(name),
            String(version),
            String(bytes),
            plain(by),
            briefTime(at, now),
            where,
          ]),
          output.columns,
        ),
  )
}

/** The text alone goes to standard output, so that it can go into a file. */
export const readDocument = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const version = versionOf(given, "version")
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const document = await client.document(given.arguments[0]!, { org, version })
  if (!output.json) output.note(dim(`version ${document.version} by ${plain(document.by)}, ${document.at}`))
  output.exact(document, document.text)
}

export const writeDocument = async (invocation: Invocation, given: Given): Promise<number> => {
  const name = given.arguments[0]!
  const base = versionOf(given, "base")
  const text = await textInput(textOption(given, "file"))
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  return written(invocation, client, { name, org, base }, text)
}

const written = async (
  { output }: Invocation,
  client: Client,
  { name, org, base }: { readonly name: string; readonly org: string; readonly base: string | undefined },
  text: string,
): Promise<number> => {
  const answer = await client.writeDocument(name, { org }, text, base)
  const event = { id: answer.id, type: "document.write.requested", subject: name, org }
  const said =
    answer.verdict === "allow"
      ? `${plain(name)} of ${org} is at version ${Number(base ?? 0) + 1}.`
      : await decisionText(client, event, answer)
  output.answer(answer, () => said)
  return exitCodeOf(answer)
}

/** A write that comes in between is read, and added to. */
const MAX_APPEND_TRIES = 5

export const appendDocument = async (invocation: Invocation, given: Given): Promise<number> => {
  const [name = "", ...words] = given.arguments
  const added = words.join(" ") === "-" ? await textInput("-") : `${words.join(" ")}\n`
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  for (let tries = 1; ; tries++) {
    const { text, version } = await client.document(name, { org })
    const longer = `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${added}`
    try {
      return await written(invocation, client, { name, org, base: String(version) }, longer)
    } catch (error) {
      if (!(error instanceof Failure && error.problem?.status === 412 && tries < MAX_APPEND_TRIES)) throw error
    }
  }
}

const versionOf = (given: Given, option: string): string | undefined => {
  const text = textOption(given, option)
  if (text !== undefined && !/^[1-9]\d*$/.test(text))
    throw misuse(`--${option} is the number of a version, not ${JSON.stringify(text)}.`)
  return text
}
