/** What the daemon executes for an agent is the operator's to say: whatever a member asks for, and whatever contracts allow. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { readDaemonFile, urlOf } from "../../src/discovery/daemonFile.ts"
import { Shell } from "../cli/charter.ts"
import { call } from "../http/client.ts"
import { Household } from "../support/Household.ts"
import type { AcceptedEdit, EditView } from "../../src/service/views/changes.ts"
import { accept, waitsForTheOperator } from "./operators.ts"
import { approve, change, deny, ended, type Proposed, propose } from "./people.ts"

const OTHER = "organizations/other.yaml"
const TEXT = `organization: "@other"
members:
  - { human: hugo }
  - { human: ines }
  - { agent: helper, executor: { kind: command, run: [echo, helped], env: { LEVEL: low } } }
  - { agent: clerk, executor: { kind: human } }
`
const EXECUTOR = { kind: "command", run: ["echo", "harmless"] }
const with_ = (before: string, now: string): Record<string, string> => ({ [OTHER]: TEXT.replace(before, now) })
const adding = (line: string) => with_("  - { agent: clerk", `  - ${line}\n  - { agent: clerk`)
const ADDED = adding("{ agent: extra, executor: { kind: command, run: [echo, extra] } }")

let house: Household | undefined
let shell: Shell | undefined
afterEach(async () => {
  await house?.close()
  await shell?.close()
  house = shell = undefined
})
const open = async (more: Readonly<Record<string, string>> = {}, options: Parameters<typeof Household.open>[1] = {}) =>
  (house = await Household.open({ [OTHER]: TEXT, ...more }, options))

/** For the operator, and in force for nobody. */
const waits = (at: Household, asked: Proposed, contracts?: ReadonlyArray<string>) => {
  waitsForTheOperator(asked, contracts)
  expect(asked.aspects).toContain("executors")
  expect(at.read(OTHER)).toBe(TEXT)
}

describe("a member's token", { timeout: 60_000 }, () => {
  it("does not become the operator's by an agent that reads it out", async () => {
    const secret = "planted-where-the-daemon-was-started"
    const ticking = TEXT.replace(/ {2}- \{ agent: helper.*\n/, TICKING)
    shell = new Shell({ [OTHER]: ticking })
    const up = await shell.run(["up", "--port", "0"], { env: { PLANTED: secret } })
    expect(up.code, up.stderr).toBe(0)
    const [data] = shell.dataFolders()
    const file = readDaemonFile(data!)!
    const { token: operator } = file
    const url = urlOf(file)
    const { CHARTER_TOKEN: token } = (await shell.as("hugo")).env
    const post = async (path: string, json: object) => (await call(url, "POST", path, { token, json })).json as Proposed
    const steal = {
      kind: "command",
      run: ["sh", "-c", `cat ${data}/daemon.json; env`],
      env: { X: "${{ env.PLANTED }}" },
    }
    const evil = { org: "@other", executor: steal, schedule: { every: "1s" } }
    const asked = [
      await post("/v1/agents", { ...evil, name: "evil" }),
      await post("/v1/contracts", {
        files: { [OTHER]: `${ticking}  - ${JSON.stringify({ agent: "evil", ...evil, org: undefined })}\n` },
      }),
    ]
    for (const one of asked) expect(one).toMatchObject({ state: "waiting", requests: [{ verdict: "hold" }] })
    // Whoever publishes the request himself does not say what it means.
    const published = await call(url, "POST", "/v1/events", {
      token,
      json: {
        type: "contract.change.requested",
        org: "@other",
        data: {
          files: { [OTHER]: ticking.replace("[echo, tick]", "[cat, lock.json]") },
          aspects: [],
          deciding: ["@other"],
        },
      },
    })
    expect(published).toMatchObject({ status: 202, json: { verdict: "hold", contracts: ["charter/changes"] } })
    for (const { requests } of asked) {
      expect((await call(url, "POST", `/v1/holds/${requests[0]!.hold}/accept`, { token, json: {} })).status).toBe(403)
      const vote = { token, json: { choice: "approve" } }
      expect((await call(url, "POST", `/v1/proposals/${requests[0]!.proposals![0]}/votes`, vote)).status).toBe(403)
    }
    // What has a schedule of a second and is in force has run meanwhile.
    const tasks = async () =>
      ((await call(url, "GET", "/v1/tasks?org=@other&limit=100", { token: operator })).json as Tasks).items
    const before = (await tasks()).length
    await until(async () => (await tasks()).filter(({ state }) => state === "completed").length >= before + 2)
    expect(new Set((await tasks()).map(({ member }) => member))).toEqual(new Set(["ticker"]))
    for (const kept of readdirSync(data!).filter((name) => name.startsWith("charter.db") || name.endsWith(".log"))) {
      const bytes = readFileSync(join(data!, kept))
      expect(bytes.includes(operator), kept).toBe(false)
      expect(bytes.includes(secret), kept).toBe(false)
    }
    expect((await call(url, "POST", "/v1/shutdown", { token: operator, json: {} })).status).toBe(202)
  })
})

const TICKING = "  - { agent: ticker, executor: { kind: command, run: [echo, tick] }, schedule: { every: 1s } }\n"

interface Tasks {
  readonly items: ReadonlyArray<{ readonly member: string; readonly state: string }>
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("what was waited for does not come")
    await setTimeout(50)
  }
}

describe("a member who changes what is executed for an agent", { timeout: 60_000 }, () => {
  it("waits for the operator, at whose word it is written and runs", async () => {
    const at = await open()
    const asked = await propose(at, "@hugo", ADDED)
    waits(at, asked)
    expect(await approve(at, asked, "@other", "@ines")).toBe(403)
    const { warnings } = await at.get<{ readonly warnings: ReadonlyArray<string> }>("/v1/status")
    expect(warnings).toMatchObject([expect.stringContaining(`charter accept ${asked.requests[0]!.proposals![0]}`)])
    expect((await accept(at, asked)).status).toBe(200)
    expect(await ended(at, asked.change)).toMatchObject({ state: "changed" })
    expect(at.read(OTHER)).toBe(ADDED[OTHER])
    expect((await at.inspect()).violations).toEqual([])
  })

  it.each([
    ["its arguments", with_("[echo, helped]", "[echo, helped, twice]")],
    ["its environment", with_("LEVEL: low", 'LEVEL: "${{ env.HOME }}"')],
    ["an executor where there was none but the member's own work", with_("kind: human", "kind: command, run: [id]")],
    ["its name", with_("agent: helper", "agent: helpers")],
    ["in whose place it stands", with_("human: ines", "agent: ines, executor: { kind: command, run: [id] }")],
  ])("waits where it is %s", async (_, files) => {
    const at = await open()
    waits(at, await propose(at, "@hugo", files))
  })

  it.each([
    ["only what it is told", with_("agent: helper,", "agent: helper, prompt: Look twice,")],
    ["when it works", with_("agent: helper,", "agent: helper, schedule: { every: 10h },")],
    ["how much it may", with_("agent: helper,", "agent: helper, limits: { minutes: 1 },")],
    [
      "that nothing is executed any more",
      with_("kind: command, run: [echo, helped], env: { LEVEL: low }", "kind: human"),
    ],
    ["that it is no member any more", { [OTHER]: TEXT.replace(/.*agent: helper.*\n/, "") }],
  ])("does not wait where it is %s", async (_, files) => {
    const at = await open()
    expect(await propose(at, "@hugo", files)).toMatchObject({ state: "changed", deciding: ["@other"] })
  })

  it("waits in an organization of his own making, too", async () => {
    const at = await open()
    const made =
      'organization: "@mine"\nparent: "@other"\nmembers: [{ agent: a, executor: { kind: command, run: [id] } }]\n'
    const asked = await propose(at, "@hugo", { "organizations/mine.yaml": made })
    expect(asked.deciding).toEqual(["@other"])
    waits(at, asked)
  })

  it("waits whatever a contract allows, which members could add", async () => {
    const at = await open()
    const free = 'contract: all-is-well\nscope: "@other"\non: contract.change.requested\nthen: allow\n'
    expect(await propose(at, "@hugo", { "contracts/free.yaml": free })).toMatchObject({ state: "changed" })
    waits(at, await propose(at, "@hugo", ADDED))
  })

  it("is denied where a contract denies it", async () => {
    const never = `contract: as-it-is
scope: "@other"
on: contract.change.requested
when: { data.aspects: { contains: executors } }
then: deny("we run what we run")
`
    const at = await open({ "contracts/never.yaml": never })
    expect(await propose(at, "@hugo", ADDED)).toMatchObject({ state: "denied", reason: "@other: we run what we run" })
  })

  it("needs the approvals of contracts beside the operator's word, in any order", async () => {
    const two = 'contract: ines-looks\nscope: "@other"\non: contract.change.requested\nthen: require_approval(@ines)\n'
    const at = await open({ "contracts/two.yaml": two })
    const asked = await propose(at, "@hugo", ADDED)
    waits(at, asked, ["@other/ines-looks", "charter/changes"])
    expect(await approve(at, asked, "@other", "@ines")).toBe(200)
    expect(await change(at, asked.change)).toMatchObject({ state: "waiting" })
    await accept(at, asked)
    expect(await ended(at, asked.change)).toMatchObject({ state: "changed" })
    const again = await propose(at, "@hugo", { [OTHER]: TEXT.replace("low", "high") })
    await accept(at, again)
    expect(await change(at, again.change)).toMatchObject({ state: "waiting" })
    expect(await deny(at, again, "@other", "@ines")).toBe(200)
    expect(await ended(at, again.change)).toMatchObject({ state: "denied" })
    expect(at.read(OTHER)).toBe(ADDED[OTHER])
  })

  it("accepts no edit on disk that does so", async () => {
    const at = await open({}, { diskEdits: "confirm" })
    at.write(OTHER, ADDED[OTHER]!)
    const edits = async () => (await at.get<{ readonly items: ReadonlyArray<EditView> }>("/v1/edits")).items
    await at.until(async () => (await edits()).length === 1)
    const [{ edit } = { edit: "" }] = await edits()
    const json = {}
    const token = await at.token("@hugo")
    const by = await at.daemon.call("POST", `/v1/edits/${edit}/accept`, { token, json })
    expect((by.json as AcceptedEdit).change).toMatchObject({ state: "waiting", aspects: ["executors", "members"] })
    expect((await at.get<{ readonly items: ReadonlyArray<object> }>("/v1/agents")).items).toHaveLength(2)
    expect((await at.daemon.call("POST", `/v1/edits/${edit}/accept`, { json })).status).toBe(200)
    await at.until(
      async () => (await at.get<{ readonly items: ReadonlyArray<object> }>("/v1/agents")).items.length === 3,
    )
  })
})

it("an operator's own change of what is executed passes", { timeout: 60_000 }, async () => {
  const at = await open()
  const json = { org: "@other", name: "extra", executor: EXECUTOR }
  expect(await at.daemon.call("POST", "/v1/agents", { json })).toMatchObject({
    status: 200,
    json: { state: "changed" },
  })
})
