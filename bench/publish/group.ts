/** Row "durable publish": our way from a publish to its commit, beside a thread that only inserts the rows of it. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { contest, type Rated, rateOf, ratioOf } from "../contest/contest.ts"
import { atLeast, type Report, type Row } from "../rows.ts"
import type { Settings } from "../settings.ts"
import type { PublishInput } from "./input.ts"

const PRODUCERS = [1, 64]

export const durablePublish = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const rules = settings.rules(contracts, "effects")
  const rows: Array<Row> = []
  const lines: Array<ReadonlyArray<string | number>> = []
  let bareFigures: Rated["figures"] = {}
  for (const producers of PRODUCERS) {
    const folder = join(settings.folder, `publish-${producers}`)
    mkdirSync(folder)
    const input: PublishInput = { rules, contracts, producers, folder }
    const [ours, bare] = await contest(
      [
        { name: "charter", module: new URL("mailboxes.ts", import.meta.url), input },
        { name: "bare libsql writer thread", module: new URL("bareWriter.ts", import.meta.url), input },
      ],
      settings.daemonPace,
    )
    bareFigures = bare!.figures
    const who = producers === 1 ? "1 producer" : `${producers} producers`
    rows.push(
      atLeast(0.6, {
        name: `durable publish: ${who}`,
        value: rateOf(ours!),
        unit: "publishes/s",
        ratio: ratioOf(ours!, bare!),
        against: `${bare!.name}, the same rows`,
      }),
    )
    for (const one of [ours!, bare!])
      lines.push([
        who,
        one.name,
        rateOf(one),
        Math.min(...one.rates),
        Math.max(...one.rates),
        `${ratioOf(one, bare!).toFixed(2)} x`,
      ])
  }
  return {
    rows,
    tables: [
      {
        title: `Durable publish, ${contracts.toLocaleString("en")} contracts, answered after the commit`,
        columns: ["", "", "publishes/s", "lowest", "highest", "in terms of the bare thread"],
        rows: lines,
        notes: [
          `${bareFigures.rows!.toFixed(2)} rows a publish, ${bareFigures.records!.toFixed(2)} of them records; the same tables, indexes and settings (WAL, synchronous=FULL), group commit`,
        ],
      },
    ],
  }
}
