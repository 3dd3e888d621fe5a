import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import type { Row } from "../../bench/rows.ts"

/** What the sources compile to: a quick run is some fifty processes, each short. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/charter-tests", import.meta.url))

const run = (...parameters: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../../bench/run.ts", import.meta.url)), ...parameters], {
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    timeout: 110_000,
  })

const NAMES = [
  /^conditions: json-rules-engine/,
  /^conditions: cedar-wasm/,
  /^conditions: casbin/,
  /^conditions: json-logic-engine/,
  /contracts: own events\/s at/,
  /contracts: own evaluation without the index/,
  /^whole decision/,
  /^load: link and index/,
  /^load: one changed file/,
  /^load: heap/,
  /^durable publish: 1 producer/,
  /^durable publish: 64 producers/,
  /^HTTP publish: 64 connections/,
  /^HTTP publish: lists/,
  /^fan-out: to 200 WebSocket members/,
  /^fan-out: loop blocked/,
  ...["500", "2,000"].flatMap((rate) =>
    ["refused", "p99", "median"].map((what) => new RegExp(`^open loop: ${rate} events/s, ${what}`)),
  ),
  /^replay: decided anew/,
  /^replay: only folded/,
  /^start: charter --help/,
  /^start: daemon ready$/,
  /^start: daemon ready, 200 contracts/,
  ...["a human's inbox", "an agent's inbox", "start with a snapshot", "publish, 64 producers"].map(
    (what) => new RegExp(`^4,000 events: ${what}`),
  ),
  /^memory: idle daemon/,
  /^memory: 200 idle agents/,
]

it("prints one row for each bar as JSON, and nothing else on its output; what people read goes to standard error", () => {
  const { status, stdout, stderr } = run("--quick", "--json")
  expect(stderr).not.toContain("Error")
  expect(status).toBe(0)
  const answer = JSON.parse(stdout) as { readonly rows: ReadonlyArray<Row> }
  expect(Object.keys(answer)).toEqual(["rows"])
  expect(answer.rows).toHaveLength(NAMES.length)
  answer.rows.forEach((row, index) => {
    expect(row.name).toMatch(NAMES[index]!)
    expect(Object.keys(row).toSorted()).toEqual(["against", "bar", "holds", "name", "ratio", "unit", "value"])
    expect(Number.isFinite(row.value)).toBe(true)
    expect(row.bar).toMatch(/^(?:>=|<=) [\d.,]+ \S/)
    expect(row.holds).toBeTypeOf("boolean")
    expect(row.ratio === null).toBe(row.against === null)
    expect(stderr).toContain(row.name)
  })
  // All evaluators, and both ways to an inbox, were asked the same before they were timed.
  expect(stderr).toContain("800 answers compared, all equal")
  expect(stderr).toContain("400 answers compared, all equal")
  expect(stderr).toMatch(/\d % allowed, [\d.]+ % denied, [\d.]+ % held/)
  expect(stderr).toContain("Node 24")
})

it("names its groups where one is asked for that is not there", () => {
  const { status, stderr } = run("--only", "speed")
  expect(status).toBe(1)
  expect(stderr).toContain("there are conditions, ")
})
