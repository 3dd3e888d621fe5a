/** `charter up` */
import { findDaemon } from "../../discovery/findDaemon.ts"
import { outputFile } from "../../discovery/folders.ts"
import { type DaemonFile, urlOf, withoutToken } from "../../discovery/daemonFile.ts"
import { DEFAULT_HOST, DEFAULT_PORT, DISK_EDITS, startInBackground } from "../background.ts"
import { makeClient } from "../client.ts"
import { choiceOption } from "../choice.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { checkServes } from "../connect.ts"
import { misuse } from "../failure.ts"
import { bold, dim } from "../output.ts"
import { warnings } from "../warnings.ts"

export const up = async (invocation: Invocation, given: Given): Promise<number | void> => {
  const { output, folders } = invocation
  const host = textOption(given, "host") ?? DEFAULT_HOST
  const port = readPort(textOption(given, "port"))
  const diskEdits = choiceOption(given, "diskEdits", DISK_EDITS)
  const found = await findDaemon(folders.data)
  if (found.state === "running") {
    checkServes(invocation, found.daemon)
    output.answer(answerOf(found.daemon, invocation, false), () =>
      [`A daemon is running for ${folders.workspace} already.`, ...place(found.daemon, invocation)].join("\n"),
    )
    return
  }
  if (given.options["foreground"] === true)
    return (await import("../foreground.ts")).runInForeground(invocation, { host, port, diskEdits })
  const daemon = await startInBackground(invocation, { host, port, diskEdits })
  const status = await makeClient(daemon, daemon.token).status()
  output.answer(answerOf(daemon, invocation, true), () =>
    [
      `The daemon runs, with ${counted(status.contracts, "contract")} in ${counted(status.organizations, "organization")}.`,
      ...place(daemon, invocation),
      ...warnings(status),
      dim("charter status shows how it is, charter down stops it."),
    ].join("\n"),
  )
}

const answerOf = (daemon: DaemonFile, { folders }: Invocation, started: boolean) => ({
  ...withoutToken(daemon),
  ...folders,
  started,
})

const place = (daemon: DaemonFile, { folders }: Invocation): ReadonlyArray<string> => [
  `  address    ${bold(urlOf(daemon))}`,
  `  process    ${daemon.pid}`,
  `  workspace  ${folders.workspace}`,
  `  data       ${folders.data}`,
  `  output     ${outputFile(folders.data)}`,
]

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const MAX_PORT = 65_535

const readPort = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > MAX_PORT)
    throw misuse(
      `--port is a number from 0 to ${MAX_PORT}, not ${JSON.stringify(text)}.`,
      "With --port 0 the daemon takes any that is free.",
    )
  return port
}
