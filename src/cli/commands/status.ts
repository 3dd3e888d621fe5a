/** `charter status` */
import { amount } from "../../domain/amount.ts"
import { urlOf, withoutToken } from "../../discovery/daemonFile.ts"
import type { Status } from "../answers.ts"
import { EXIT_FAILED } from "../failure.ts"
import type { Invocation } from "../command.ts"
import { connectIfRunning, noDaemon } from "../connect.ts"
import { waitsFor } from "./down.ts"
import { bold, dim, green } from "../output.ts"
import { fromNow } from "../times.ts"
import { warnings } from "../warnings.ts"
import { plain } from "../text.ts"

export const rulesInWords = ({ contracts, organizations, revision }: Status): string =>
  `${amount(contracts, "contract")} in ${amount(organizations, "organization")}, revision ${revision.slice(0, 12)}`

export const status = async (invocation: Invocation): Promise<number> => {
  const { output, folders } = invocation
  const connected = await connectIfRunning(invocation, "operator")
  if (connected === undefined) {
    output.answer({ running: false, ...folders }, () =>
      [noDaemon(invocation), dim("charter up starts one.")].join("\n"),
    )
    return EXIT_FAILED
  }
  const [client, daemon] = connected
  const now = await client.status()
  output.answer({ running: true, ...withoutToken(daemon), data: folders.data, ...now }, () => {
    const waiting = [
      [now.openHolds, "held event", "charter holds"],
      [now.openProposals, "open proposal", "charter proposals"],
      [now.openTasks, "open task", "charter tasks"],
    ] as const
    return [
      `The daemon is ${green(plain(now.state))}: Charter ${now.version}, process ${now.pid}, started ${fromNow(now.startedAt, new Date())}.`,
      `  address    ${bold(urlOf(daemon))}`,
      `  workspace  ${now.workspace ?? folders.workspace}`,
      `  data       ${folders.data}`,
      `  rules      ${rulesInWords(now)}`,
      ...waiting.map(
        ([count, noun, command]) =>
          `  ${String(count).padStart(9)}  ${noun}${count === 1 ? "" : "s"}${count === 0 ? "" : dim(`  ${command}`)}`,
      ),
      `  ${"work".padEnd(9)}  ${now.runs.running} of ${now.runs.most} runs; agents: ${Object.entries(now.agents)
        .map(([state, count]) => `${count} ${state}`)
        .join(", ")}`,
      ...(now.draining === undefined ? [] : [`  ${"stopping".padEnd(9)}  ${waitsFor(now.draining, new Date())}`]),
      ...warnings(now),
    ].join("\n")
  })
  return 0
}
