/** Help, and what is said to somebody who has not found the right words. */
import { spawnSync } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { Shell } from "./charter.ts"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))
const shell = new Shell({})
afterAll(() => shell.close())

const COMMANDS = [
  "init",
  "doctor",
  "completion",
  "up",
  "down",
  "status",
  "stats",
  "logs",
  "confirm",
  "demo",
  "publish",
  "events",
  "explain",
  "replay",
  "state",
  "contracts",
  "contracts list",
  "contracts show",
  "contracts describe",
  "describe",
  "lint",
  "test",
  "proposals",
  "proposals list",
  "proposals show",
  "holds",
  "approve",
  "deny",
  "vote",
  "cancel",
  "delegate",
  "delegations",
  "delegations list",
  "delegations revoke",
  "token",
  "token create",
  "token list",
  "token revoke",
  "inbox",
  "inbox next",
  "inbox list",
  "inbox ack",
  "send",
  "channel",
  "channel list",
  "channel read",
  "channel post",
  "doc",
  "doc list",
  "doc read",
  "doc write",
  "doc append",
  "resource",
  "resource put",
  "resource get",
  "agents",
  "executors",
  "tasks",
  "tasks list",
  "tasks show",
  "tasks cancel",
  "audit",
  "audit verify",
  "export",
  "import",
  "backup",
  "restore",
  "rebuild",
]

describe("help", () => {
  it("names every command", async () => {
    const { stdout, stderr, code } = await shell.run(["--help"])
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 })
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command.split(" ")[0]} {2,}\\S`, "m"))
    expect(await shell.run([])).toMatchObject({ code: 0, stdout })
  })

  it("fits into 80 columns, and has examples for every command", async () => {
    for (const command of COMMANDS) {
      const { stdout, code } = await shell.run([...command.split(" "), "--help"])
      expect(code, command).toBe(0)
      expect(stdout, command).toContain("--token-file <file>")
      expect(
        stdout.split("\n").filter((line) => line.length > 80 && !line.startsWith("  charter ")),
        command,
      ).toEqual([])
    }
  })

  it.each([
    [["--help"], "Usage: charter"],
    [["tasks", "--help"], "Usage: charter tasks"],
    [["--version"], "."],
    [["completion", "bash"], "complete -"],
  ])("%s loads neither Effect nor the server nor the database", async (args, told) => {
    const hook = shell.write(
      "hook.mjs",
      `import { registerHooks } from "node:module"
       registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) })`,
    )
    const { stderr, stdout } = await shell.run(args, { node: ["--import", hook] })
    expect(stdout).toContain(told)
    const loaded = stderr.trim().split("\n")
    expect(loaded.some((url) => url.endsWith("/src/bin.ts"))).toBe(true)
    expect(
      loaded.filter((url) =>
        /node_modules\/(?!commander\/|fastest-levenshtein\/)|src\/(?!bin|version|cli|discovery|language\/suggest|domain\/(?:lineBreaks|sha256))/.test(
          url,
        ),
      ),
    ).toEqual([])
  })
})

describe.skipIf(!existsSync("/dev/full"))("on a full disk", () => {
  it.each([[["--help"]], [["describe", "--help", "--json"]]])("%j says that its output is not complete", (args) => {
    const full = openSync("/dev/full", "w")
    const { status, stderr } = spawnSync(process.execPath, [ENTRY, ...args], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    })
    closeSync(full)
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^error: The output is not complete: ENOSPC.*\n→ Make room/),
    })
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

describe("the help of a command", () => {
  it.each([["tasks"], ["inbox"], ["audit"], ["tasks list"], ["status"]])(
    "%s has what it does, then its options, then those of every command",
    async (command) => {
      const { stdout } = await shell.run([...command.split(" "), "--help"])
      const titles = [...stdout.matchAll(/^(Commands|Options|Of every command):$/gm)].map(([, title]) => title)
      expect(titles.slice(-2)).toEqual(["Options", "Of every command"])
      expect(titles.indexOf("Commands")).toBeLessThan(1)
      expect(stdout).not.toMatch(/^ {2}\w+ \[options\]/m)
    },
  )
})

describe("what was not understood", () => {
  it.each([
    [["foo"], "charter --help"],
    [["publish"], "charter publish --help"],
    [["token", "lst"], "charter token --help"],
    [["token", "create"], "charter token create --help"],
    [["up", "team"], "--workspace FOLDER"],
    [["up", "team"], "charter up --help"],
    [["publsh"], "Did you mean publish?"],
    [["tasks", "lst"], "Did you mean: charter tasks list"],
    [["token", "crate", "dana"], "Did you mean create?"],
    [["lint", "--jsn"], "Did you mean --json?"],
    [["publish"], "Missing required argument 'type'"],
    [["publish", "a.requested", "--data", '{"a":1,"a":2}'], 'the key "a" stands twice'],
    [["status", "now"], "Too many arguments"],
    [["publish", "a.b", "c"], "Expected 1 argument but got 2.\n"],
    [["explain", ""], "An event's id is not empty"],
    [["token", "create", "dana", "--expires", "2020-01-01"], "has passed already"],
    [["publish", "a.requested", "--data", "{x"], "--data is not JSON"],
    [["publish", "a.requested", "--data", "{}", "--data", "[]"], "An event has one --data"],
    [["publish", "a.requested", "--wait", "forever"], "--wait is decision or release"],
    [["publish", "a.requested", "--timeout", "1m"], "--timeout is for --wait release"],
    [["events", "--since", "yesterday"], "--since is a time or a duration"],
    [["events", "--limit", "0"], "--limit is a number from 1 to 1000"],
    [["tasks", "list", "--state", "runing"], "--state is one of"],
    [["up", "--port", "http"], "--port is a number"],
    [["completion", "bsh"], "Did you mean: charter completion bash"],
    [["token", "create", "dana", "--kind", "person"], "--kind is one of human, agent, operator, bridge"],
  ])("%j exits with 2 and helps", async (args, help) => {
    const { code, stdout, stderr } = await shell.run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toContain(help)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(shell.dataFolders()).toEqual([])
  })
})
