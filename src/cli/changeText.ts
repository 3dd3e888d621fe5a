/** A change of the rules: what it means, and how it stands. */
import { amount } from "../domain/amount.ts"
import { OPERATOR_ASPECTS, type OperatorAspect } from "../domain/change.ts"
import type { ChangeView } from "./answers.ts"
import type { Client } from "./client.ts"
import { fileDiff } from "./fileDiff.ts"
import { bold, dim, green, red, yellow } from "./output.ts"
import { proposalLines } from "./proposalText.ts"
import { plain } from "./text.ts"

type Content = Pick<ChangeView, "meaning" | "files">

/** What it comes to, without what has become of it. */
export const meaningLines = ({ meaning, files }: Content): ReadonlyArray<string> => [
  ...meaning.map((line) => `  ${MARKS[line.split(" ", 1)[0]!] ?? yellow("~")} ${plain(line)}`),
  ...files.map((one) => `  ${dim("file")}  ${plain(one.file)}  ${dim(fileWords(one))}`),
]

/** The same, and the lines of its files that change. */
export const contentLines = async (content: Content): Promise<ReadonlyArray<string>> => [
  ...meaningLines(content),
  "",
  ...(await fileDiff(content.files)),
]

export const changeText = async (client: Client, change: ChangeView): Promise<string> => {
  const { summary, diagnostics, change: id, reason } = change
  const now = new Date()
  const waiting = change.requests.flatMap(({ verdict, proposals = [] }) => (verdict === "hold" ? proposals : []))
  // Not everybody who may ask may see them.
  const views = await Promise.all(waiting.map((one) => client.proposal(one).catch(() => undefined)))
  return [
    `${HEADLINES[change.state]} ${plain(summary)}.`,
    ...(reason === undefined ? [] : [`  ${plain(reason)}`]),
    ...operatorLines(change),
    ...(await contentLines(change)),
    ...diagnostics.map((one) =>
      yellow(`  ${one.file}:${one.line}:${one.column} ${one.severity}: ${plain(one.message)}`),
    ),
    ...views.flatMap((view) => (view === undefined ? [] : ["", ...proposalLines(view, now)])),
    ...(id === undefined ? [] : ["", dim(`charter changes ${id} shows how it stands.`)]),
  ].join("\n")
}

/** Why contracts and votes do not suffice, as long as that matters. */
export const operatorLines = ({ aspects, state }: ChangeView): ReadonlyArray<string> =>
  state === "preview" || state === "waiting"
    ? OPERATOR_ASPECTS.flatMap((aspect) =>
        aspects.includes(aspect)
          ? [
              `  It says ${OPERATORS[aspect]}: only an operator lets that through,`,
              "  with charter accept, or by asking for it himself.",
            ]
          : [],
      )
    : []

const OPERATORS: Readonly<Record<OperatorAspect, string>> = {
  executors: "what the daemon executes for an agent, as its own user",
  environment: "what of the daemon's environment verifies a webhook",
}

const MARKS: Readonly<Record<string, string>> = { added: green("+"), removed: red("-"), changed: yellow("~") }

const HEADLINES: Readonly<Record<ChangeView["state"], string>> = {
  preview: bold("It would be:"),
  waiting: bold(yellow("Held:")),
  denied: bold(red("Denied:")),
  allowed: bold(green("Allowed, and being written:")),
  changed: bold(green("Changed:")),
  failed: bold(red("Failed:")),
}

const fileWords = ({ before, text }: ChangeView["files"][number]): string =>
  text === null ? "goes" : before === null ? `new, ${lines(text)}` : `${lines(before)} before, ${lines(text)} now`

const lines = (text: string): string => amount(text.split("\n").length - (text.endsWith("\n") ? 1 : 0), "line")
