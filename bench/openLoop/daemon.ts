/** The daemon under requests that come when they are due, not when it is ready for them. */
import { startHelper } from "../contest/helper.ts"
import type { Prepare } from "../contest/contestant.ts"
import { median } from "../contest/contest.ts"
import { openDaemon } from "../http/openDaemon.ts"
import { connectionsOf, type HttpInput } from "../http/requests.ts"
import { ruleFiles } from "../workload/contracts.ts"
import { makeEvents } from "../workload/events.ts"
import { shapeFor } from "../workload/shape.ts"
import type { OpenLoopResult, OpenLoopRun } from "./client.ts"

export interface OpenLoopInput extends HttpInput {
  readonly perSecond: number
}

const prepare: Prepare<OpenLoopInput> = async (input) => {
  const { folder, contracts, perSecond } = input
  const daemon = await openDaemon(folder, ruleFiles(contracts, "effects"))
  const tokens = new Map<string, string>()
  for (const org of shapeFor(contracts).organizations) tokens.set(org, await daemon.tokenFor(`worker${org}`, "agent"))
  const connections = connectionsOf(input, makeEvents(contracts), tokens)
  const client = startHelper<OpenLoopRun, OpenLoopResult>(new URL("client.ts", import.meta.url))
  let last: OpenLoopResult = { refused: 0, latencies: [] }
  return {
    slice: async (ms) => {
      const start = performance.now()
      last = await client.ask({ port: daemon.port, connections, perSecond, ms })
      return (last.latencies.length * 1_000) / (performance.now() - start)
    },
    figures: () => {
      const { refused, latencies } = last
      const quarter = Math.ceil(latencies.length / 4)
      const sorted = latencies.toSorted((a, b) => a - b)
      const share = (of: number): number => sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))]!
      return {
        refused,
        sent: latencies.length,
        p50: share(0.5),
        p99: share(0.99),
        most: sorted.at(-1)!,
        firstQuarter: median(latencies.slice(0, quarter)),
        lastQuarter: median(latencies.slice(-quarter)),
      }
    },
    close: async () => {
      client.end()
      await daemon.close()
    },
  }
}

export default prepare
