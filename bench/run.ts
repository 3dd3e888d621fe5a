/**
 * `npm run bench`: the figures of the product, with peers beside us in one run. `--json` for programs, `--only` for some
 * groups, `--quick` to see that it works.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { conditions, manyContracts } from "./conditions/group.ts"
import { wholeDecision } from "./decisions/group.ts"
import { fanOut } from "./fanout/group.ts"
import { httpPublish } from "./http/group.ts"
import { load } from "./load/group.ts"
import { busyness, describeMachine, busyWarning } from "./machine.ts"
import { memory } from "./memory/group.ts"
import { million } from "./million/group.ts"
import { openLoop } from "./openLoop/group.ts"
import { durablePublish } from "./publish/group.ts"
import { replay } from "./replay/group.ts"
import { formatRows, formatTable, type Report, type Row } from "./rows.ts"
import { makeSettings, type Settings } from "./settings.ts"
import { start } from "./start/group.ts"

const GROUPS: Readonly<Record<string, readonly [about: string, run: (settings: Settings) => Promise<Report>]>> = {
  conditions: ["1,000 contracts: our evaluation beside four others", conditions],
  many: ["10,000 contracts: beside 100, and beside no index", manyContracts],
  decision: ["the whole decision in terms of its conditions", wholeDecision],
  load: ["what the rules cost before the first event, and when a file changes", load],
  publish: ["durable publish, beside a thread that only inserts the rows", durablePublish],
  http: ["publish over HTTP, beside an empty handler; lists of events, beside that thread", httpPublish],
  "fan-out": ["every member is told of every event, beside a bare ws loop", fanOut],
  "open-loop": ["a steady stream of events that does not wait for the daemon", openLoop],
  replay: ["a history decided anew, and only folded, beside the conditions alone", replay],
  start: ["help, and a daemon that is ready, in terms of node -e 0", start],
  million: ["a log of 1,000,000 events, beside an empty one and beside a bare query", million],
  memory: ["an idle daemon, and what a thousand idle agents add", memory],
}

/** Where nothing is measured, groups need not wait for each other. */
const QUICK_LANES = 2

const HELP = `npm run bench -- [--only GROUP,GROUP] [--quick] [--json]

Measures the product, with peers beside us in the same run. Only ratios of one run mean much: the machine is shared.

${Object.entries(GROUPS)
  .map(([name, [about]]) => `  ${name.padEnd(12)} ${about}`)
  .join("\n")}

  --only GROUPS   some of them
  --quick         small workloads, one short round: shows that it works, measures nothing
  --json          { "rows": [{ name, value, unit, ratio, against, bar, holds }] }, and the tables on standard error
  --help          this text

The exit code says whether it ran, not whether the bars hold.
`

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const asked = values.only?.split(",").map((name) => name.trim()) ?? Object.keys(GROUPS)
  const unknown = asked.filter((name) => !(name in GROUPS))
  if (unknown.length > 0)
    throw new Error(`no such group: ${unknown.join(", ")}; there are ${Object.keys(GROUPS).join(", ")}`)

  const say = (text: string): void => void (values.json ? process.stderr : process.stdout).write(text)
  const before = busyness()
  const warning = busyWarning(before)
  say(
    `${describeMachine()}\nload at the start ${before.toFixed(2)}${warning === undefined ? "" : `\nWARNING: ${warning}`}\n\n`,
  )
  const folder = mkdtempSync(join(tmpdir(), "charter-bench-"))
  const rows: Array<Row> = []
  try {
    const settings = makeSettings(folder, values.quick)
    const reports = new Map<string, Report>()
    const left = [...asked]
    const lane = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        const report = await GROUPS[name]![1](settings)
        reports.set(name, report)
        for (const table of report.tables) say(`${formatTable(table)}\n`)
      }
    }
    await Promise.all(Array.from({ length: values.quick ? QUICK_LANES : 1 }, lane))
    for (const name of asked) rows.push(...reports.get(name)!.rows)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows }, undefined, 2)}\n`)
  say(`${formatRows(rows)}\n`)
  say(`load at the end ${busyness().toFixed(2)}\n`)
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
