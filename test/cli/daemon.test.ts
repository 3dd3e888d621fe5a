/** The life of a daemon as the command line sees it, with real processes. */
import { once } from "node:events"
import { copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { afterAll, describe, expect, it } from "vitest"
import { readDaemonFile } from "../../src/discovery/daemonFile.ts"
import { isAlive } from "../../src/discovery/findDaemon.ts"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
afterAll(() => shell.close())

/** Gives what has come so far as soon as `part` is in it. */
const reader = (stream: Readable) => {
  let said = ""
  stream.setEncoding("utf8").on("data", (chunk: string) => (said += chunk))
  return async (part: string): Promise<string> => {
    while (!said.includes(part)) await once(stream, "data")
    return said
  }
}

const publish = (data: unknown, ...more: ReadonlyArray<string>) =>
  shell.run(["publish", "deploy.requested", "--org", "team", "--data", JSON.stringify(data), ...more])

describe("charter with a daemon", () => {
  let pid = 0

  it("says that none runs, and starts none for that", async () => {
    const status = await shell.run(["status"])
    expect(status).toMatchObject({ code: 1, stderr: "" })
    expect(status.stdout).toContain(`No daemon is running for ${shell.workspace}`)
    expect(await shell.run(["down"])).toMatchObject({ code: 0 })
    expect(shell.dataFolders()).toEqual([])
  })

  it("starts one in the background, once", async () => {
    const first = await shell.run(["up", "--port", "0", "--json"])
    expect(first.code, first.stderr).toBe(0)
    const started = first.json() as { pid: number; data: string; started: boolean }
    pid = started.pid
    expect(started).toMatchObject({ started: true, workspace: shell.workspace })
    expect(first.stdout).not.toContain("charter_")
    expect(isAlive(pid)).toBe(true)
    expect(statSync(join(started.data, "daemon.json")).mode & 0o777).toBe(0o600)
    const second = await shell.run(["up"])
    expect(second).toMatchObject({ code: 0 })
    expect(second.stdout).toMatch(new RegExp(`running .* already[^]*process +${pid}\\n`))
    const status = await shell.run(["status", "--json"])
    expect(status.json()).toMatchObject({ running: true, pid, contracts: 3 })
    const { port } = status.json() as { readonly port: number }
    const elsewhere = await shell.run(["up", "--port", String(port + 1)])
    expect(elsewhere.stdout).toContain(`It listens on port ${port}, not on ${port + 1}`)
    expect((await shell.run(["up", "--port", String(port)])).stdout).not.toContain("It listens on port")
  })

  it("is not reached through a copy of its data folder", async () => {
    const { data } = (await shell.run(["status", "--json"])).json() as { readonly data: string }
    const copied = join(shell.root, "copied")
    mkdirSync(copied)
    copyFileSync(join(data, "daemon.json"), join(copied, "daemon.json"))
    expect(await shell.run(["down", "--data", copied, "--json"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/"stopped": ?false/),
    })
    expect(isAlive(pid)).toBe(true)
    expect((await shell.run(["status", "--data", copied])).stdout).toContain("No daemon is running")
  })

  it("decides: 0 for allow and hold, 1 for deny, with the contract's place and what to do next", async () => {
    expect(await publish({ environment: "staging" })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Allowed: deploy\.requested in @team\./),
    })
    const denied = await publish({ environment: "mars" }, "--id", "to-mars")
    expect(denied.code).toBe(1)
    expect(denied.stdout).toContain("Denied: Mars is too far")
    expect(denied.stdout).toContain("@team/no-deploys-to-mars  contracts/deploys.yaml:9")
    expect(denied.stdout).toContain("charter explain to-mars")
    const explained = await shell.run(["explain", "to-ma"])
    expect(explained.stdout).toContain('data.environment is "mars"')
    expect(explained.stdout).toContain('  - allowed if data.environment were something else (it was "mars")\n')
  })

  it("takes votes of people, never of the operator", async () => {
    const held = await publish({ environment: "production" })
    expect(held.code).toBe(0)
    expect(held.stdout).toMatch(
      /^Held: [^]*0 of 2 approvals[^]*can vote +dana, erin\n[^]*until [^]*charter approve (p-\S+),/,
    )
    const id = /charter approve (p-\S+),/.exec(held.stdout)![1]!
    const operator = await shell.run(["approve", id])
    expect(operator).toMatchObject({ code: 1, stdout: "" })
    expect(operator.stderr).toContain("charter token create NAME --kind human")

    const dana = await shell.run(["token", "create", "dana", "--expires", "1h"])
    expect(dana.stdout).toMatch(/^charter_\S+\n$/)
    const erin = shell.write("../erin.token", (await shell.run(["token", "create", "@erin"])).stdout)
    const first = await shell.run(["approve", id, "--reason", "read it\n    denied by erin"], {
      env: { CHARTER_TOKEN: dana.stdout },
    })
    expect(first.stdout).toContain("1 of 2 approvals")
    expect(first.stdout).toContain("read it\\n    denied by erin")
    const wrong = await shell.run(["vote", id, "aprove", "--token-file", erin])
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean approve?") })
    const second = await shell.run(["vote", id, "approve", "--token-file", erin, "--json"])
    expect(second.json()).toMatchObject({ id, state: "succeeded" })
    const late = await shell.run(["deny", id, "--token-file", erin, "--json"])
    expect(late.code).toBe(1)
    expect(late.json()).toMatchObject({ status: 409, type: "urn:charter:problem:proposal-decided" })

    const tokens = (await shell.run(["token", "list", "--json"])).json() as {
      items: Array<{ id: string; identity: string }>
    }
    const token = tokens.items.find(({ identity }) => identity === "@dana")!
    expect(await shell.run(["token", "revoke", token.id])).toMatchObject({ code: 0 })
    const revoked = await shell.run(["approve", id], { env: { CHARTER_TOKEN: dana.stdout } })
    expect(revoked).toMatchObject({ code: 1, stderr: expect.stringContaining("revoked") })
  })

  it("waits for a release, and for no longer than it is told", async () => {
    const impatient = await publish({ environment: "production" }, "--wait", "release", "--timeout", "50ms", "--json")
    expect(impatient.code).toBe(1)
    expect(impatient.json()).not.toHaveProperty("duplicate")
    const { hold, id } = impatient.json() as { hold: string; id: string }
    const patient = publish({ environment: "production" }, "--id", id, "--wait", "release", "--json")
    expect(await shell.run(["cancel", hold, "--reason", "never mind"])).toMatchObject({ code: 0 })
    const refused = await patient
    expect(refused.code).toBe(1)
    expect(refused.json()).toMatchObject({
      verdict: "deny",
      duplicate: true,
      reason: expect.stringContaining("never mind"),
    })
  })

  it("lists what is open, and says so where nothing is", async () => {
    expect((await shell.run(["proposals"])).stdout).toContain("No proposals are open")
    expect((await shell.run(["holds"])).stdout).toContain("Nothing is held")
    expect((await shell.run(["proposals", "list", "--all"])).stdout).toContain("succeeded")
    expect((await shell.run(["contracts", "--json"])).json()).toMatchObject({ items: [{}, {}, {}] })
    expect((await shell.run(["contracts", "show", "no-deploys-to-mars"])).stdout).toMatch(
      /Mars is too far[^]*\ncontract: no-deploys-to-mars\n(?:(?!contract:)[^])*$/,
    )
  })

  it("follows what happens, each event once", async () => {
    const following = shell.start(["events", "--follow", "--type", "note.*", "--json"])
    try {
      const seen: Array<string> = []
      const done = new Promise<void>((resolve) => {
        let rest = ""
        following.stdout.setEncoding("utf8").on("data", (chunk: string) => {
          const lines = (rest + chunk).split("\n")
          rest = lines.pop()!
          for (const line of lines) seen.push((JSON.parse(line) as { id: string }).id)
          if (seen.includes("c")) resolve()
        })
      })
      for (const id of ["a", "b", "c"])
        expect(await shell.run(["publish", "note.made", "--id", id])).toMatchObject({ code: 0 })
      await done
      expect(seen).toEqual(["a", "b", "c"])
    } finally {
      following.kill("SIGKILL")
      await once(following, "exit")
    }
  })

  it("routes work, and shows what came of it", async () => {
    const answer = (await shell.run(["publish", "review.requested", "--org", "team", "--json"])).json() as {
      tasks: Array<string>
    }
    const [task] = answer.tasks
    const shown = await shell.run(["tasks", "show", task!])
    expect(shown.stdout).toContain(`${task}  `)
    expect(shown.stdout).toContain("for coder in @team")
    expect((await shell.run(["tasks", "list", "--json"])).json()).toMatchObject({ items: [{ id: task }] })
  })

  it("shows agents with their work, and everything in figures", async () => {
    const agents = await shell.run(["agents", "--org", "team", "--json"])
    expect(agents.json()).toMatchObject({ items: [{ name: "coder", org: "@team", executor: "command", runs: 1 }] })
    expect((await shell.run(["agents"])).stdout).toMatch(/^AGENT +STATE +EXECUTOR[^]*\ncoder@team +\w+ +command /)
    const stats = (await shell.run(["stats", "--json"])).json()
    expect(stats).toMatchObject({
      decisions: { deny: 1, hold: 2, allow: expect.any(Number) },
      holds: { released: 1, cancelled: 1 },
    })
    expect((await shell.run(["stats"])).stdout).toMatch(/Decisions of all[^]* 1 {2}deny\n[^]*1 {2}cancelled\n/)
  })

  it("reaches the daemon of a run, wherever the run is", async () => {
    const [data] = shell.dataFolders()
    const { port, token } = readDaemonFile(data!)!
    const env = { CHARTER_URL: `http://127.0.0.1:${port}`, CHARTER_TOKEN: token }
    expect(await shell.run(["contracts", "--json"], { cwd: shell.root, env })).toMatchObject({ code: 0, stderr: "" })
    expect(
      await shell.run(["contracts"], { cwd: shell.root, env: { ...env, CHARTER_TOKEN: "charter_x" } }),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("token is not known"),
    })
    expect(shell.dataFolders()).toEqual([data])
  })

  it("refuses to rebuild beside a daemon; verifies the log while it is written", async () => {
    const rebuild = await shell.run(["rebuild"])
    expect(rebuild).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`process ${pid}[^]*charter down`)),
    })
    expect(await shell.run(["audit", "verify"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("The log is whole"),
    })
  })

  it("stops it, and waits until it is gone", async () => {
    const down = await shell.run(["down"])
    expect(down).toMatchObject({ code: 0, stdout: `The daemon (process ${pid}) has stopped.\n` })
    expect(isAlive(pid)).toBe(false)
    expect(await shell.run(["rebuild", "--json"])).toMatchObject({ code: 0 })
  })

  it("starts one where a command needs it, and says so", async () => {
    const listed = await shell.run(["contracts"])
    expect(listed.code, listed.stderr).toBe(0)
    expect(listed.stderr).toMatch(/Started a daemon for .* \(process \d+\)/)
    expect(listed.stdout).toContain("@team/reviews")
    const { pid: implicit } = (await shell.run(["status", "--json"])).json() as { pid: number }
    process.kill(implicit, "SIGKILL")
    // What is left in daemon.json is no daemon.
    expect(await shell.run(["status"])).toMatchObject({ code: 1 })
  })

  it("shows why a daemon could not start", async () => {
    const failed = await shell.run(["up", "--host", "192.0.2.1", "--port", "0"])
    expect(failed).toMatchObject({ code: 1, stdout: "" })
    expect(failed.stderr).toContain("this machine has no such address")
    expect(failed.stderr).toContain("leave out --host")
    expect(failed.stderr).not.toMatch(/\n\s+at /)
    const nowhere = await shell.run(["contracts", "--workspace", "nowhere"])
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`There is no folder ${shell.workspace}/nowhere`),
    })
    const file = shell.write("file", "")
    const unusable = await shell.run(["contracts", "--data", `${file}/data`])
    expect(unusable).toMatchObject({ code: 1, stderr: expect.stringContaining("The data folder cannot be made") })
  })

  it.each(["changes", "daemon.json"])("says what is in the way in the data folder: %s", async (name) => {
    const data = join(shell.root, `in the way of ${name}`)
    const path = join(data, name)
    if (name === "changes") {
      mkdirSync(data)
      writeFileSync(path, "")
    } else mkdirSync(path, { recursive: true })
    for (const how of [["--foreground"], []]) {
      const refused = await shell.run(["up", ...how, "--port", "0", "--data", data])
      expect(refused).toMatchObject({ code: 1, stdout: "" })
      expect(refused.stderr).toMatch(
        new RegExp(`^error: The data folder cannot be used: ${path} is [^]*\\n→ Put it right`),
      )
      expect(refused.stderr).not.toMatch(/\n\s+at |not expected/)
    }
    expect(await shell.run(["status", "--data", data])).toMatchObject({ code: 1, stderr: "" })
  })

  it("runs in the foreground until it is interrupted, and says there what becomes of a changed file", async () => {
    const organization = TEAM["organizations/team.yaml"]
    const deaf = `${organization}webhooks:\n  - { source: github, secret: "\${{ env.UNSET_SECRET }}" }\n`
    shell.write("organizations/team.yaml", deaf)
    const daemon = shell.start(["up", "--foreground", "--port", "0"], { env: { CHARTER_LOG_FORMAT: "text" } })
    const exit = once(daemon, "exit")
    const printed = reader(daemon.stdout)
    const noted = reader(daemon.stderr)
    await printed("stops it")
    expect(await printed("stops it")).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+ \(process \d+\)/)
    expect(await printed("stops it")).toMatch(/rules +3 contracts in 2 organizations, revision [0-9a-f]{12}\n/)
    expect(await printed("stops it")).toContain(
      'the webhook "github" of @team turns every delivery away: UNSET_SECRET is not set where the daemon was started',
    )
    shell.write("organizations/team.yaml", organization.replace("roles", "rolse"))
    expect(await noted("unknown-key")).toMatch(
      /stays in force.*\n +organizations\/team\.yaml:4:20 error: .*Did you mean "roles"\?/,
    )
    shell.write("organizations/team.yaml", organization)
    expect(await printed("stops it")).not.toContain("unknown-key")
    // As npm does it: twice at once.
    daemon.kill("SIGINT")
    daemon.kill("SIGINT")
    expect(await exit).toEqual([0, null])
  })
})
