/** Row "memory": what a daemon keeps that has nothing to do. */
import { setTimeout as sleep } from "node:timers/promises"
import { median } from "../contest/contest.ts"
import { type Report, within } from "../rows.ts"
import type { Settings } from "../settings.ts"
import { makeProgram, makeWorkspace, type Program } from "../start/program.ts"

/** Daemons of each kind. */
const STARTS = 5
/** After the start the runtime gives back some of what it has used for it. */
const IDLE_MS = 3_000

export const memory = async (settings: Settings): Promise<Report> => {
  const agents = settings.scale(1_000)
  const contracts = settings.scale(1_000)
  const program = await makeProgram(settings)
  const starts = Math.min(STARTS, settings.pace.rounds)
  const idleMs = Math.min(IDLE_MS, settings.pace.sliceMs * 10)
  const resident: Record<"bare" | "agents" | "contracts", Array<number>> = { bare: [], agents: [], contracts: [] }
  const workspaces = {
    bare: makeWorkspace(settings.folder, 0, { "organizations/crowd.yaml": crowd(1) }),
    agents: makeWorkspace(settings.folder, 0, { "organizations/crowd.yaml": crowd(agents) }),
    contracts: makeWorkspace(settings.folder, contracts),
  }
  // The first start of each compiles and checks what the later ones find done.
  for (const workspace of Object.values(workspaces)) await idleMB(program, workspace, 0)
  for (let round = 0; round < starts; round++)
    for (const [kind, list] of Object.entries(resident) as Array<[keyof typeof workspaces, Array<number>]>)
      list.push(await idleMB(program, workspaces[kind], idleMs))
  const more = median(resident.agents.map((mb, round) => mb - resident.bare[round]!))
  return {
    rows: [
      within(130, { name: "memory: idle daemon", value: median(resident.bare), unit: "MB" }),
      within(20, { name: `memory: ${agents.toLocaleString("en")} idle agents, on top`, value: more, unit: "MB" }),
    ],
    tables: [
      {
        title: "Memory of an idle daemon, the bundle, caches warm",
        columns: ["", "MB resident", "least", "most"],
        rows: [
          ["one agent", resident.bare] as const,
          [`${agents.toLocaleString("en")} agents`, resident.agents] as const,
          [`${contracts.toLocaleString("en")} contracts`, resident.contracts] as const,
        ].map(([name, mb]) => [name, median(mb), Math.min(...mb), Math.max(...mb)]),
        notes: [`${starts} daemons of each, ${(idleMs / 1_000).toFixed(1)} s after they were ready`],
      },
    ],
  }
}

const idleMB = async (program: Program, workspace: string, idleMs: number): Promise<number> => {
  const daemon = await program.up(workspace)
  try {
    await sleep(idleMs)
    return daemon.residentMB()
  } finally {
    await daemon.stop()
  }
}

/** An organization of so many agents that wait for work. */
const crowd = (agents: number): string =>
  [
    'organization: "@crowd"',
    "members:",
    ...Array.from(
      { length: agents },
      (_, index) => `  - { agent: a${index}, executor: { kind: scripted, file: none.yaml } }`,
    ),
    "",
  ].join("\n")
