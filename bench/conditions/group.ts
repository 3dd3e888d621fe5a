/** Rows "conditions" and "10,000 contracts": our evaluation beside that of others, without explanations. */
import { contest, type Entry, type Rated, rateOf, ratioOf } from "../contest/contest.ts"
import { atLeast, type Report, type Table } from "../rows.ts"
import type { Settings } from "../settings.ts"

const PEERS = [
  { module: "jsonRulesEngine.ts", name: "json-rules-engine per (org, type)", times: 40 },
  { module: "cedar.ts", name: "cedar-wasm, preparsed set per (org, type)", times: 40 },
  { module: "casbin.ts", name: "casbin, enforcer per (org, type)", times: 8 },
  { module: "jsonLogic.ts", name: "json-logic-engine compiled, per (org, type)", times: 1 },
] as const

export const conditions = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const input = { rules: settings.rules(contracts, "conditions"), contracts }
  const [ours, ...others] = await contest(
    [
      entry("charter", "charter.ts", input),
      ...PEERS.map(({ module, name }) => ({
        ...entry(name, module, input),
        ...(module === "casbin.ts" ? { decidesOnly: true as const } : undefined),
      })),
    ],
    settings.pace,
  )
  return {
    rows: PEERS.map(({ times, name }, index) =>
      atLeast(times, {
        name: `conditions: ${name}`,
        value: rateOf(ours!),
        unit: "events/s",
        ratio: ratioOf(ours!, others[index]!),
        against: name,
      }),
    ),
    tables: [table(`Conditions, ${contracts.toLocaleString("en")} contracts`, ours!, others)],
  }
}

export const manyContracts = async (settings: Settings): Promise<Report> => {
  const [many, few] = [settings.scale(10_000), settings.scale(100)]
  const input = { rules: settings.rules(many, "conditions"), contracts: many }
  const inputOfFew = { rules: settings.rules(few, "conditions"), contracts: few }
  const [ours, withoutIndex] = await contest(
    [entry("charter", "charter.ts", input), entry("charter without its index", "withoutIndex.ts", input)],
    settings.pace,
  )
  // Their answers are to other events, so these two are not compared.
  const [large, small] = await contest(
    [
      entry(`charter, ${many.toLocaleString("en")} contracts`, "charter.ts", input),
      entry(`charter, ${few.toLocaleString("en")} contracts`, "charter.ts", inputOfFew),
    ],
    { ...settings.pace, compared: 0 },
  )
  const name = `${many.toLocaleString("en")} contracts`
  return {
    rows: [
      atLeast(0.3, {
        name: `${name}: own events/s at ${few.toLocaleString("en")}`,
        value: rateOf(large!),
        unit: "events/s",
        ratio: ratioOf(large!, small!),
        against: small!.name,
      }),
      atLeast(30, {
        name: `${name}: own evaluation without the index`,
        value: rateOf(ours!),
        unit: "events/s",
        ratio: ratioOf(ours!, withoutIndex!),
        against: withoutIndex!.name,
      }),
    ],
    tables: [
      table(`Conditions, ${name}`, ours!, [withoutIndex!]),
      table(`Conditions, more and fewer contracts`, large!, [small!]),
    ],
  }
}

const entry = (name: string, module: string, input: unknown): Entry => ({
  name,
  module: new URL(module, import.meta.url),
  input,
})

const table = (title: string, ours: Rated, others: ReadonlyArray<Rated>): Table => ({
  title,
  columns: ["evaluator", "events/s", "lowest", "highest", "µs/event", "ours is faster by"],
  rows: [ours, ...others].map((one) => [
    one.name,
    rateOf(one),
    Math.min(...one.rates),
    Math.max(...one.rates),
    1e6 / rateOf(one),
    one === ours ? "" : `${ratioOf(ours, one).toFixed(1)} x`,
  ]),
  notes: [
    ours.compared === 0
      ? "other events: not compared"
      : `${ours.compared.toLocaleString("en")} answers compared, all equal`,
  ],
})
