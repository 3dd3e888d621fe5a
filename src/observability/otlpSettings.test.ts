import { describe, expect, it } from "vitest"
import { readTelemetrySettings } from "./otlpSettings.ts"

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" }

describe("readTelemetrySettings", () => {
  it("exports nothing where nothing is said", () => {
    expect(readTelemetrySettings({})).toEqual({ serviceName: "charter", attributes: {}, warnings: [] })
  })

  it("takes the common endpoint as a base, and one signal's own as it is", () => {
    const settings = readTelemetrySettings({ ...ENDPOINT, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://logs.example/in" })
    expect([settings.traces?.url, settings.metrics?.url, settings.logs?.url]).toEqual([
      "http://collector:4318/v1/traces",
      "http://collector:4318/v1/metrics",
      "https://logs.example/in",
    ])
  })

  it("has the usual collector where an exporter is asked for without an endpoint", () => {
    expect(readTelemetrySettings({ OTEL_TRACES_EXPORTER: "otlp" })).toMatchObject({
      traces: { url: "http://localhost:4318/v1/traces", protocol: "http/protobuf", timeoutMs: 10_000, maxBatch: 512 },
    })
  })

  it("prefers a signal's own settings, and its service name to the one among the attributes", () => {
    const settings = readTelemetrySettings({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: "a=1, b=x%3Dy",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "c=3",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "700",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,host.name=h",
      OTEL_SERVICE_NAME: "gate",
    })
    expect(settings.traces).toMatchObject({ headers: { a: "1", b: "x=y" }, timeoutMs: 500 })
    expect(settings.metrics).toMatchObject({ headers: { c: "3" }, timeoutMs: 700 })
    expect(settings).toMatchObject({ serviceName: "gate", attributes: { "host.name": "h" }, warnings: [] })
  })

  it.each([
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "soon", /OTEL_EXPORTER_OTLP_TIMEOUT is a number above 0; 10000 is taken/],
    ["OTEL_EXPORTER_OTLP_COMPRESSION", "zip", /is none or gzip; none is taken/],
    ["OTEL_TRACES_SAMPLER", "sometimes", /OTEL_TRACES_SAMPLER is always_on, .*; every trace is kept/],
    ["OTEL_TRACES_SAMPLER_ARG", "2", /a number from 0 to 1/],
    ["OTEL_SDK_DISABLED", "perhaps", /is true or false; false is taken/],
    ["OTEL_PROPAGATORS", "b3", /OTEL_PROPAGATORS is not supported and has no effect/],
    [
      "OTEL_METRICS_EXPORTER",
      "prometheus",
      /OTEL_METRICS_EXPORTER=prometheus is not supported; metrics are not exported/,
    ],
    ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "collector:4317", /no http or https URL; logs are not exported/],
  ])("warns of %s=%s, and goes on", (variable, value, warning) => {
    const { warnings, traces } = readTelemetrySettings({ ...ENDPOINT, [variable]: value })
    expect([...new Set(warnings)]).toEqual([expect.stringMatching(warning)])
    expect(traces?.url).toBe("http://collector:4318/v1/traces")
  })

  it("does not repeat a header that it cannot read: it may be a secret", () => {
    const { warnings } = readTelemetrySettings({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: "ok=1,hunter2,bad=%E0%A4%A" })
    expect(warnings.join("\n")).toMatch(/entry 2 .*\n.*entry 3/)
    expect(warnings.join("\n")).not.toMatch(/hunter2|%E0/)
  })

  it.each([
    ["always_off", { parentBased: false, ratio: 0 }],
    ["traceidratio", { parentBased: false, ratio: 0.25 }],
    ["parentbased_always_on", { parentBased: true, ratio: 1 }],
    ["parentbased_traceidratio", { parentBased: true, ratio: 0.25 }],
  ])("samples by %s", (name, sampler) => {
    const { traces } = readTelemetrySettings({
      ...ENDPOINT,
      OTEL_TRACES_SAMPLER: name,
      OTEL_TRACES_SAMPLER_ARG: "0.25",
    })
    expect(traces?.sampler).toEqual(sampler)
  })
})
