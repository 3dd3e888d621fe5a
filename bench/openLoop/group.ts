/** Row "open loop": a steady stream that does not wait for the daemon; whether it keeps up, and stays as quick as it began. */
import { median } from "../contest/contest.ts"
import { startHelper } from "../contest/helper.ts"
import { readDaemonFile, urlOf } from "../../src/discovery/daemonFile.ts"
import { askToken } from "../http/openDaemon.ts"
import { agentTokens } from "../http/requests.ts"
import { atMost, type Report, type Row, within } from "../rows.ts"
import type { Settings } from "../settings.ts"
import { dataOf, makeProgram, makeWorkspace, type Program } from "../start/program.ts"
import type { OpenLoopResult, OpenLoopRun } from "./client.ts"

const PER_SECOND = [500, 2_000]
const RUN_MS = 60_000
const QUICK_RUN_MS = 500
/** Far more than are needed, so that none of them is what a request waits for. */
const CONNECTIONS = 256
/** Medians of two quarters of a run differ by as much on a machine that is shared, without anything having grown. */
const NO_GROWTH = 1.25

export const openLoop = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const ms = settings.quick ? QUICK_RUN_MS : RUN_MS
  const program = await makeProgram(settings)
  const rows: Array<Row> = []
  const lines: Array<ReadonlyArray<string | number>> = []
  for (const perSecond of PER_SECOND) {
    const workspace = makeWorkspace(settings.folder, contracts)
    const { refused, latencies, answeredPerSecond } = await stream(program, workspace, settings.daemonPace.warmUpMs, {
      contracts,
      connections: CONNECTIONS,
      perSecond,
      ms,
    })
    const sorted = latencies.toSorted((a, b) => a - b)
    const share = (of: number): number => sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))]!
    const [p50, p99, most] = [share(0.5), share(0.99), share(1)]
    const quarter = Math.ceil(latencies.length / 4)
    const [firstQuarter, lastQuarter] = [median(latencies.slice(0, quarter)), median(latencies.slice(-quarter))]
    const name = `open loop: ${perSecond.toLocaleString("en")} events/s`
    rows.push(
      within(0, { name: `${name}, refused`, value: refused, unit: "events" }),
      atMost(10, { name: `${name}, p99`, value: p99, unit: "ms", ratio: p99 / p50, against: "p50" }),
      atMost(NO_GROWTH, {
        name: `${name}, median of the last quarter`,
        value: lastQuarter,
        unit: "ms",
        ratio: lastQuarter / firstQuarter,
        against: "the first quarter",
      }),
    )
    lines.push([perSecond, answeredPerSecond, latencies.length, refused, p50, p99, most, firstQuarter, lastQuarter])
  }
  return {
    rows,
    tables: [
      {
        title: `Open loop, the bundle, ${contracts.toLocaleString("en")} contracts, ${ms / 1_000} s, answered after the commit`,
        columns: ["due/s", "answered/s", "events", "refused", "p50 ms", "p99", "most", "first quarter", "last quarter"],
        rows: lines,
        notes: ["timed from when a request was due; quarters: the median of those that were due then"],
      },
    ],
  }
}

/** The daemon as it is shipped, in a process that holds nothing of what is sent to it. */
const stream = async (
  program: Program,
  workspace: string,
  warmUpMs: number,
  run: Omit<OpenLoopRun, "port" | "tokens">,
): Promise<OpenLoopResult & { readonly answeredPerSecond: number }> => {
  const daemon = await program.up(workspace)
  const client = startHelper<OpenLoopRun, OpenLoopResult>(new URL("client.ts", import.meta.url))
  try {
    const own = readDaemonFile(dataOf(workspace))!
    const tokens = [...(await agentTokens(run.contracts, (name, kind) => askToken(urlOf(own), own.token, name, kind)))]
    await client.ask({ ...run, port: own.port, tokens, ms: warmUpMs })
    const result = await client.ask({ ...run, port: own.port, tokens })
    return { ...result, answeredPerSecond: (result.latencies.length * 1_000) / result.tookMs }
  } finally {
    client.end()
    await daemon.stop()
  }
}
