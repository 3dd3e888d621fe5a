/** Row "fan-out": every member is told of every event, beside a loop that does nothing else. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { contest, rateOf, ratioOf } from "../contest/contest.ts"
import { atLeast, type Report, within } from "../rows.ts"
import type { Settings } from "../settings.ts"
import { BURST_EVENTS, type FanOutInput } from "./toldTo.ts"

export const fanOut = async (settings: Settings): Promise<Report> => {
  const members = settings.scale(1_000)
  const folder = join(settings.folder, "fanout")
  mkdirSync(folder)
  const input: FanOutInput = { members, folder }
  const [ours, bare] = await contest(
    [
      { name: "charter", module: new URL("daemon.ts", import.meta.url), input },
      { name: "bare ws loop", module: new URL("bareLoop.ts", import.meta.url), input },
    ],
    settings.daemonPace,
  )
  const to = `to ${members.toLocaleString("en")} WebSocket members`
  return {
    rows: [
      atLeast(0.9, {
        name: `fan-out: ${to}`,
        value: rateOf(ours!),
        unit: "deliveries/s",
        ratio: ratioOf(ours!, bare!),
        against: bare!.name,
      }),
      within(10, { name: "fan-out: loop blocked at a time", value: ours!.figures.blockedMs!, unit: "ms" }),
    ],
    tables: [
      {
        title: `Fan-out ${to}`,
        columns: ["", "deliveries/s", "lowest", "highest", "in terms of the loop", "blocked ms", "worst", "bytes each"],
        rows: [ours!, bare!].map((one) => [
          one.name,
          rateOf(one),
          Math.min(...one.rates),
          Math.max(...one.rates),
          `${ratioOf(one, bare!).toFixed(2)} x`,
          one.figures.blockedMs!,
          one.figures.worstMs!,
          one.figures.bytes!,
        ]),
        notes: [
          `${BURST_EVENTS} events together, in one request where they are published; the next when all members have these`,
          "blocked: the longest that the server's loop did nothing else, median of the rounds; another process may have had the core",
        ],
      },
    ],
  }
}
