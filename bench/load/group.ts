/** Row "load": what the rules cost before the first event, and when a file changes. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { contest, median, type Rated } from "../contest/contest.ts"
import { type Report, within } from "../rows.ts"
import type { Settings } from "../settings.ts"

export const load = async (settings: Settings): Promise<Report> => {
  const many = settings.scale(10_000)
  const some = settings.scale(1_000)
  const folder = join(settings.folder, "changed")
  mkdirSync(folder)
  const pace = { ...settings.pace, compared: 0 }
  const input = { rules: settings.rules(many, "effects"), contracts: many }
  const [link] = await contest([{ name: "link", module: new URL("link.ts", import.meta.url), input }], pace)
  const [cold] = await contest(
    [{ name: "cold", module: new URL("cold.ts", import.meta.url), input: { contracts: many } }],
    { ...pace, rounds: 0, warmUpMs: 0 },
  )
  const [changed] = await contest(
    [{ name: "changed file", module: new URL("changedFile.ts", import.meta.url), input: { contracts: some, folder } }],
    pace,
  )
  const { firstMs, bytesPerContract, cells } = link!.figures as Record<string, number>
  const { parseMs, lintMs, libraryMs, linkMs } = cold!.figures as Record<string, number>
  const number = many.toLocaleString("en")
  return {
    rows: [
      within(100, { name: `load: link and index ${number} checked contracts`, value: msOf(link!), unit: "ms" }),
      within(50, {
        name: `load: one changed file of ${some.toLocaleString("en")} in force, after the debounce`,
        value: msOf(changed!),
        unit: "ms",
      }),
      within(1_024, { name: "load: heap of the compiled form", value: bytesPerContract!, unit: "bytes a contract" }),
    ],
    tables: [
      {
        title: "Load",
        columns: ["", "ms"],
        rows: [
          [`link and index ${number} checked contracts (${cells} cells), as when a file changes`, msOf(link!)],
          ["the same for the first time in a process", firstMs!],
          [`from nothing: parse ${number} contracts from YAML`, parseMs!],
          ["  lint them as a set", lintMs!],
          ["  check their conditions with json-rules-engine", libraryMs!],
          ["  link them, cells left for later", linkMs!],
          [
            `one changed file of ${some.toLocaleString("en")}, from the end of the debounce until every log has adopted it`,
            msOf(changed!),
          ],
        ],
        notes: [
          "the changed file: a whole daemon without doors; watch, scan, parse, lint, library check, link, switch, commit",
          `heap of the compiled form with its cells: ${Math.round(bytesPerContract!)} bytes a contract, where leaves repeat`,
        ],
      },
    ],
  }
}

const msOf = ({ rates }: Rated): number => 1_000 / median(rates)
