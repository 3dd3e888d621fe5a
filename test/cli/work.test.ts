/** Agents that are stopped and interrupted, and tasks that a person does, as people use them in a shell. */
import { once } from "node:events"
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell } from "./charter.ts"

const shell = new Shell({
  "organizations/team.yaml": `organization: "@team"
owner: dana
members:
  - { human: dana }
  - agent: coder
    executor: { kind: command, run: [sh, wait.sh] }
    limits: { minutes: 5, silence: 4m }
  - { agent: watcher, executor: { kind: human }, schedule: { every: 10h, goal: Look around } }
`,
  "contracts/work.yaml": `contract: work
scope: "@team"
on: work.requested
then:
  - route: { to: coder, goal: "Do \${{ data.what }}" }
---
contract: reading
scope: "@team"
on: text.requested
then:
  - route: { to: dana, goal: Read it }
`,
  "wait.sh": "echo begun > begun; while [ ! -e go ]; do sleep 0.05; done",
})
let dana = { env: {} }

const run = async (...words: ReadonlyArray<string>) => {
  const ran = await shell.run(words, dana)
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return ran.stdout
}
const task = async (type: string): Promise<string> => {
  const { tasks } = JSON.parse(await run("publish", type, "--org", "team", "--data", '{"what":"it"}', "--json")) as {
    readonly tasks: ReadonlyArray<string>
  }
  return tasks[0]!
}
/** Until a command says so. */
const says = async (wanted: string | RegExp, ...words: ReadonlyArray<string>): Promise<string> => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await setTimeout(50)) {
    const said = await run(...words)
    if (typeof wanted === "string" ? said.includes(wanted) : wanted.test(said)) return said
  }
  throw new Error(`${words.join(" ")} never says ${wanted}`)
}

beforeAll(async () => {
  expect(await shell.run(["up", "--port", "0", "--runs", "3", "--grace", "0"])).toMatchObject({ code: 0 })
  dana = await shell.as("dana")
})
afterAll(() => shell.close())

describe("agents", () => {
  it("are listed with what they do, and one of them in full", async () => {
    const list = await run("agents")
    expect(list).toMatch(/^coder@team +idle +command +0 of 1 /m)
    expect(list).toMatch(/^watcher@team +idle +human +0 of 1 .* in (?:9|10) hours/m)
    const info = await run("agents", "info", "watcher")
    expect(info).toMatch(/^watcher@team {2}idle\n {4}idle +since \d\d:/)
    expect(info).toMatch(/schedule +every 10h of idleness, next /)
    expect(await run("agents", "info", "coder@team")).toContain("limits    minutes 5, silence 4m")
    const unknown = await shell.run(["agents", "info", "codr"], dana)
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('There is no agent "codr"')])
  })

  it("are interrupted, stopped and started", async () => {
    const first = await task("work.requested")
    await says("executing", "agents", "info", "coder")
    expect(await run("status")).toContain("1 of 3 runs; agents: 1 idle, 1 executing, 0 stopped")
    expect(await run("interrupt", "coder", "--reason", "wrong branch")).toBe(
      "What coder@team ran has ended, and its task with it.\n",
    )
    expect(await run("tasks", "show", first)).toContain("interrupted by dana: wrong branch")
    expect(await run("agents", "stop", "coder", "--reason", "broken key")).toContain(
      "coder@team is stopped: it takes nothing until charter agents start coder@team.",
    )
    const second = await task("work.requested")
    expect(await run("status")).toContain("1 task waits: coder is stopped, by dana; charter agents start coder@team")
    expect(await run("agents", "info", "coder")).toMatch(/stopped +by dana, .*: broken key/)
    writeFileSync(join(shell.workspace, "go"), "")
    expect(await run("agents", "start", "coder")).toBe("coder@team takes tasks again.\n")
    await says(/completed/, "tasks", "show", second)
    expect(existsSync(join(shell.workspace, "begun"))).toBe(true)
    expect((await shell.run(["interrupt", "coder"], dana)).stderr).toContain("othing of coder runs now")
    expect(await run("send", "watcher@team", "hello")).toBe("Sent.\n")
  })
})

describe("a task of one's own", () => {
  it("stands in the inbox with what to do, and ends by one's word", async () => {
    const id = await task("text.requested")
    expect(await run("inbox", "list")).toContain(
      `Task ${id} is yours to do: Read it\n    When it is done: charter tasks complete ${id}`,
    )
    expect(await run("tasks", "progress", id, "half", "of", "it")).toBe(`Task ${id} is waiting.\n`)
    expect((await shell.run(["tasks", "fail", id])).code).toBe(2)
    expect(await run("tasks", "complete", id, "--result", '{"outcome":"read"}')).toBe(`Task ${id} is completed.\n`)
    expect(await run("tasks", "log", id)).toMatch(/half of it\n.*completed by dana \{"outcome":"read"\}\n$/)
    expect(await run("inbox", "list")).toContain("Nothing waits for you")
    const lost = await task("text.requested")
    expect(await run("tasks", "fail", lost, "no", "time", "--again")).toBe(`Task ${lost} is waiting.\n`)
    expect(await run("tasks", "fail", lost, "no", "time")).toBe(`Task ${lost} is dead.\n`)
    const twice = await shell.run(["tasks", "complete", lost], dana)
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining(`ask ${lost} has ended`)])
  })
})

describe("a daemon that is stopped", () => {
  it("says what it waits for, at the door and in its status, and what is left", { timeout: 60_000 }, async () => {
    expect((await shell.run(["down"])).code).toBe(0)
    rmSync(join(shell.workspace, "go"))
    const up = await shell.run(["up", "--port", "0"], { env: { CHARTER_GRACE: "1h" } })
    expect(up, up.stderr).toMatchObject({ code: 0 })
    const left = await task("work.requested")
    await says("executing", "agents", "info", "coder")
    const waits = new RegExp(`for (?:1 hour|59 minutes.*) at most it waits for 1 run: ${left} of coder@team, begun `)
    const down = shell.start(["down"])
    down.stdin.end()
    const ended = once(down, "exit")
    let shown = ""
    await new Promise<void>((resolve) =>
      down.stderr.setEncoding("utf8").on("data", (text: string) => {
        shown += text
        if (waits.test(shown)) resolve()
      }),
    )
    const status = await run("status")
    expect(status).toMatch(/^The daemon is draining/)
    expect(status).toMatch(waits)
    const now = await shell.run(["down", "--now"])
    expect(now.stdout).toContain(`Task ${left} of coder@team had not ended: it is given again at the next start.`)
    expect(await ended).toEqual([0, null])
  })
})
