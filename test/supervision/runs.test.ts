/** Runs in processes of their own under a daemon that is killed: what is stopped, what goes on, and what a run may use. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import type { Listed, TaskView } from "../../src/log/Projections.ts"
import type { AgentView } from "../../src/service/views/agents.ts"
import type { Status } from "../../src/service/views/daemon.ts"
import type { TaskLogItem } from "../../src/service/views/tasks.ts"
import { Household, type HouseholdOptions, type Shown } from "../support/Household.ts"

/** Says that it has begun, and waits for a file. */
const WAIT = `echo $$ > "$1.pid.part"; mv "$1.pid.part" "$1.pid"; while [ ! -e "$1.go" ]; do sleep 0.02; done; echo done`

const organization = (agent: string): string => `organization: "@team"
owner: dana
members:
  - { human: dana }
  - ${agent}
`
const ROUTE = `contract: work
scope: "@team"
on: work.requested
then: route(coder)
`

let house: Household
afterEach(() => house.close())

const open = async (
  agent: string,
  more: Readonly<Record<string, string>> = {},
  options?: HouseholdOptions,
): Promise<void> => {
  house = await Household.open(
    { "organizations/team.yaml": organization(agent), "contracts/work.yaml": ROUTE, "wait.sh": WAIT, ...more },
    options,
  )
}
const work = async (): Promise<string> =>
  ((await house.publish("work.requested")) as unknown as { readonly tasks: ReadonlyArray<string> }).tasks[0]!
const task = (id: string): Promise<TaskView> => house.get(`/v1/tasks/${id}`)
const agent = (name = "coder@team"): Promise<AgentView> => house.get(`/v1/agents/${name}`)
const becomes = (id: string, state: TaskView["state"]): Promise<void> =>
  house.until(async () => (await task(id)).state === state)
const operate = async (path: string, json: object = {}): Promise<Readonly<Record<string, unknown>>> => {
  const reply = await house.daemon.call("POST", path, { json })
  return { ...(reply.json as object), status: reply.status }
}
const begun = (name: string): Promise<void> => house.until(async () => existsSync(house.path(`${name}.pid`)))
/** One that is dead and not yet reaped is gone, too. */
const isGone = (name: string): boolean => {
  try {
    const pid = readFileSync(house.path(`${name}.pid`), "utf8").trim()
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return true
  }
}
const go = (name: string): void => writeFileSync(house.path(`${name}.go`), "")
const isStep = ({ data }: { readonly data?: unknown }, step: number): boolean =>
  (data as { readonly step: number } | undefined)?.step === step
const ofType = async <D>(type: string): Promise<ReadonlyArray<D>> =>
  (await house.events(type)).map(({ data }: Shown) => data as D)

describe("an agent that is stopped", () => {
  it(
    "stays so when the daemon is killed, and takes up what has waited when it is started",
    { timeout: 60_000 },
    async () => {
      await open("{ agent: coder, executor: { kind: command, run: [sh, wait.sh, first] } }")
      const running = await work()
      await begun("first")
      expect(await agent()).toMatchObject({ state: "executing", running: [{ task: running, attempt: 1 }] })
      const stop = { reason: "broken key", interrupt: true }
      expect(await operate("/v1/agents/coder@team/stop", stop)).toMatchObject({ status: 200, state: "stopped" })
      await house.until(async () => isGone("first"))
      const waiting = await work()
      await house.restart()
      expect(await agent()).toMatchObject({
        state: "stopped",
        stopped: { by: "operator", reason: "broken key" },
        running: [],
        queued: 2,
      })
      expect((await house.get<Status>("/v1/status")).warnings).toEqual([
        "2 tasks wait: coder is stopped, by operator; charter agents start coder@team",
      ])
      go("first")
      expect(await operate("/v1/agents/coder@team/start")).toMatchObject({ status: 200 })
      await becomes(running, "completed")
      await becomes(waiting, "completed")
      expect((await house.inspect()).violations).toEqual([])
    },
  )

  it("loses what it runs when it is interrupted, with every process", { timeout: 60_000 }, async () => {
    await open("{ agent: coder, executor: { kind: command, run: [sh, wait.sh, first] } }")
    const id = await work()
    await begun("first")
    const answer = await operate("/v1/agents/coder/interrupt", { reason: "wrong branch" })
    expect(answer).toMatchObject({ status: 200 })
    await house.until(async () => isGone("first"))
    expect(await task(id)).toMatchObject({ state: "dead", error: "interrupted by operator: wrong branch" })
    const next = await work()
    go("first")
    await becomes(next, "completed")
  })
})

describe("a checkpoint", () => {
  const STEPS = `read -r task
case $task in *'"checkpoint":{"step":2}'*) echo '{"result":"went on from 2"}'; exit;; esac
for step in 1 2; do echo "{\\"checkpoint\\":{\\"step\\":$step}}"; done
exec sh wait.sh first`

  it("is what the next attempt goes on from after kill -9", { timeout: 60_000 }, async () => {
    await open("{ agent: coder, executor: { kind: command, run: [sh, steps.sh] } }", { "steps.sh": STEPS })
    const id = await work()
    await begun("first")
    await house.until(async () => (await house.events("task.checkpoint")).some(({ data }) => isStep(data, 2)))
    await house.restart()
    await becomes(id, "completed")
    expect(await task(id)).toMatchObject({ attempt: 2, result: "went on from 2" })
    await house.until(async () => isGone("first"))
    const log: Array<TaskLogItem> = []
    for (let after: string | undefined = ""; after !== undefined;) {
      const page: Listed<TaskLogItem> = await house.get(
        `/v1/tasks/${id}/log?limit=2&after=${encodeURIComponent(after)}`,
      )
      expect(page.items.length).toBeLessThanOrEqual(2)
      log.push(...page.items)
      after = page.next
    }
    expect(
      log.filter(({ type, data }) => type !== "task.checkpoint" || isStep({ data }, 2)).map(({ type }) => type),
    ).toEqual([
      "task.created",
      "run.requested",
      "task.started",
      "task.checkpoint",
      "run.ended",
      "task.failed",
      "run.requested",
      "task.started",
      "run.ended",
      "task.completed",
    ])
    expect((await house.inspect()).violations).toEqual([])
  })

  it("that is too large fails the run, and is not lost in silence", { timeout: 60_000 }, async () => {
    const large = `printf '{"checkpoint":"%070000d"}\\n' 0`
    await open("{ agent: coder, executor: { kind: command, run: [sh, large.sh] }, limits: { retries: 0 } }", {
      "large.sh": large,
    })
    const id = await work()
    await becomes(id, "dead")
    expect((await task(id)).error).toMatch(/^stopped: a checkpoint of \d+ bytes is over the bound of 65536/)
  })
})

describe("a run", () => {
  const BUDGET = `contract: two-dollars
scope: "@team"
on: run.requested
then:
  - budget: { usd: 2, within: 1d }
`
  it(
    "that goes over a limit is ended with all it has started, not tried again, and paid for",
    { timeout: 60_000 },
    async () => {
      const greedy = `sh wait.sh first & echo '{"usage":{"usd":0.5,"turns":1}}'; while [ ! -e first.pid ]; do sleep 0.02; done
echo '{"usage":{"usd":1.25,"turns":1}}'; wait`
      await open(
        "{ agent: coder, executor: { kind: command, run: [sh, greedy.sh] }, limits: { usd: 1, retries: 5 } }",
        {
          "greedy.sh": greedy,
          "contracts/budget.yaml": BUDGET,
        },
      )
      const id = await work()
      await becomes(id, "dead")
      expect(isGone("first")).toBe(true)
      expect(await task(id)).toMatchObject({ attempt: 1, error: "stopped: 1.75 US dollars are over the limit of 1" })
      expect(await ofType("run.ended")).toMatchObject([{ outcome: "failure", limit: "usd" }])
      expect(await ofType("task.failed")).toMatchObject([{ dead: true, limit: "usd" }])
      // What was left of the budget, 0.25, is less than another run may take.
      const next = await work()
      await becomes(next, "dead")
      expect((await task(next)).error).toContain("the budget of 2 usd in 1 day is used up")
    },
  )

  it("that has fallen silent is ended, recorded, and tried again", { timeout: 60_000 }, async () => {
    const quiet = `test -e second && echo awake && exit; touch second; echo begins; exec sh wait.sh first > /dev/null`
    await open("{ agent: coder, executor: { kind: command, run: [sh, quiet.sh] }, limits: { silence: 300ms } }", {
      "quiet.sh": quiet,
    })
    const id = await work()
    await becomes(id, "completed")
    expect(await task(id)).toMatchObject({ attempt: 2 })
    expect(isGone("first")).toBe(true)
    expect(await ofType("run.ended")).toMatchObject([
      { outcome: "failure", limit: "silence", error: "stopped: no sign of life for 300 milliseconds" },
      { outcome: "success" },
    ])
  })

  it(
    "is begun by turns of the organizations, within the bounds of all and of each agent",
    { timeout: 60_000 },
    async () => {
      const other = `organization: "@other"
owner: dana
members:
  - { human: dana }
  - { agent: coder, executor: { kind: command, run: [sh, wait.sh, all] } }
`
      await open(
        "{ agent: coder, executor: { kind: command, run: [sh, wait.sh, all] }, limits: { runs: 2 } }",
        {
          "organizations/other.yaml": other,
          "contracts/other.yaml": ROUTE.replace("@team", "@other"),
        },
        { maxRuns: 2 },
      )
      for (let count = 0; count < 4; count++) await work()
      await house.publish("work.requested", {}, { org: "@other" })
      await house.until(async () => (await house.get<Status>("/v1/status")).runs.running === 2)
      expect((await house.get<Status>("/v1/status")).runs).toEqual({ running: 2, most: 2 })
      expect(await agent()).toMatchObject({ runs: 2, running: [{}, {}], queued: 2 })
      go("all")
      await house.until(async () => (await house.events("task.completed")).length === 4)
      await house.until(async () => (await house.events("task.completed", "@other")).length === 1)
      const [theirs] = await house.events("run.started", "@other")
      const ours = await house.events("run.started")
      const before = (one: Shown): boolean => Date.parse(timeOf(one)) <= Date.parse(timeOf(theirs!))
      // Two were running already; with the first free place it is the other organization's turn.
      expect(ours.filter(before).length).toBeLessThanOrEqual(3)
    },
  )
})

const timeOf = (event: Shown): string => (event as unknown as { readonly time: string }).time

describe("a daemon that stops", () => {
  it("says what it waits for, and gives it again at the next start", { timeout: 60_000 }, async () => {
    await open("{ agent: coder, executor: { kind: command, run: [sh, wait.sh, first] } }", {}, { graceMs: 60_000 })
    const id = await work()
    await begun("first")
    await operate("/v1/shutdown")
    let status: Status | undefined
    await house.until(async () => (status = await house.get<Status>("/v1/status")).state === "draining")
    const { until, runs } = status!.draining!
    expect(runs).toMatchObject([{ task: id, member: "coder", org: "@team" }])
    expect(Date.parse(until)).toBeGreaterThan(Date.now())
    await operate("/v1/shutdown", { now: true })
    await house.daemon.ended
    expect(isGone("first")).toBe(true)
    go("first")
    await house.start()
    await becomes(id, "completed")
    expect(await task(id)).toMatchObject({ attempt: 2 })
    expect((await house.inspect()).violations).toEqual([])
  })

  it("waits for no longer than it may", { timeout: 60_000 }, async () => {
    await open("{ agent: coder, executor: { kind: command, run: [sh, wait.sh, first] } }", {}, { graceMs: 200 })
    await work()
    await begun("first")
    await house.daemon.stop()
    expect(isGone("first")).toBe(true)
    await house.start()
  })
})

describe("a schedule", () => {
  const NOON = Date.UTC(2026, 10, 20, 12)
  const HOUR_MS = 3_600_000

  it(
    "that comes to its time while the daemon is away fires once, and its run is asked for",
    { timeout: 60_000 },
    async () => {
      await open(
        '{ agent: coder, executor: { kind: command, run: [echo, looked] }, schedule: { cron: "0 * * * *", goal: Look } }',
        {
          "contracts/runs.yaml": `contract: at-most-one-run
scope: "@team"
on: run.requested
then: limit(1, 1h, actor)
`,
        },
        { now: NOON },
      )
      await house.restart({ now: NOON + 5.5 * HOUR_MS })
      await house.until(async () => (await house.events("task.completed")).length === 1)
      expect(await ofType("cron")).toMatchObject([{ member: "coder", due: "2026-11-20T13:00:00.000Z", missed: 4 }])
      expect(await ofType("run.requested")).toHaveLength(1)
      expect((await agent()).schedule).toEqual({ cron: "0 * * * *", goal: "Look", next: "2026-11-20T18:00:00.000Z" })
      await house.daemon.ask("advance", { to: NOON + 6 * HOUR_MS })
      await house.until(async () => (await house.events("task.failed")).length === 1)
      expect(await ofType("task.failed")).toMatchObject([
        { dead: true, error: expect.stringContaining("run was refused") },
      ])
      await house.restart()
      expect(await ofType("cron")).toHaveLength(2)
      expect((await house.inspect()).violations).toEqual([])
    },
  )
})
