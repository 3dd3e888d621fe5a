/** `charter up` */
import { amount } from "../../domain/amount.ts"
import { parseDuration } from "../../domain/duration.ts"
import { findDaemon } from "../../discovery/findDaemon.ts"
import { databaseFile, outputFile } from "../../discovery/folders.ts"
import { type DaemonFile, urlOf, withoutToken } from "../../discovery/daemonFile.ts"
import { DISK_EDITS } from "../../domain/change.ts"
import { startWriterAhead } from "../../log/local/startThread.ts"
import { DEFAULT_HOST, DEFAULT_PORT, startInBackground } from "../background.ts"
import { type Bounds } from "../program.ts"
import { makeClient } from "../client.ts"
import { choiceOption } from "../choice.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { checkServes } from "../connect.ts"
import { misuse } from "../failure.ts"
import { bold, dim, yellow } from "../output.ts"
import { warnings } from "../warnings.ts"

export const up = async (invocation: Invocation, given: Given): Promise<number | void> => {
  const { output, folders } = invocation
  const host = textOption(given, "host") ?? DEFAULT_HOST
  const port = readPort(textOption(given, "port"))
  const diskEdits = choiceOption(given, "diskEdits", DISK_EDITS)
  const bounds = readBounds(given, invocation.environment)
  // A service manager would take the word that one runs for its own having started; the data folder's lock refuses it.
  if (given.options["foreground"] === true) {
    startWriterAhead(databaseFile(folders.data))
    return (await import("../foreground.ts")).runInForeground(invocation, { host, port, diskEdits, ...bounds })
  }
  const found = await findDaemon(folders.data)
  if (found.state === "running") {
    checkServes(invocation, found.daemon)
    const another = port !== 0 && textOption(given, "port") !== undefined && port !== found.daemon.port
    output.answer(answerOf(found.daemon, invocation, false), () =>
      [
        `A daemon is running for ${folders.workspace} already.`,
        ...(another
          ? [
              yellow(
                `It listens on port ${found.daemon.port}, not on ${port}: charter down, then charter up --port ${port}`,
              ),
            ]
          : []),
        ...place(found.daemon, invocation),
      ].join("\n"),
    )
    return
  }
  const daemon = await startInBackground(invocation, { host, port, diskEdits, bounds })
  const status = await makeClient(daemon, daemon.token).status()
  output.answer(answerOf(daemon, invocation, true), () =>
    [
      `The daemon runs, with ${amount(status.contracts, "contract")} in ${amount(status.organizations, "organization")}.`,
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

const MAX_MAX_RUNS = 1_000
const MAX_GRACE_MS = 3_600_000

/** How much the daemon runs at once, and how long it waits for that when it stops. */
const readBounds = (given: Given, environment: NodeJS.ProcessEnv): Bounds => {
  const said = (option: string, variable: string): readonly [string, string] | undefined => {
    const text = textOption(given, option)
    if (text !== undefined) return [text, `--${option}`]
    const set = environment[variable]
    return set === undefined || set === "" ? undefined : [set, variable]
  }
  const runs = said("runs", "CHARTER_RUNS")
  const grace = said("grace", "CHARTER_GRACE")
  const maxRuns = runs === undefined ? undefined : Number(runs[0])
  if (runs !== undefined && (!/^\d+$/.test(runs[0]) || maxRuns! < 1 || maxRuns! > MAX_MAX_RUNS))
    throw misuse(`${runs[1]} is a number from 1 to ${MAX_MAX_RUNS}, not ${JSON.stringify(runs[0])}.`)
  const graceMs = grace === undefined ? undefined : grace[0] === "0" ? 0 : parseDuration(grace[0])
  if (grace !== undefined && (graceMs === undefined || graceMs > MAX_GRACE_MS))
    throw misuse(`${grace[1]} is a duration up to 1h such as 30s, or 0, not ${JSON.stringify(grace[0])}.`)
  return {
    ...(maxRuns === undefined ? undefined : { maxRuns }),
    ...(graceMs === undefined ? undefined : { graceMs }),
  }
}
