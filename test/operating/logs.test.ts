/** The daemon's own log: what it looks like, how much there is of it, and how `charter logs` shows it. */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { outputFile } from "../../src/discovery/folders.ts"
import { OperatedDaemon, RULES, TEAM } from "./OperatedDaemon.ts"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))
const TRACE = "0af7651916cd43dd8448eb211c80319c"

let daemon: OperatedDaemon | undefined
const start = async (environment: Readonly<Record<string, string>>): Promise<OperatedDaemon> =>
  (daemon = await OperatedDaemon.start({ "organizations/team.yaml": TEAM, "contracts/rules.yaml": RULES }, environment))
afterEach(() => daemon?.close())

const entries = ({ stderr }: OperatedDaemon) =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

describe("the log", () => {
  it("is lines of JSON where nobody watches, with what it is about", async () => {
    const started = await start({})
    // Its key is not set: the run fails for good.
    const work = await started.call("POST", "/v1/events", {
      json: { org: "@team", type: "work.requested" },
      headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
    })
    const { tasks } = work.json as { readonly tasks: ReadonlyArray<string> }
    await started.task(tasks[0]!)
    writeFileSync(join(started.workspace, "contracts", "broken.yaml"), "contract: broken\non: [")
    await started.until(() => started.stderr.includes("broken.yaml"))
    await started.stop()
    const logged = entries(started)
    expect(
      started.stderr
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith("{")),
    ).toEqual([])
    for (const { time, level, message } of logged) {
      expect(new Date(time as string).toISOString()).toBe(time)
      expect(["info", "warn"]).toContain(level)
      expect(message).toEqual(expect.any(String))
    }
    expect(logged.find(({ message }) => message === "events are taken")).toMatchObject({ url: started.url })
    expect(logged.find(({ level, task }) => level === "warn" && task === tasks[0])).toMatchObject({
      org: "@team",
      event: expect.stringMatching(/^team-\d+$/),
      attempt: 1,
    })
    const rejected = logged.find(({ message }) => String(message).includes("broken.yaml"))
    expect(rejected).toMatchObject({ level: "warn", org: "@global", files: ["contracts/broken.yaml"] })
    expect(logged.at(-1)).toMatchObject({ message: "the daemon has stopped" })
  })

  it("is no reason to end where its reader has gone", async () => {
    const started = await start({})
    started.deafen()
    writeFileSync(join(started.workspace, "contracts", "broken.yaml"), "contract: broken\non: [")
    await started.until(async () => {
      const { json } = await started.call("GET", "/v1/status")
      return (json as { readonly diagnostics: ReadonlyArray<unknown> }).diagnostics.length > 0
    })
    // What it has logged at that has come to nobody by now.
    expect((await started.call("POST", "/v1/events", { json: { type: "note.made" } })).status).toBe(200)
    await started.stop()
    expect(started.exitCode).toBe(0)
  })

  it("says at the level debug what was decided, in which trace, and every request", async () => {
    const started = await start({ CHARTER_LOG_LEVEL: "debug" })
    const { id } = await started.publish({ type: "note.made" }, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` })
    await started.stop()
    expect(entries(started).find(({ message }) => message === "note.made was decided")).toMatchObject({
      level: "debug",
      org: "@team",
      event: id,
      trace_id: TRACE,
      verdict: "allow",
    })
    expect(entries(started).some(({ message }) => /^POST \/v1\/events 200 [\d.]+ ms$/.test(String(message)))).toBe(true)
  })

  it("says nothing at the level none, and is text where that is asked for", async () => {
    const silent = await start({ CHARTER_LOG_LEVEL: "none" })
    await silent.stop()
    expect(silent.stderr).toBe("")
    await silent.close()
    const text = await start({ CHARTER_LOG_FORMAT: "text" })
    await text.stop()
    expect(text.stderr).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}events are taken version=\S+ url=http:\S+ /m)
  })

  it.each([
    ["CHARTER_LOG_LEVEL", "loud", "trace, debug, info, warn, error, fatal, none"],
    ["CHARTER_LOG_FORMAT", "xml", "json, text"],
  ])("%s=%s: the daemon does not start, and says what there is", async (variable, value, known) => {
    const failed = await start({ [variable]: value })
    expect(failed.exitCode).toBe(1)
    expect(failed.stderr).toContain(`${variable} is ${known}, not "${value}"`)
  })
})

describe("charter logs", () => {
  it("shows lines of JSON as text, other lines as they are, and passes JSON on with --json", async () => {
    const started = await start({})
    await started.stop()
    const lines = [
      "a line of something else",
      JSON.stringify({
        time: "2026-05-01T10:20:30.400Z",
        level: "warn",
        message: "two lines\nof \u001b[31mtext",
        org: "@team",
        run: "r 1",
        error: "Error: no\n    at somewhere",
      }),
    ]
    const file = outputFile(started.data)
    mkdirSync(join(file, ".."), { recursive: true })
    writeFileSync(file, `${lines.join("\n")}\n`)
    const run = (...more: ReadonlyArray<string>) =>
      spawnSync(
        process.execPath,
        [ENTRY, "logs", `--workspace=${started.workspace}`, `--data=${started.data}`, ...more],
        {
          encoding: "utf8",
          env: { PATH: process.env["PATH"], HOME: started.folder },
        },
      ).stdout
    expect(run()).toBe(
      [
        "a line of something else",
        '10:20:30.400 WARN  two lines org=@team run="r 1"',
        "  of \\x1b[31mtext",
        "  Error: no",
        "      at somewhere",
        "",
      ].join("\n"),
    )
    expect(run("--json")).toBe(`${JSON.stringify({ line: lines[0] })}\n${lines[1]}\n`)
  })
})
