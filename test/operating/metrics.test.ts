/** `/metrics`, of a daemon that has done a bit of everything: well-formed, by the conventions, and true. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { declared, MAX_SERIES, OTHER, gauge } from "../../src/observability/metric.ts"
import * as metrics from "../../src/observability/metrics.ts"
import { METRICS } from "../../src/observability/registry.ts"
import { formatUnsafe } from "effect/observability/PrometheusMetrics"
import { Collector } from "./collector.ts"
import { faultsOf, type Family, parseExposition } from "./exposition.ts"
import { OperatedDaemon, RULES, TEAM } from "./OperatedDaemon.ts"

describe("/metrics", () => {
  let collector: Collector
  let daemon: OperatedDaemon
  let socket: WebSocket
  let families: ReadonlyMap<string, Family>

  const read = async (): Promise<ReadonlyMap<string, Family>> =>
    parseExposition((await daemon.call("GET", "/metrics")).text)
  /** The sum of the series with these labels; of a histogram, its count. */
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const family = families.get(name)!
    const wanted = family.type === "histogram" ? `${name}_count` : name
    return family.samples
      .filter((one) => one.name === wanted && Object.entries(labels).every(([label, of]) => one.labels[label] === of))
      .reduce((sum, one) => sum + one.value, 0)
  }

  beforeAll(async () => {
    collector = await Collector.start()
    daemon = await OperatedDaemon.start(
      { "organizations/team.yaml": TEAM, "contracts/rules.yaml": RULES },
      {
        PLANTED_API_KEY: "planted-api-key-1234",
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_METRIC_EXPORT_INTERVAL: "50",
      },
    )
    const work = await daemon.publish({ type: "work.requested" })
    await daemon.task(work.tasks![0]!)
    await daemon.publish({ type: "forbidden.requested" })
    await daemon.publish({ type: "deploy.requested" })
    const held = (await daemon.publish({ type: "deploy.requested" })) as unknown as { readonly hold: string }
    await daemon.call("POST", `/v1/holds/${held.hold}/cancel`, { json: {} })
    await daemon.call("GET", "/v1/events/such-an-id-as-nobody-has")
    await daemon.call("GET", "/nowhere/at/all")
    socket = new WebSocket(`${daemon.url.replace("http", "ws")}/v1/ws`, {
      headers: { authorization: `Bearer ${daemon.token}` },
    })
    await new Promise((resolve) => socket.once("open", resolve))
    writeFileSync(join(daemon.workspace, "contracts", "broken.yaml"), "contract: broken\non: [")
    await daemon.until(async () => {
      families = await read()
      return value("charter_rejected_files") === 1 && value("charter_runs_open") === 0
    })
  })
  afterAll(async () => {
    socket.close()
    await daemon.close()
    await collector.close()
  })

  it("is text by the grammar of the format, and keeps the conventions", () => {
    expect([...families.values()].flatMap(faultsOf)).toEqual([])
  })

  it("has every metric that is declared, and OTLP has the same ones", async () => {
    expect(Object.keys(metrics).length).toBeGreaterThan(30)
    expect([...families.keys()].toSorted()).toEqual(declared.toSorted())
    await daemon.until(() => declared.every((name) => collector.metricNames.has(name)))
    expect([...collector.metricNames].toSorted()).toEqual(declared.toSorted())
  })

  it("says what has happened", () => {
    expect(value("charter_decisions_total", { verdict: "deny" })).toBe(1)
    expect(value("charter_decisions_total", { verdict: "hold" })).toBe(2)
    expect(value("charter_decisions_total", { verdict: "allow" })).toBeGreaterThan(1)
    expect(value("charter_holds_open", { age: "1h" })).toBe(1)
    expect(value("charter_holds_open")).toBe(1)
    expect(value("charter_hold_oldest_age_seconds")).toBeGreaterThan(0)
    expect(value("charter_holds_ended_total", { outcome: "cancelled" })).toBe(1)
    expect(value("charter_proposals_open")).toBe(1)
    expect(value("charter_tasks_ended_total", { outcome: "completed" })).toBe(1)
    expect(value("charter_tasks_open")).toBe(0)
    expect(value("charter_runs_ended_total", { outcome: "success" })).toBe(1)
    expect(value("charter_run_duration_seconds", { outcome: "success" })).toBe(1)
    expect(value("charter_rejected_files")).toBe(1)
    expect(value("charter_contracts")).toBe(4)
    expect(value("charter_websocket_clients")).toBe(1)
    expect(value("charter_mailbox_waiting_commands", { organization: "@team" })).toBe(0)
    expect(value("charter_snapshot_unsaved_records")).toBeGreaterThan(0)
    expect(value("charter_log_size_bytes")).toBeGreaterThan(4_096)
    expect(value("charter_up")).toBe(1)
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e7)
    expect(Math.abs(value("process_start_time_seconds") - Date.now() / 1_000)).toBeLessThan(300)
    expect(value("charter_build_info", { version: version(), node: process.versions.node })).toBe(1)
  })

  it("counts as many records as the log has, and no commit without its time", async () => {
    const { json } = await daemon.call("GET", "/v1/events?order=asc&limit=1000")
    expect(value("charter_log_records")).toBe((json as { readonly items: ReadonlyArray<unknown> }).items.length)
    expect(value("charter_commit_duration_seconds")).toBe(value("charter_commit_records"))
    expect(value("charter_commit_size_bytes")).toBe(value("charter_commit_records"))
    const { samples } = families.get("charter_commit_size_bytes")!
    const bytes = samples.find(({ name }) => name === "charter_commit_size_bytes_sum")!.value
    const asJson = Buffer.byteLength(JSON.stringify(json))
    expect([bytes > asJson / 2, bytes < asJson * 2]).toEqual([true, true])
  })

  it("names organizations to an operator alone", async () => {
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erin", kind: "human" } })
    const { token } = made.json as { readonly token: string }
    const { text } = await daemon.call("GET", "/metrics", { token })
    expect(text).not.toContain("@team")
    const shown = parseExposition(text).get("charter_mailbox_waiting_commands")!
    expect(shown.samples).toEqual([{ name: shown.name, labels: { organization: "(all)" }, value: 0 }])
    expect(value("charter_mailbox_waiting_commands", { organization: "@team" })).toBe(0)
  })

  it("names routes by their pattern, never by what was asked for", () => {
    const routes = families.get("charter_http_requests_total")!.samples.map(({ labels }) => labels["route"]!)
    expect(routes).toContain("/v1/events/{id}")
    expect(value("charter_http_requests_total", { route: "(none)", status: "404" })).toBe(1)
    expect(value("charter_http_requests_total", { route: "/v1/events/{id}", status: "404" })).toBe(1)
    expect(JSON.stringify([...families])).not.toContain("such-an-id-as-nobody-has")
    expect(JSON.stringify([...families])).not.toContain("nowhere")
  })
})

describe("a metric", () => {
  const shown = (name: string) => parseExposition(formatUnsafe(METRICS)).get(name)!.samples

  it("has a bound of series, beyond which they add up", () => {
    const one = gauge({ name: "test_queue_depth", help: "A test.", labels: ["organization"] })
    one.setAll(Array.from({ length: MAX_SERIES + 10 }, (_, at) => [`@org-${at}`, 1] as const))
    expect(shown("test_queue_depth")).toHaveLength(MAX_SERIES)
    expect(shown("test_queue_depth").find(({ labels }) => labels["organization"] === OTHER)?.value).toBe(11)
    one.setAll([["@org-1", 5]])
    expect(shown("test_queue_depth")).toEqual([
      { name: "test_queue_depth", labels: { organization: "@org-1" }, value: 5 },
    ])
  })
})

const version = (): string =>
  (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string })
    .version
