/** Secrets are planted wherever a daemon has some, and looked for wherever it writes. */
import { createHmac } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Collector } from "./collector.ts"
import { OperatedDaemon, RULES, TEAM } from "./OperatedDaemon.ts"

const PLANTED = {
  PLANTED_WEBHOOK: 'planted-webhook-secret-"q"\\1',
  PLANTED_API_KEY: "planted-api-key-of-an-executor",
  PLANTED_UNUSED_PASSWORD: "planted-password-nobody-uses",
  OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20planted-collector-token",
}
/** Data of the people: the event log has it, and it stays there. */
const PRIVATE = ["PLANTED_PAYLOAD", "PLANTED_PROMPT", "PLANTED_SUBJECT", "PLANTED_REASON"]

describe("what is secret", () => {
  let collector: Collector
  let daemon: OperatedDaemon
  const secrets: Array<string> = [
    PLANTED.PLANTED_WEBHOOK,
    PLANTED.PLANTED_API_KEY,
    PLANTED.PLANTED_UNUSED_PASSWORD,
    "planted-collector-token",
  ]
  const replies: Array<string> = []
  let printed = ""
  let metrics = ""

  beforeAll(async () => {
    collector = await Collector.start()
    daemon = await OperatedDaemon.start(
      { "organizations/team.yaml": TEAM, "contracts/rules.yaml": RULES },
      {
        ...PLANTED,
        CHARTER_LOG_LEVEL: "trace",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_BLRP_SCHEDULE_DELAY: "50",
        OTEL_METRIC_EXPORT_INTERVAL: "50",
      },
    )
    const ask = async (...request: Parameters<OperatedDaemon["call"]>) => {
      const reply = await daemon.call(...request)
      replies.push(reply.text + JSON.stringify([...reply.headers]))
      return reply
    }
    secrets.push(daemon.token)
    const made = await daemon.call("POST", "/v1/tokens", { json: { identity: "@dana", kind: "human" } })
    const { token } = made.json as { readonly token: string }
    secrets.push(token)

    const event = (type: string) => ({
      json: { org: "@team", type, subject: "PLANTED_SUBJECT", data: { secret: "PLANTED_PAYLOAD" } },
    })
    const work = await ask("POST", "/v1/events", event("work.requested"))
    const { tasks } = work.json as { readonly tasks: ReadonlyArray<string> }
    const { result } = await daemon.task(tasks[0]!)
    printed = result as string
    await ask("POST", "/v1/events", event("forbidden.requested"))
    const held = await ask("POST", "/v1/events", event("deploy.requested"))
    const { proposals } = held.json as { readonly proposals: ReadonlyArray<string> }
    await ask("POST", `/v1/proposals/${proposals[0]}/votes`, {
      token,
      json: { choice: "approve", reason: "PLANTED_REASON" },
    })
    // Whoever is not known is not told what he has sent, nor what would have been right.
    await ask("GET", "/v1/events", { token: `${token}x` })
    await ask("GET", `/v1/events?after=${encodeURIComponent(daemon.token)}`, { token })
    const body = JSON.stringify({ ref: "x", repository: { full_name: "a/b" }, sender: { login: "mona" } })
    for (const [secret, delivery] of [
      ["another-secret", "1"],
      [PLANTED.PLANTED_WEBHOOK, "2"],
    ] as const) {
      const signature = createHmac("sha256", secret).update(body).digest("hex")
      await ask("POST", "/v1/webhooks/github", {
        token: undefined,
        body,
        headers: {
          "x-hub-signature-256": `sha256=${signature}`,
          "x-github-event": "ping",
          "x-github-delivery": delivery,
        },
      })
    }
    for (const path of ["/v1/status", "/v1/organizations", "/v1/tokens", "/v1/tasks", "/metrics"])
      metrics = (await ask("GET", path)).text
    await daemon.until(() =>
      ["/v1/traces", "/v1/metrics", "/v1/logs"].every((path) => collector.received.some((one) => one.path === path)),
    )
    await daemon.stop()
  })
  afterAll(async () => {
    await daemon.close()
    await collector.close()
  })

  const bodies = () => collector.received.map(({ body }) => body.toString()).join("\n")
  const found = (text: string, wanted: ReadonlyArray<string>) =>
    wanted.filter((one) => text.includes(one) || text.includes(JSON.stringify(one).slice(1, -1)))

  it("was at work: each place has something of what happened", () => {
    expect(daemon.stderr).toContain("forbidden.requested was decided")
    expect(bodies()).toContain("event forbidden.requested")
    expect(metrics).toContain("charter_decisions_total")
    expect(printed).toContain("CHARTER_URL=")
    expect(replies.length).toBeGreaterThan(10)
  })

  it("is in no output and no log, and neither is what people have written", () => {
    expect(found(daemon.stdout + daemon.stderr, [...secrets, ...PRIVATE])).toEqual([])
  })

  it("is in no span, metric or log entry for a collector, and neither is what people have written", () => {
    expect(found(bodies() + metrics, [...secrets, ...PRIVATE])).toEqual([])
  })

  it("is in no answer and no error text", () => {
    expect(found(replies.join("\n"), secrets)).toEqual([])
  })

  it("is in no file of the data folder: not in the database, and when it has stopped not beside it", () => {
    const files = readdirSync(daemon.data, { recursive: true, encoding: "utf8" })
      .map((file) => join(daemon.data, file))
      .filter((file) => statSync(file).isFile())
    expect(files.some((file) => file.endsWith("charter.db"))).toBe(true)
    for (const file of files) expect([file, found(readFileSync(file, "latin1"), secrets)]).toEqual([file, []])
  })

  it("reaches the environment of a run only where its configuration asks for it, and its output not even then", () => {
    const names = printed.split("\n").map((line) => line.split("=")[0]!)
    expect(names.filter((name) => /^(PLANTED|OTEL|NODE)_/.test(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining(["API_KEY", "CHARTER_TOKEN", "CHARTER_URL", "TRACEPARENT"]))
    expect(printed).toMatch(/^API_KEY=\*\*\*$/m)
    expect(printed).toMatch(/^CHARTER_TOKEN=\*\*\*$/m)
  })
})
