/** `charter doc` */
import { readFile } from "node:fs/promises"
import { text as textOf } from "node:stream/consumers"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { Failure, misuse } from "../failure.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { dim } from "../output.ts"
import { table } from "../table.ts"
import { plain, plainLines } from "../text.ts"
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
  if (output.json || document.text !== "")
    output.answer(document, () => (process.stdout.isTTY ? plainLines(document.text) : document.text))
}

export const writeDocument = async (invocation: Invocation, given: Given): Promise<number> => {
  const name = given.arguments[0]!
  const base = versionOf(given, "base")
  const text = await readText(textOption(given, "file"))
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const answer = await client.writeDocument(name, { org }, text, base)
  const event = { id: answer.id, type: "document.write.requested", subject: name, org }
  const said =
    answer.verdict === "allow"
      ? `${plain(name)} of ${org} is at version ${Number(base ?? 0) + 1}.`
      : await decisionText(client, event, answer)
  invocation.output.answer(answer, () => said)
  return exitCodeOf(answer)
}

const versionOf = (given: Given, option: string): string | undefined => {
  const text = textOption(given, option)
  if (text !== undefined && !/^[1-9]\d*$/.test(text))
    throw misuse(`--${option} is the number of a version, not ${JSON.stringify(text)}.`)
  return text
}

const readText = async (file: string | undefined): Promise<string> => {
  if (file === undefined || file === "-") return textOf(process.stdin)
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw new Failure(`The file ${file} cannot be read: ${(error as Error).message}.`)
  }
}
