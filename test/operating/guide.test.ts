/** `docs/operating.md` and `packaging/` say what the code does: tables are compared, the drill is run. */
import { spawnSync } from "node:child_process"
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { declared } from "../../src/observability/metric.ts"
import * as metrics from "../../src/observability/metrics.ts"
import { readTelemetrySettings } from "../../src/observability/otlpSettings.ts"
import { markedIn } from "../docs/examples.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const ENTRY = join(ROOT, "src/bin.ts")
const guide = readFileSync(join(ROOT, "docs/operating.md"), "utf8")
const marked = markedIn("docs/operating.md")
const table = (kind: string, argument = ""): ReadonlyArray<string> =>
  marked
    .filter((one) => one.kind === kind && one.argument === argument)
    .flatMap(({ text }) => text.split("\n").slice(2))
const inBackquotes = (text: string): ReadonlyArray<string> => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

describe("environment variables", () => {
  it("of Charter: all that the code names, and no others", () => {
    const named = new Set(
      globSync("src/**/*.ts", { cwd: ROOT })
        .filter((file) => !file.endsWith(".test.ts"))
        .flatMap((file) => [...readFileSync(join(ROOT, file), "utf8").matchAll(/\bCHARTER_[A-Z]+(?:_[A-Z]+)*\b/g)])
        .map(([name]) => name),
    )
    const shown = table("environment", "charter").map((row) => inBackquotes(row)[0]!)
    expect(shown.toSorted()).toEqual([...named].toSorted())
  })

  it("of OpenTelemetry: all that are read, and no others", () => {
    const read = new Set<string>()
    const environment = new Proxy<Record<string, string>>(
      {},
      {
        get: (_, name: string) => {
          read.add(name)
          return name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? "http://localhost:4318" : undefined
        },
      },
    )
    const { traces, metrics: figures, logs } = readTelemetrySettings(environment)
    expect([traces, figures, logs].every((one) => one !== undefined)).toBe(true)
    const perSignal = ["TRACES", "METRICS", "LOGS"].flatMap((signal) =>
      ["ENDPOINT", "HEADERS", "PROTOCOL", "COMPRESSION", "TIMEOUT"].map(
        (what) => `OTEL_EXPORTER_OTLP_${signal}_${what}`,
      ),
    )
    expect(table("environment", "otel").join("\n")).toContain("`OTEL_EXPORTER_OTLP_SIGNAL_…`")
    const shown = new Set(
      inBackquotes(guide.replaceAll(/^```[^]*?^```$/gm, "")).filter((name) => /^OTEL_[A-Z_]+$/.test(name)),
    )
    expect([...shown, ...perSignal].toSorted()).toEqual([...read].toSorted())
  })
})

describe("metrics", () => {
  it("of the table: all that are declared, and no others", () => {
    expect(Object.keys(metrics)).not.toEqual([])
    const shown = table("metrics").flatMap((row) => inBackquotes(row.split("|")[1]!))
    expect(shown.toSorted()).toEqual(declared.toSorted())
  })

  it("of the alerts are there, and each alert says what is the matter", () => {
    const rules = parse(readFileSync(join(ROOT, "packaging/prometheus-rules.yml"), "utf8")) as {
      readonly groups: ReadonlyArray<{
        readonly rules: ReadonlyArray<{
          readonly alert: string
          readonly expr: string
          readonly labels: { readonly severity: string }
          readonly annotations: { readonly summary: string }
        }>
      }>
    }
    const alerts = rules.groups.flatMap((group) => group.rules)
    expect(alerts.length).toBeGreaterThan(8)
    for (const { alert, expr, labels, annotations } of alerts) {
      const named = [...expr.matchAll(/\b(?:charter|process|nodejs)_\w+/g)].map(([name]) =>
        name.replace(/_bucket$/, ""),
      )
      expect([alert, named.filter((name) => !declared.includes(name))]).toEqual([alert, []])
      expect(named.length, alert).toBeGreaterThan(0)
      expect(annotations.summary).toMatch(/\.$/)
      expect(["page", "warn"]).toContain(labels.severity)
    }
  })
})

describe("the drill", () => {
  const folder = mkdtempSync(join(tmpdir(), "charter-drill-"))
  const environment = {
    PATH: process.env["PATH"],
    HOME: folder,
    CHARTER_WORKSPACE: join(folder, "team"),
    CHARTER_DATA: join(folder, "data"),
    NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/charter-tests"),
  }
  const shell = (script: string) =>
    spawnSync(
      "bash",
      [
        "-ec",
        `charter() { case $1 in up) set -- up --port 0 ;; esac; "${process.execPath}" "${ENTRY}" "$@"; }\n${script}`,
      ],
      {
        cwd: folder,
        env: environment,
        encoding: "utf8",
      },
    )
  afterAll(() => {
    shell("charter down")
    rmSync(folder, { recursive: true, force: true })
  })

  it("ends with the hold still open, over a log that verifies", () => {
    const drill = marked.find(({ kind }) => kind === "drill")
    const done = shell(drill!.text)
    expect([done.status, done.stderr]).toEqual([0, expect.any(String)])
    const holds = [...done.stdout.matchAll(/\bh-[\w-]+-\d+/g)].map(([hold]) => hold)
    expect(new Set(holds).size).toBe(1)
    expect(done.stdout.split("charter-backup.db").length).toBeGreaterThan(2)
    const [before, after] = done.stdout.split(/holds the log as it is now/)
    for (const part of [before, after]) expect(part).toMatch(/\bh-[\w-]+-\d+/)
  })
})
