/** Row "open loop": a steady stream that does not wait for the daemon; whether it keeps up, and stays as quick as it began. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { contest, rateOf } from "../contest/contest.ts"
import { atMost, type Report, type Row, within } from "../rows.ts"
import type { Settings } from "../settings.ts"
import type { OpenLoopInput } from "./daemon.ts"

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
  const rows: Array<Row> = []
  const lines: Array<ReadonlyArray<string | number>> = []
  for (const perSecond of PER_SECOND) {
    const folder = join(settings.folder, `open-loop-${perSecond}`)
    mkdirSync(folder)
    const input: OpenLoopInput = { contracts, connections: CONNECTIONS, batch: 1, folder, perSecond }
    const [daemon] = await contest([{ name: "charter", module: new URL("daemon.ts", import.meta.url), input }], {
      ...settings.daemonPace,
      rounds: 1,
      sliceMs: ms,
    })
    const { refused, p50, p99, most, firstQuarter, lastQuarter, sent } = daemon!.figures as Record<string, number>
    const name = `open loop: ${perSecond.toLocaleString("en")} events/s`
    rows.push(
      within(0, { name: `${name}, refused`, value: refused!, unit: "events" }),
      atMost(10, { name: `${name}, p99`, value: p99!, unit: "ms", ratio: p99! / p50!, against: "p50" }),
      atMost(NO_GROWTH, {
        name: `${name}, median of the last quarter`,
        value: lastQuarter!,
        unit: "ms",
        ratio: lastQuarter! / firstQuarter!,
        against: "the first quarter",
      }),
    )
    lines.push([perSecond, rateOf(daemon!), sent!, refused!, p50!, p99!, most!, firstQuarter!, lastQuarter!])
  }
  return {
    rows,
    tables: [
      {
        title: `Open loop, ${contracts.toLocaleString("en")} contracts, ${ms / 1_000} s, answered after the commit`,
        columns: ["due/s", "answered/s", "events", "refused", "p50 ms", "p99", "most", "first quarter", "last quarter"],
        rows: lines,
        notes: ["timed from when a request was due; quarters: the median of those that were due then"],
      },
    ],
  }
}
