/** What charter doctor finds, on a workspace that is sound and on each thing that may be wrong. */
import { chmodSync, utimesSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { startChild } from "../log/processes.ts"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
afterAll(() => shell.close())

interface Diagnosis {
  readonly code: number
  readonly healthy: boolean
  readonly of: (check: string) => { state: string; what: string; next?: string } | undefined
}

const diagnose = async (...options: ReadonlyArray<string>): Promise<Diagnosis> => {
  const ran = await shell.run(["doctor", "--json", ...options])
  const { healthy, checks } = ran.json() as {
    healthy: boolean
    checks: Array<{ check: string; state: string; what: string }>
  }
  return { code: ran.code, healthy, of: (check) => checks.find((one) => one.check === check && one.state !== "ok") }
}

describe("charter doctor", () => {
  it("finds nothing broken before the first start, and starts nothing", async () => {
    const before = await diagnose()
    expect(before).toMatchObject({ code: 0, healthy: true })
    expect(before.of("daemon")).toMatchObject({ state: "warn", next: "Start it: charter up" })
    expect(before.of("reach")?.what).toContain("edit contracts/, which passes for the operator")
    expect(shell.dataFolders()).toEqual([])
  })

  it("says that the usual port is taken", async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.once("error", () => resolve()).listen(5099, "127.0.0.1", resolve))
    try {
      expect((await diagnose()).of("port")).toMatchObject({ state: "warn", next: expect.stringContaining("--port 0") })
    } finally {
      server.close()
    }
  })

  it("names the daemon that runs, and what an executor could do to it", async () => {
    expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
    const { stdout, code } = await shell.run(["doctor"])
    expect(code, stdout).toBe(0)
    expect(stdout).toMatch(/^ok {4}daemon {5}process \d+ answers at http:\/\/127/m)
    expect(stdout).toMatch(/^ok {4}executor {3}coder@team can start \(command\)$/m)
    expect(stdout).toMatch(
      /^warn {2}reach .*could .*read the operator's token.*\n +→ Run the daemon as a user of its own/m,
    )
  })

  it("says that the log cannot be written, and so does charter status, until it can be", async () => {
    const publish = () => shell.run(["publish", "note.requested", "--org", "@team"])
    const holder = startChild("fileHolder.ts", [join(shell.dataFolders()[0]!, "charter.db")])
    try {
      expect(await holder.line()).toBe("held")
      expect(await publish()).toMatchObject({ code: 1, stderr: expect.stringContaining("another process holds") })
      const { code, healthy, of } = await diagnose()
      expect({ code, healthy, found: of("log") }).toMatchObject({
        code: 1,
        healthy: false,
        found: { state: "bad", what: expect.stringContaining("another process holds the file") },
      })
      expect((await shell.run(["status"])).stdout).toMatch(/^Events are answered 503, for .*another process holds/m)
    } finally {
      holder.process.kill("SIGKILL")
      await holder.ended
    }
    expect(await publish()).toMatchObject({ code: 0 })
    expect((await diagnose()).of("log")).toBeUndefined()
  }, 60_000)

  it("is not content with a token that others can read, and says how to mend it", async () => {
    const [data] = shell.dataFolders()
    chmodSync(join(data!, "daemon.json"), 0o644)
    const { code, of } = await diagnose()
    expect({ code, found: of("token") }).toMatchObject({
      code: 1,
      found: { state: "bad", next: expect.stringContaining("chmod 600") },
    })
    chmodSync(join(data!, "daemon.json"), 0o600)
    chmodSync(data!, 0o755)
    expect((await diagnose()).of("data")).toMatchObject({ state: "warn", next: `Close it: chmod 700 ${data}` })
    chmodSync(data!, 0o700)
    expect((await diagnose()).code).toBe(0)
  })

  it("finds a clock that has gone back", async () => {
    expect(await shell.run(["down"])).toMatchObject({ code: 0 })
    const log = join(shell.dataFolders()[0]!, "charter.db")
    const ahead = new Date(Date.now() + 3_600_000)
    utimesSync(log, ahead, ahead)
    expect((await diagnose()).of("clock")).toMatchObject({ state: "bad" })
    utimesSync(log, new Date(), new Date())
    expect((await diagnose()).of("clock")).toBeUndefined()
  })

  it.each([
    ["run: [./tools/fix.sh]", /no .*tools\/fix\.sh/],
    ["run: [no-such-program]", /not in PATH/],
    ["run: [./contracts/deploys.yaml]", /not executable/],
  ])("finds an executor that cannot start: %s", async (run, what) => {
    const file = `organization: "@crew"\nmembers:\n  - { agent: fixer, executor: { kind: command, ${run} } }\n`
    shell.write("organizations/crew.yaml", file)
    const { code, of } = await diagnose()
    shell.write("organizations/crew.yaml", "")
    expect(code).toBe(1)
    expect(of("executor")?.what).toMatch(/^fixer@crew cannot start: /)
    expect(of("executor")?.what).toMatch(what)
  })

  it("finds files that are wrong, and a folder that is no workspace", async () => {
    shell.write("contracts/bad.yaml", "contract: bad\n")
    const files = await diagnose()
    shell.write("contracts/bad.yaml", "")
    expect(files.of("files")).toMatchObject({ state: "bad", next: "charter lint" })
    const nowhere = await diagnose("--workspace", shell.root)
    expect(nowhere.code).toBe(1)
    expect(nowhere.of("workspace")).toMatchObject({ state: "bad", next: "Make one: charter init" })
    expect((await diagnose("--data", join(shell.workspace, "data"))).of("data")).toMatchObject({ state: "warn" })
  })
})
