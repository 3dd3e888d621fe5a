/** Row "whole decision": everything that a decision costs, in terms of its conditions alone. */
import { contest, rateOf, ratioOf } from "../contest/contest.ts"
import { atMost, type Report } from "../rows.ts"
import type { Settings } from "../settings.ts"

export const wholeDecision = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const input = { rules: settings.rules(contracts, "effects"), contracts }
  const [alone, whole] = await contest(
    [
      { name: "conditions alone", module: new URL("../conditions/charter.ts", import.meta.url), input },
      { name: "whole decision", module: new URL("wholeDecision.ts", import.meta.url), input },
    ],
    settings.pace,
  )
  const mix = whole!.figures
  return {
    rows: [
      atMost(6, {
        name: "whole decision: time of the conditions alone",
        value: rateOf(whole!),
        unit: "events/s",
        ratio: ratioOf(alone!, whole!),
        against: alone!.name,
      }),
    ],
    tables: [
      {
        title: `Whole decision, ${contracts.toLocaleString("en")} contracts`,
        columns: ["", "events/s", "µs/event", "in terms of the conditions"],
        rows: [alone!, whole!].map((one) => [
          one.name,
          rateOf(one),
          1e6 / rateOf(one),
          `${ratioOf(alone!, one).toFixed(2)} x`,
        ]),
        notes: [
          `${percent(mix.allowed)} allowed, ${percent(mix.denied)} denied, ${percent(mix.held)} held; ${percent(mix.limited)} met a limit (${percent(mix.exceeded)} one that was used up), ${percent(mix.counted)} a counter, ${percent(mix.routed)} were routed, ${percent(mix.emitted)} emitted`,
          `${mix.records!.toFixed(2)} records a publish: derived events are decided and folded, too, and count as no event here`,
          `the contracts that matched: ${whole!.compared.toLocaleString("en")} answers compared, all equal`,
        ],
      },
    ],
  }
}

const percent = (share: number | undefined): string => `${((share ?? 0) * 100).toFixed(1)} %`
