/** Row "start": from the shell to the first answer, in terms of what Node itself needs. */
import { median } from "../contest/contest.ts"
import { atMost, type Report } from "../rows.ts"
import type { Settings } from "../settings.ts"
import { makeProgram, makeWorkspace, startAndStop, timedNode } from "./program.ts"

const HELP = "charter --help"

export const start = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const program = await makeProgram(settings)
  const some = `daemon ready, ${contracts.toLocaleString("en")} contracts`
  const bare = makeWorkspace(settings.folder, 0)
  const full = makeWorkspace(settings.folder, contracts)
  const started: Readonly<Record<string, () => Promise<number>>> = {
    [HELP]: async () => program.timed("--help"),
    "daemon ready": () => startAndStop(program, bare),
    [some]: () => startAndStop(program, full),
  }
  // The first start of each fills the caches; what else it makes, a database and a snapshot, is there from then on.
  for (const run of Object.values(started)) await run()
  const times = new Map<string, Array<number>>(Object.keys(started).map((name) => [name, []]))
  const node: Array<number> = []
  for (let round = 0; round < settings.pace.rounds; round++) {
    node.push(timedNode())
    for (const [name, run] of Object.entries(started)) times.get(name)!.push(await run())
  }
  const ratio = (name: string): number => median(times.get(name)!.map((ms, round) => ms / node[round]!))
  const row = (name: string, most: number) =>
    atMost(most, {
      name: `start: ${name}`,
      value: median(times.get(name)!),
      unit: "ms",
      ratio: ratio(name),
      against: "node -e 0",
    })
  return {
    rows: [row(HELP, 3), row("daemon ready", 10), row(some, 10)],
    tables: [
      {
        title: "Start, the bundle, caches warm",
        columns: ["", "ms", "shortest", "longest", "in terms of node -e 0"],
        rows: [
          ["node -e 0", node, 1] as const,
          ...[...times].map(([name, ms]) => [name, ms, ratio(name)] as const),
        ].map(([name, ms, of]) => [name, median(ms), Math.min(...ms), Math.max(...ms), `${of.toFixed(2)} x`]),
        notes: ["ready: it listens, its rules are in force and its log says that events are taken"],
      },
    ],
  }
}
