/** What must not pass for something else: another workspace, no workspace, a bad token, a folder as data. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell({
  ...TEAM,
  "organizations/other.yaml": 'organization: "@other"\nmembers: [{ human: olga }]\n',
  "organizations/team.yaml": `${TEAM["organizations/team.yaml"]}  - agent: adviser\n`,
  "contracts/advice.yaml": 'contract: advice\nscope: "@team"\non: advice.requested\nthen: [{ route: "@adviser" }]\n',
})
const empty = join(shell.root, "empty")
const other = join(shell.root, "other")
let data = ""

afterAll(() => shell.close())
beforeAll(async () => {
  mkdirSync(empty)
  mkdirSync(join(other, "contracts"), { recursive: true })
  const up = await shell.run(["up", "--port", "0", "--json"])
  expect(up.code, up.stderr).toBe(0)
  data = (up.json() as { readonly data: string }).data
})

describe("a data folder of another workspace", () => {
  it.each([["up"], ["status"], ["contracts"], ["publish", "a.b"], ["down"]])("is refused by %s", async (...command) => {
    const refused = await shell.run(["--data", data, "--workspace", other, ...command])
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toContain(`for ${shell.workspace}, not for ${other}`)
  })

  it("has a stable code, and the workspace that it belongs to", async () => {
    const refused = await shell.run(["status", "--data", data, "--workspace", other, "--json"])
    expect(refused.json()).toMatchObject({
      type: "urn:charter:problem:workspace-differs",
      workspace: shell.workspace,
    })
  })

  it("is found without a workspace from anywhere", async () => {
    expect(await shell.run(["status", "--data", data], { cwd: empty })).toMatchObject({ code: 0 })
  })
})

describe("a folder without a workspace", () => {
  it.each([["up"], ["contracts"], ["publish", "deploy.requested"]])("gets no daemon from %s", async (...command) => {
    const before = shell.dataFolders()
    const refused = await shell.run(command, { cwd: empty })
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toContain(`${empty} has neither contracts/ nor organizations/`)
    expect(refused.stderr).toContain("charter init")
    expect(shell.dataFolders()).toEqual(before)
  })
})

describe("a workspace whose rules have errors, at its first start", () => {
  it("is not started, and what says more is named", async () => {
    const broken = join(shell.root, "broken")
    mkdirSync(join(broken, "contracts"), { recursive: true })
    writeFileSync(join(broken, "contracts", "a.yaml"), "contract: a\n")
    const refused = await shell.run(["up", "--port", "0", "--workspace", broken])
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toContain("contracts/a.yaml:1:1 error")
    expect(refused.stderr).toContain("charter lint")
  })
})

describe("--data after publish", () => {
  it("is the event's, also where it looks like a folder", async () => {
    const refused = await shell.run(["publish", "a.b", "--data", empty])
    expect(refused).toMatchObject({ code: 2, stdout: "" })
    expect(refused.stderr).toContain("The event's --data is not JSON")
    expect(refused.stderr).toContain("charter --data FOLDER publish")
  })

  it("stands beside the folder, which is before the command", async () => {
    const published = await shell.run(["--data", data, "publish", "a.b", "--data", "{}"], { cwd: empty })
    expect(published, published.stderr).toMatchObject({ code: 0, stderr: IN_GLOBAL })
  })
})

const IN_GLOBAL = "In @global: only its contracts were asked. For others: --org @other\n"

describe("publish without --org, where there are organizations", () => {
  it("says whose contracts were asked, to a person alone", async () => {
    expect(await shell.run(["publish", "a.b"])).toMatchObject({ code: 0, stderr: IN_GLOBAL })
    for (const more of [["--json"], ["--org", "@other"], ["--org", "@global"]])
      expect(await shell.run(["publish", "a.b", ...more]), more.join(" ")).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("a token that the daemon refuses", () => {
  it.each([["status"], ["token", "create", "dana"], ["publish", "a.b"]])("is an error of %s", async (...command) => {
    const refused = await shell.run([...command, "--json"], { env: { CHARTER_TOKEN: "junk" } })
    expect(refused.code).toBe(1)
    expect(refused.json()).toMatchObject({ status: 401 })
  })
})

describe("a name that nobody knows", () => {
  it.each([
    [["agents", "info", "codr"], "charter agents"],
    [["changes", "change-1"], "charter changes"],
    [["contracts", "show", "nope"], "charter contracts"],
    [["holds", "--org", "@nowhere"], "charter contracts describe"],
    [["channel", "post", "genral", "hi", "--org", "@team"], 'no channel "genral"; did you mean "general"?'],
    [["send", "codr", "hi", "--org", "@team"], 'called "codr"; did you mean "coder"?'],
    [["proposals", "open", "election", "Who?", "--option", "dna", "--org", "@team"], 'did you mean "dana"?'],
    [["backup", "nowhere/a.db"], "There is no folder"],
  ])("of %j is refused, and says where to look", async (command, said) => {
    const refused = await shell.run(command)
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toContain(said)
    expect(refused.stderr).not.toMatch(/; Did|ENOENT/)
  })

  it("of a task is no change to be given up", async () => {
    const refused = await shell.run(["cancel", "t-team-1"])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("charter tasks cancel t-team-1") })
  })

  it("of a data folder without a daemon is said", async () => {
    for (const command of ["status", "down"])
      expect((await shell.run([command, "--data", empty])).stdout).toContain(
        `No daemon is running for ${shell.workspace}, with its data in ${empty}.`,
      )
    expect((await shell.run(["status", "--workspace", other])).stdout).toContain(`No daemon is running for ${other}.\n`)
  })
})

describe("what is said", () => {
  it("of a token for an operator keeps its name", async () => {
    const made = await shell.run(["token", "create", "night-shift", "--kind", "operator"])
    expect(made.stderr).toContain("acts as the operator")
    expect((await shell.run(["token", "list"])).stdout).toContain("night-shift")
  })

  it("of a task that nobody takes up can be followed", async () => {
    const published = await shell.run(["publish", "advice.requested", "--org", "team", "--json"])
    const [task] = (published.json() as { readonly tasks: ReadonlyArray<string> }).tasks
    const { stdout } = await shell.run(["status"])
    expect(stdout).toContain(`end the task with charter tasks cancel ${task}`)
    expect(stdout).not.toContain("charter confirm")
  })

  it("of a member keeps the name as it is written", async () => {
    const refused = await shell.run(["publish", "a.b", "--org", "@other"], await shell.as("erin"))
    expect(refused.stderr).toContain("error: erin is not a member of @other")
  })
})

describe("a word for several commands", () => {
  it("takes the options of the command that it stands for", async () => {
    expect(await shell.run(["proposals", "--all"])).toMatchObject({
      code: 0,
      stdout: "There have been no proposals.\n",
    })
    expect(await shell.run(["tasks", "--state", "dead", "--limit", "3"])).toMatchObject({
      code: 0,
      stdout: "No task matches.\n",
    })
    expect((await shell.run(["proposals", "--all", "list"])).stdout).toBe("There have been no proposals.\n")
    expect((await shell.run(["proposals", "--help"])).stdout).toContain("--all")
  })

  it("takes them for no other one", async () => {
    const refused = await shell.run(["proposals", "--all", "show", "p-1"])
    expect(refused).toMatchObject({ code: 2, stdout: "" })
    expect(refused.stderr).toContain("--all belongs to charter proposals list")
  })
})

describe("the beginning of what is said", () => {
  it("keeps the name of an agent or a proposal", async () => {
    expect(await shell.run(["agents", "start", "coder@team"])).toMatchObject({
      code: 1,
      stderr: "error: coder is not stopped.\n",
    })
    const [proposal] = (await shell.heldDeploy()).proposals
    for (const name of ["dana", "erin"]) await shell.run(["deny", proposal!], await shell.as(name))
    expect((await shell.run(["deny", proposal!], await shell.as("erin"))).stderr).toBe(
      `error: ${proposal} has been defeated already.\n`,
    )
  })
})
