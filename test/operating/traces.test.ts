/** Traces: the way of one event, from the door to the run, in a real daemon before a real collector. */
import { createHmac } from "node:crypto"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { type CollectedSpan, Collector } from "./collector.ts"
import { OperatedDaemon, RULES, TEAM } from "./OperatedDaemon.ts"

const FILES = { "organizations/team.yaml": TEAM, "contracts/rules.yaml": RULES }
const SECRETS = { PLANTED_API_KEY: "planted-api-key-1234", PLANTED_WEBHOOK: "planted-webhook-1234" }
const CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
const [, TRACE, CALLING_SPAN] = CALLER.split("-") as [string, string, string]

const exportTo = (collector: Collector, more: Readonly<Record<string, string>> = {}) => ({
  ...SECRETS,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_BSP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_SCHEDULE_DELAY: "50",
  OTEL_METRIC_EXPORT_INTERVAL: "50",
  ...more,
})

/** Exports to where nobody listens any more, and gives up on it after so long. */
const startWithoutCollector = async (timeoutMs: string): Promise<OperatedDaemon> => {
  const gone = await Collector.start()
  const environment = exportTo(gone, { OTEL_EXPORTER_OTLP_TIMEOUT: timeoutMs })
  await gone.close()
  return OperatedDaemon.start(FILES, environment)
}

const named = (spans: ReadonlyArray<CollectedSpan>, name: string): CollectedSpan => {
  const found = spans.filter((span) => span.name === name)
  expect(
    found.map((span) => span.name),
    `spans of ${[...new Set(spans.map((span) => span.name))]}`,
  ).toEqual([name])
  return found[0]!
}

describe("the way of an event", () => {
  let collector: Collector
  let daemon: OperatedDaemon
  beforeAll(async () => {
    collector = await Collector.start()
    daemon = await OperatedDaemon.start(FILES, exportTo(collector))
  })
  afterAll(async () => {
    await daemon.close()
    await collector.close()
  })
  afterEach(() => {
    collector.received.length = 0
  })

  const spansOf = async (trace: string, complete: string): Promise<ReadonlyArray<CollectedSpan>> => {
    await daemon.until(() => collector.spans.some(({ traceId, name }) => traceId === trace && name === complete))
    return collector.spans.filter(({ traceId }) => traceId === trace)
  }

  it("is one trace that its caller has begun, to the run and its process", async () => {
    const answer = await daemon.publish(
      { type: "work.requested", data: { password: "PLANTED_PAYLOAD" } },
      { traceparent: CALLER },
    )
    const { result } = await daemon.task(answer.tasks![0]!)
    const spans = await spansOf(TRACE, "run")
    const door = named(spans, "POST /v1/events")
    const event = named(spans, "event work.requested")
    const run = named(spans, "run")
    const dispatch = named(spans, "dispatch")
    const below = (parent: CollectedSpan) =>
      spans
        .filter(({ parentSpanId }) => parentSpanId === parent.spanId)
        .map(({ name }) => name)
        .toSorted()
    expect(door).toMatchObject({
      parentSpanId: CALLING_SPAN,
      kind: 2,
      attributes: { "http.route": "/v1/events", "http.response.status_code": 200 },
    })
    expect(below(door)).toEqual(["event work.requested"])
    expect(below(event)).toEqual(["append", "decide", "dispatch", "queue", "reply", "run", "wait"])
    expect(below(dispatch)).toEqual(["append", "decide", "wait"])
    expect(
      spans.find(({ name, parentSpanId }) => name === "decide" && parentSpanId === event.spanId)?.attributes,
    ).toMatchObject({
      "charter.verdict": "allow",
      "charter.contracts.matched": ["@team/work-follows"],
    })
    expect(run.attributes).toMatchObject({
      "charter.task": answer.tasks![0],
      "charter.member": "worker",
      "charter.attempt": 1,
      "charter.executor": "command",
    })
    // What its process was given, and what the log says of the event.
    expect(result).toContain(`TRACEPARENT=00-${TRACE}-${run.spanId}-01`)
    const logged = (await daemon.call("GET", `/v1/events/${answer.id}`)).json as { readonly traceparent: string }
    expect(logged.traceparent).toBe(`00-${TRACE}-${event.spanId}-01`)
    // In their order, and none outlasts what it is part of.
    for (const span of spans) expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true)
    const [wait, decide, append, reply] = ["wait", "decide", "append", "reply"].map((name) =>
      spans.find((span) => span.name === name && span.parentSpanId === event.spanId)!,
    )
    const begun = [event, wait!, decide!, append!, reply!].map(({ startTimeUnixNano }) => BigInt(startTimeUnixNano))
    expect(begun).toEqual(begun.toSorted((a, b) => Number(a - b)))
    expect(BigInt(event.endTimeUnixNano) <= BigInt(door.endTimeUnixNano)).toBe(true)
  })

  it("goes on with the trace that the event itself names, and keeps it in the log", async () => {
    const own = "00-11111111111111111111111111111111-2222222222222222-01"
    const { id } = await daemon.publish({ type: "note.made", traceparent: own }, { traceparent: CALLER })
    const event = named(await spansOf("1".repeat(32), "event note.made"), "event note.made")
    const door = named(await spansOf(TRACE, "POST /v1/events"), "POST /v1/events")
    expect(event.parentSpanId).toBe("2".repeat(16))
    expect(event.links.map(({ spanId }) => spanId)).toEqual([door.spanId])
    const logged = (await daemon.call("GET", `/v1/events/${id}`)).json as { readonly traceparent: string }
    expect(logged.traceparent).toBe(own)
  })

  it("goes on through events that others lead to", async () => {
    const trace = "3".repeat(32)
    await daemon.publish({ type: "relay.requested" }, { traceparent: `00-${trace}-${"4".repeat(16)}-01` })
    const run = named(await spansOf(trace, "run"), "run")
    expect(run.status.code).toBe(1)
  })

  it("is named by every record that follows from it: of its run, of its votes, and of the end of its hold", async () => {
    const recordsOf = async (correlation: string) =>
      (
        (await daemon.call("GET", `/v1/events?correlation=${correlation}&org=@team&order=asc`)).json as {
          readonly items: ReadonlyArray<{ readonly type: string; readonly traceparent?: string }>
        }
      ).items.map(({ type, traceparent = "" }) => [type, traceparent.split("-")[1]])
    const trace = "7".repeat(32)
    const begun = { traceparent: `00-${trace}-${"8".repeat(16)}-01` }
    const worked = await daemon.publish({ type: "work.requested" }, begun)
    await daemon.task(worked.tasks![0]!)
    const ofWork = ["work.requested", "task.created", "run.requested", "task.started", "run.started"]
    const told = [...ofWork, "task.progress", "run.ended", "task.completed"]
    expect(await recordsOf(worked.id)).toEqual(told.map((type) => [type, trace]))

    const { id, proposals } = (await daemon.publish({ type: "deploy.requested" }, begun)) as Awaited<
      ReturnType<OperatedDaemon["publish"]>
    > & { readonly proposals: ReadonlyArray<string> }
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erin", kind: "human" } })
    const { token } = made.json as { readonly token: string }
    await daemon.call("POST", `/v1/proposals/${proposals[0]!}/votes`, { token, json: { choice: "approve" } })
    const records = await recordsOf(id)
    expect(records.map(([type]) => type)).toEqual(
      expect.arrayContaining(["hold.opened", "proposal.opened", "vote.cast", "proposal.succeeded", "hold.released"]),
    )
    expect(records).toEqual(records.map(([type]) => [type, trace]))
  })

  it("is linked with the others of its commit", async () => {
    const { json } = await daemon.call("POST", "/v1/events", {
      json: ["a.b", "a.c", "a.d"].map((type) => ({ org: "@team", type })),
      headers: { traceparent: `00-${"5".repeat(32)}-${"6".repeat(16)}-01` },
    })
    expect(json).toHaveLength(3)
    const spans = await spansOf("5".repeat(32), "POST /v1/events")
    const appends = spans.filter(({ name }) => name === "append")
    const commit = appends.find(({ links }) => links.length === 2)!
    const events = spans.filter(({ name }) => name.startsWith("event "))
    expect(appends).toHaveLength(3)
    expect([commit.parentSpanId, ...commit.links.map(({ spanId }) => spanId)].toSorted()).toEqual(
      events.map(({ spanId }) => spanId).toSorted(),
    )
    for (const other of appends)
      if (other !== commit) expect(other.links.map(({ spanId }) => spanId)).toEqual([commit.spanId])
  })

  it("begins at a WebSocket and at a webhook, too", async () => {
    const socket = new WebSocket(`${daemon.url.replace("http", "ws")}/v1/ws`, {
      headers: { authorization: `Bearer ${daemon.token}` },
    })
    await new Promise((resolve) => socket.once("open", resolve))
    const answered = new Promise((resolve) => socket.once("message", resolve))
    socket.send(JSON.stringify({ op: "publish", event: { type: "by.socket", org: "@team" } }))
    await answered
    socket.close()
    await daemon.until(() => collector.spans.some(({ name }) => name === "WebSocket publish"))
    const door = named(collector.spans, "WebSocket publish")
    expect(named(collector.spans, "event by.socket").parentSpanId).toBe(door.spanId)

    const body = JSON.stringify({
      ref: "refs/heads/main",
      after: "abc",
      repository: { full_name: "acme/app" },
      sender: { login: "mona" },
    })
    const signature = createHmac("sha256", SECRETS.PLANTED_WEBHOOK).update(body).digest("hex")
    const delivered = await daemon.call("POST", "/v1/webhooks/github", {
      token: undefined,
      body,
      headers: { "x-hub-signature-256": `sha256=${signature}`, "x-github-event": "push", "x-github-delivery": "d-1" },
    })
    expect(delivered.status).toBe(200)
    await daemon.until(() => collector.spans.some(({ name }) => name === "run"))
    expect(named(collector.spans, "event github.push").parentSpanId).toBe(
      named(collector.spans, "POST /v1/webhooks/{source}").spanId,
    )
  })

  it("is not looked at where somebody only asks how the daemon is", async () => {
    for (const path of ["/health", "/ready", "/metrics"]) await daemon.call("GET", path)
    await daemon.call("GET", "/v1/status")
    await daemon.until(() => collector.spans.some(({ name }) => name === "GET /v1/status"))
    expect(collector.spans.map(({ name }) => name)).toEqual(["GET /v1/status"])
  })
})

describe("what is set", () => {
  const started: Array<{ close: () => Promise<void> }> = []
  const open = async (environment: (collector: Collector) => Readonly<Record<string, string>>) => {
    const collector = await Collector.start()
    const daemon = await OperatedDaemon.start(FILES, environment(collector))
    started.push(daemon, collector)
    return { collector, daemon }
  }
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close()
  })

  it("names the service, its attributes and its headers; bodies are protobuf where nothing is said, and compressed when asked", async () => {
    const { collector, daemon } = await open((at) =>
      exportTo(at, {
        OTEL_EXPORTER_OTLP_PROTOCOL: "",
        OTEL_SERVICE_NAME: "gate",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging,team=a%20b",
        OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=acme%2Fone",
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      }),
    )
    for (let one = 0; one < 5; one++) await daemon.publish({ type: "note.made" })
    await daemon.until(
      () =>
        collector.spans.length > 0 &&
        ["/v1/metrics", "/v1/logs"].every((path) => collector.received.some((one) => one.path === path)),
    )
    expect(collector.resources[0]).toMatchObject({
      "service.name": "gate",
      "deployment.environment.name": "staging",
      team: "a b",
    })
    for (const { headers, path } of collector.received) {
      expect(headers["x-tenant"]).toBe("acme/one")
      expect(headers["content-type"]).toBe(path === "/v1/traces" ? "application/json" : "application/x-protobuf")
    }
    expect(collector.received.some(({ headers }) => headers["content-encoding"] === "gzip")).toBe(true)
  })

  it.each([
    ["OTEL_SDK_DISABLED", { OTEL_SDK_DISABLED: "true" }, []],
    ["exporters that are none", { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" }, ["/v1/metrics"]],
    [
      "grpc, which is not supported",
      { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc", OTEL_LOGS_EXPORTER: "none" },
      ["/v1/metrics"],
    ],
  ])("%s: only what is left is sent", async (_, more, paths) => {
    const { collector, daemon } = await open((at) => exportTo(at, more))
    await daemon.publish({ type: "note.made" })
    if (paths.length > 0) await daemon.until(() => collector.received.length > 2)
    await daemon.stop()
    expect([...new Set(collector.received.map(({ path }) => path))]).toEqual(paths)
    if ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL" in more)
      expect(daemon.stderr).toContain(
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc is not supported; traces are not exported",
      )
  })

  it("samples: a caller's decision counts, and the trace is passed on all the same", async () => {
    const { collector, daemon } = await open((at) =>
      exportTo(at, {
        OTEL_TRACES_SAMPLER: "parentbased_always_off",
        OTEL_METRICS_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none",
      }),
    )
    const { id } = await daemon.publish({ type: "note.made" })
    const { traceparent } = (await daemon.call("GET", `/v1/events/${id}`)).json as { readonly traceparent?: string }
    const refused = await daemon.publish({ type: "work.requested" }, { traceparent: CALLER.replace(/01$/, "00") })
    await daemon.publish({ type: "note.made" }, { traceparent: CALLER })
    const { result } = await daemon.task(refused.tasks![0]!)
    await daemon.stop()
    expect([...new Set(collector.spans.map(({ traceId }) => traceId))]).toEqual([TRACE])
    expect(collector.spans.filter(({ name }) => name.startsWith("event ")).map(({ name }) => name)).toEqual([
      "event note.made",
    ])
    expect(result).toMatch(new RegExp(`TRACEPARENT=00-${TRACE}-[0-9a-f]{16}-00`))
    // Nobody has decided about the first: it is off, and says so to whoever is told of it.
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  it("is off where nothing is: the log and the run still have the caller's trace", async () => {
    const { collector, daemon } = await open(() => SECRETS)
    const answer = await daemon.publish({ type: "work.requested" }, { traceparent: CALLER })
    expect((await daemon.task(answer.tasks![0]!)).result).toContain(`TRACEPARENT=${CALLER}`)
    const logged = (await daemon.call("GET", `/v1/events/${answer.id}`)).json as { readonly traceparent: string }
    expect(logged.traceparent).toBe(CALLER)
    expect(collector.received).toEqual([])
  })
})

describe("a collector", () => {
  const EVENTS = 3_000
  const flood = async (daemon: OperatedDaemon): Promise<number> => {
    const batch = Array.from({ length: 500 }, (_, at) => ({ org: "@team", type: "note.made", data: { at } }))
    const begun = performance.now()
    for (let sent = 0; sent < EVENTS; sent += batch.length) {
      const { json } = await daemon.call("POST", "/v1/events", { json: batch })
      expect((json as ReadonlyArray<{ verdict: string }>).every(({ verdict }) => verdict === "allow")).toBe(true)
    }
    return performance.now() - begun
  }
  const dropped = async (daemon: OperatedDaemon): Promise<number> =>
    Number(
      /charter_telemetry_dropped_batches_total\{signal="traces"\} (\d+)/.exec(
        (await daemon.call("GET", "/metrics")).text,
      )?.[1],
    )

  it("that hangs holds up nothing: a few batches wait for it, the rest is dropped and counted, and it is told once", async () => {
    const collector = await Collector.start()
    collector.behaviour = "hangs"
    const daemon = await OperatedDaemon.start(
      FILES,
      exportTo(collector, {
        OTEL_METRICS_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none",
        OTEL_BSP_MAX_QUEUE_SIZE: "1024",
      }),
    )
    try {
      await flood(daemon)
      // Of at least 15,000 spans no more than the queue has been sent, in two batches; nothing else is kept.
      await daemon.until(async () => (await dropped(daemon)) > 10)
      expect(collector.mostOpen).toBeLessThanOrEqual(2)
      expect(daemon.stderr.split("\n").filter((line) => line.includes("cannot be delivered"))).toHaveLength(1)
      collector.behaviour = "answers"
      const begun = performance.now()
      await daemon.stop()
      expect(performance.now() - begun).toBeLessThan(10_000)
    } finally {
      await daemon.close()
      await collector.close()
    }
  })

  it("that is not there holds up nothing, and is used when it comes", async () => {
    const absent = await Collector.start()
    const environment = exportTo(absent, {
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_TIMEOUT: "200",
    })
    absent.behaviour = 503
    const daemon = await OperatedDaemon.start(FILES, environment)
    try {
      await flood(daemon)
      await daemon.until(async () => (await dropped(daemon)) > 0)
      await daemon.until(() => daemon.stderr.includes("cannot be delivered"))
      absent.behaviour = "answers"
      absent.received.length = 0
      // Those that come while an attempt from before is still on its way are dropped, too.
      await daemon.until(async () => {
        await daemon.publish({ type: "at.last" })
        return absent.spans.some(({ name }) => name === "event at.last")
      })
      await daemon.until(() => daemon.stderr.includes("traces are delivered again"))
    } finally {
      await daemon.close()
      await absent.close()
    }
  })

  it("that has gone holds up the end once, and not for each of the three", async () => {
    const daemon = await startWithoutCollector("60000")
    try {
      await daemon.publish({ type: "note.made" })
      const begun = performance.now()
      await daemon.stop()
      // Two seconds, and what stopping takes.
      expect(performance.now() - begun).toBeLessThan(5_000)
      expect(daemon.exitCode).toBe(0)
    } finally {
      await daemon.close()
    }
  })

  it("whose address nobody listens at is told of once", async () => {
    const daemon = await startWithoutCollector("100")
    try {
      await flood(daemon)
      await daemon.until(() =>
        ["traces", "metrics", "logs"].every((one) => daemon.stderr.includes(`${one} cannot be delivered`)),
      )
      expect((await daemon.publish({ type: "note.made" })).verdict).toBe("allow")
    } finally {
      await daemon.close()
    }
  })
})
