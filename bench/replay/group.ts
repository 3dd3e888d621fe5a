/** Row "replay": what a history costs that is decided anew, and one that is only folded, beside the conditions alone. */
import { contest, rateOf, ratioOf } from "../contest/contest.ts"
import { atLeast, type Report } from "../rows.ts"
import type { Settings } from "../settings.ts"

export const replay = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const input = { rules: settings.rules(contracts, "effects"), contracts }
  const [alone, anew, folded] = await contest(
    [
      { name: "conditions alone", module: new URL("../conditions/charter.ts", import.meta.url), input },
      { name: "decided anew", module: new URL("decidedAnew.ts", import.meta.url), input },
      { name: "only folded", module: new URL("folded.ts", import.meta.url), input },
    ],
    { ...settings.pace, compared: 0 },
  )
  const row = (times: number, one: NonNullable<typeof alone>) =>
    atLeast(times, {
      name: `replay: ${one.name}`,
      value: rateOf(one),
      unit: "events/s",
      ratio: ratioOf(one, alone!),
      against: alone!.name,
    })
  return {
    rows: [row(0.05, anew!), row(0.1, folded!)],
    tables: [
      {
        title: `Replay of a history, ${contracts.toLocaleString("en")} contracts`,
        columns: ["", "events/s", "µs/event", "in terms of the conditions"],
        rows: [alone!, anew!, folded!].map((one) => [
          one.name,
          rateOf(one),
          1e6 / rateOf(one),
          `${ratioOf(one, alone!).toFixed(2)} x`,
        ]),
        notes: [
          `${folded!.figures.records!.toFixed(2)} records a published event are folded, and count as one event here`,
          `decided anew: ${anew!.figures.equal!.toLocaleString("en")} decisions, all as they stand in the history`,
        ],
      },
    ],
  }
}
