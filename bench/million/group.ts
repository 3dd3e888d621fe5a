/** Row "a log of 1,000,000 events": what a long history costs those who publish, who read, and who start. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { contest, median, rateOf, ratioOf } from "../contest/contest.ts"
import { startHelper } from "../contest/helper.ts"
import type { PublishInput } from "../publish/input.ts"
import { atLeast, atMost, type Report, type Row } from "../rows.ts"
import type { Settings } from "../settings.ts"
import { makeProgram, makeWorkspace, startAndStop } from "../start/program.ts"
import { shapeFor } from "../workload/shape.ts"
import type { BuildRequest, Built } from "./build.ts"
import { agentPages, humanPages, type InboxInput } from "./pages.ts"

const RECORDS = 1_000_000
const QUICK_RECORDS = 4_000
/** Each waits for its own; one alone waits for the disk, whatever the log. */
const PRODUCERS = 64
const EMPTY = "an empty log"

interface Log {
  /** `1,000,000 events` */
  readonly name: string
  readonly workspace: string
  /** Folder with the database. */
  readonly data: string
  readonly file: string
}

export const million = async (settings: Settings): Promise<Report> => {
  const records = settings.quick ? QUICK_RECORDS : RECORDS
  const contracts = settings.scale(1_000)
  const workspace = makeWorkspace(settings.folder, contracts)
  // Where the daemon of the workspace looks for it.
  const data = `${workspace}-data`
  mkdirSync(data, { mode: 0o700 })
  const file = join(data, "charter.db")
  const name = `${records.toLocaleString("en")} events`
  const built = await build({ rules: settings.rules(contracts, "effects"), contracts, file, records })
  const log: Log = { name, workspace, data, file }
  // Publishing makes the log longer, so that comes last.
  const parts = [
    await inbox(settings, log, contracts),
    await starts(settings, log, contracts),
    await publish(settings, log, contracts),
  ]
  const [first, ...others] = parts.flatMap(({ tables }) => tables)
  const how = `made by a daemon's mailboxes and writer in ${built.seconds.toFixed(0)} s: ${built.records.toLocaleString("en")} records, as if in a month`
  return {
    rows: parts.flatMap(({ rows }) => rows),
    tables: [{ ...first!, notes: [how, ...(first!.notes ?? [])] }, ...others],
  }
}

const build = async (request: BuildRequest): Promise<Built> => {
  const helper = startHelper<BuildRequest, Built>(new URL("build.ts", import.meta.url))
  try {
    return await helper.ask(request)
  } finally {
    helper.end()
  }
}

const inbox = async (settings: Settings, { name, file }: Log, contracts: number): Promise<Report> => {
  const rows: Array<Row> = []
  const lines: Array<ReadonlyArray<string | number>> = []
  let compared = 0
  for (const [whose, filters] of [
    ["a human's", humanPages],
    ["an agent's", agentPages(shapeFor(contracts).organizations)],
  ] as const) {
    const input: InboxInput = { file, filters }
    const [bare, ours] = await contest(
      [
        { name: "bare prepared query", module: new URL("bareInbox.ts", import.meta.url), input },
        { name: "charter", module: new URL("inbox.ts", import.meta.url), input },
      ],
      settings.pace,
    )
    compared += ours!.compared
    rows.push(
      atMost(2, {
        name: `${name}: ${whose} inbox`,
        value: 1e6 / rateOf(ours!),
        unit: "µs a page",
        ratio: ratioOf(bare!, ours!),
        against: bare!.name,
      }),
    )
    for (const one of [ours!, bare!])
      lines.push([whose, one.name, rateOf(one), 1e6 / rateOf(one), `${ratioOf(bare!, one).toFixed(2)} x`])
  }
  return {
    rows,
    tables: [
      {
        title: `Inbox in a log of ${name}`,
        columns: ["", "", "pages/s", "µs a page", "time in terms of the bare query"],
        rows: lines,
        notes: [
          "pages of 50: what is new, what is acknowledged, and all; the bare query leaves its rows as they are",
          `${compared.toLocaleString("en")} answers compared, all equal`,
        ],
      },
    ],
  }
}

const starts = async (settings: Settings, { name, workspace }: Log, contracts: number): Promise<Report> => {
  const program = await makeProgram(settings)
  const empty = makeWorkspace(settings.folder, contracts)
  // The first start fills the caches, and leaves a snapshot of what this very set of rules has made of the log.
  for (const one of [empty, workspace]) await startAndStop(program, one)
  const times: Record<"empty" | "long", Array<number>> = { empty: [], long: [] }
  for (let round = 0; round < settings.pace.rounds; round++) {
    times.empty.push(await startAndStop(program, empty))
    times.long.push(await startAndStop(program, workspace))
  }
  const ratio = median(times.long.map((ms, round) => ms / times.empty[round]!))
  const line = (what: string, ms: ReadonlyArray<number>, of: number) => [
    what,
    median(ms),
    Math.min(...ms),
    Math.max(...ms),
    `${of.toFixed(2)} x`,
  ]
  return {
    rows: [
      atMost(1.5, {
        name: `${name}: start with a snapshot`,
        value: median(times.long),
        unit: "ms",
        ratio,
        against: EMPTY,
      }),
    ],
    tables: [
      {
        title: `Start of the bundle on a log of ${name}, ${contracts.toLocaleString("en")} contracts`,
        columns: ["", "ms", "shortest", "longest", `in terms of ${EMPTY}`],
        rows: [line(EMPTY, times.empty, 1), line(name, times.long, ratio)],
        notes: ["each after a daemon that was stopped, which leaves a snapshot of every organization"],
      },
    ],
  }
}

const publish = async (settings: Settings, { name, data }: Log, contracts: number): Promise<Report> => {
  const fresh = join(settings.folder, "million-empty")
  mkdirSync(fresh)
  const module = new URL("../publish/mailboxes.ts", import.meta.url)
  const input: Omit<PublishInput, "folder"> = {
    rules: settings.rules(contracts, "effects"),
    contracts,
    producers: PRODUCERS,
  }
  const [empty, long] = await contest(
    [
      { name: EMPTY, module, input: { ...input, folder: fresh } },
      { name, module, input: { ...input, folder: data } },
    ],
    settings.daemonPace,
  )
  return {
    rows: [
      atLeast(0.8, {
        name: `${name}: publish, ${PRODUCERS} producers`,
        value: rateOf(long!),
        unit: "publishes/s",
        ratio: ratioOf(long!, empty!),
        against: EMPTY,
      }),
    ],
    tables: [
      {
        title: `Durable publish into a log of ${name}, ${PRODUCERS} producers`,
        columns: ["", "publishes/s", "lowest", "highest", `in terms of ${EMPTY}`],
        rows: [empty!, long!].map((one) => [
          one.name,
          rateOf(one),
          Math.min(...one.rates),
          Math.max(...one.rates),
          `${ratioOf(one, empty!).toFixed(2)} x`,
        ]),
      },
    ],
  }
}
