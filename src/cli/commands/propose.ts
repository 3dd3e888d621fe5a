/** `charter propose`, `charter changes` */
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { FOLDERS } from "../../workspace/scan.ts"
import { changeText, meaningLines, operatorLines } from "../changeText.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { EXIT_FAILED, Failure, misuse } from "../failure.ts"
import { bold, dim } from "../output.ts"
import { plain } from "../text.ts"

export const propose = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output } = invocation
  const into = textOption(given, "to")
  const { remove = [] } = given.options
  if (into !== undefined && given.arguments.length !== 1) throw misuse("--to is for one file.")
  const gone = Array.isArray(remove) ? (remove as ReadonlyArray<string>) : []
  if (given.arguments.length + gone.length === 0)
    throw misuse("Name the files that are proposed, or with --remove those that are to go.")
  const files = Object.fromEntries([
    ...given.arguments.map((file) => [into ?? placeOf(file), readProposed(file)] as const),
    ...gone.map((file) => [file, null] as const),
  ])
  const client = await connect(invocation, "anyone")
  const change = await client.propose({ files, ...(given.options["dryRun"] === true ? { dryRun: true } : undefined) })
  const text = await changeText(client, change)
  output.answer(change, () => text)
  return change.state === "denied" || change.state === "failed" ? EXIT_FAILED : 0
}

export const changes = async (invocation: Invocation, given: Given): Promise<void> => {
  const [id] = given.arguments
  const client = await connect(invocation, "anyone")
  if (id !== undefined) {
    const change = await client.change(id)
    const text = await changeText(client, change)
    return invocation.output.answer(change, () => text)
  }
  const list = await client.call("GET /v1/changes")
  invocation.output.answer(list, () =>
    list.items.length === 0
      ? "No change of the rules waits. Ask for one: charter propose FILE"
      : list.items
          .map((change) =>
            [
              `${bold(plain(change.change ?? ""))}  ${plain(change.summary)} ${dim(`(${change.state}; ${change.deciding.join(", ")} decide)`)}`,
              ...(change.reason === undefined ? [] : [`  ${plain(change.reason)}`]),
              ...operatorLines(change),
              ...meaningLines(change),
            ].join("\n"),
          )
          .join("\n\n"),
  )
}

/** The path in the workspace that is meant: from the last folder of rules in it on. */
const placeOf = (file: string): string => {
  const segments = file.split("/")
  const at = segments.findLastIndex((segment) => (FOLDERS as ReadonlyArray<string>).includes(segment))
  if (at >= 0 && at < segments.length - 1) return segments.slice(at).join("/")
  throw misuse(
    `Nothing says what ${file} is to be in the workspace.`,
    `For contracts:       charter propose ${file} --to contracts/${basename(file)}`,
    `For organizations:   charter propose ${file} --to organizations/${basename(file)}`,
  )
}

const readProposed = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    throw new Failure(`The file ${file} cannot be read: ${(error as Error).message}.`)
  }
}
