/** The commands that work on files alone. */
import { rmSync } from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
afterAll(async () => {
  // None of these commands has started a daemon, or left anything behind.
  expect(shell.dataFolders()).toEqual([])
  await shell.close()
})

const BAD = `contract: bad
scope: "@team"
on: deploy.requested
when: { dta.environment: production }
then:
  - deny("no")
`

describe("charter executors", () => {
  it("names the kinds, who uses them, and why one cannot start", async () => {
    const broken = 'organization: "@later"\nmembers:\n  - { agent: a, executor: { kind: command, run: [no-such] } }\n'
    const later = shell.write("organizations/later.yaml", broken)
    const { stdout, code } = await shell.run(["executors"])
    const json = (await shell.run(["executors", "--json"])).json()
    rmSync(later)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^command +runs +a@later \(cannot start\), coder@team$/m)
    expect(stdout).toMatch(/^acp +not in this version$/m)
    expect(stdout).toContain("a@later: no-such is not in PATH\n→ Install no-such")
    expect(json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ kind: "command", supported: true })]),
    })
  })
})

describe("charter lint", () => {
  it("finds nothing wrong, from a folder below, too", async () => {
    const sound = await shell.run(["lint"], { cwd: `${shell.workspace}/contracts` })
    expect(sound).toMatchObject({ code: 0, stdout: "2 files: no errors, no warnings\n" })
  })

  it("says where, what and what instead, on one line for other programs", async () => {
    const file = shell.write("../bad.yaml", BAD)
    const found = await shell.run(["lint", file])
    expect(found.code).toBe(1)
    expect(found.stdout).toMatch(
      /^\.\.\/bad\.yaml:4:9 error: There is no fact "dta".* Did you mean "data.* \[unknown-fact\]\n1 file: 1 error, no warnings\n$/,
    )
    const json = await shell.run(["lint", "--json", file])
    expect(json.code).toBe(1)
    expect(json.json()).toMatchObject({
      errors: 1,
      diagnostics: [{ file: "../bad.yaml", line: 4, column: 9, severity: "error" }],
    })
  })

  it("sees one file of the workspace with all the others, and says nothing of those", async () => {
    shell.write("contracts/worse.yaml", BAD)
    try {
      expect(await shell.run(["lint", "contracts/deploys.yaml"])).toMatchObject({
        code: 0,
        stdout: "1 file: no errors, no warnings\n",
      })
      expect(await shell.run(["lint", "contracts"])).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("contracts/worse.yaml:4:9"),
      })
    } finally {
      shell.write("contracts/worse.yaml", "")
    }
  })

  it("reports what would be refused when it comes into force", async () => {
    const file = shell.write(
      "../later.yaml",
      'organization: "@later"\nmembers:\n  - { agent: a, executor: { kind: comand, run: [ls] } }\n',
    )
    const found = await shell.run(["lint", file])
    expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining("[unknown-executor]") })
  })

  it("says what to do where there is nothing", async () => {
    const nowhere = await shell.run(["lint"], { cwd: shell.root })
    expect(nowhere).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("neither contracts/ nor organizations/"),
    })
    expect(await shell.run(["lint", "nothing.yaml"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no file nothing.yaml"),
    })
    expect(await shell.run(["describe", "no-deploys"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("charter contracts describe no-deploys"),
    })
  })
})

describe("charter describe", () => {
  it("says what the workspace means, and what one file does", async () => {
    const all = await shell.run(["describe"])
    expect(all.code).toBe(0)
    expect(all.stdout).toMatch(/^3 contracts in 1 organization/)
    const one = await shell.run(["contracts", "describe", "contracts/deploys.yaml"])
    expect(one.stdout).toContain('it is refused, with the reason "Mars is too far"')
  })

  it("leaves out what it cannot read, and says so", async () => {
    const file = shell.write("../bad.yaml", BAD)
    const bad = await shell.run(["describe", file])
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("left out") })
  })
})

describe("what is wrong across files", () => {
  it("is said once, and its document is not described", async () => {
    const head = 'scope: "@team"\non: '
    const file = shell.write(
      "contracts/across.yaml",
      `contract: unshared\n${head}deploy.requested\nwhen: { condition: nope }\nthen: allow\n---\n` +
        `contract: unclassed\n${head}task.completed\nthen: deny("no")\n---\n` +
        `contract: sound\n${head}deploy.requested\nthen: deny("no")\n`,
    )
    const found = (await shell.run(["lint", "--json"])).json() as { diagnostics: ReadonlyArray<{ code: string }> }
    const described = await shell.run(["describe"])
    rmSync(file)
    expect(found.diagnostics.map(({ code }) => code)).toEqual(["unknown-condition", "wrong-class"])
    expect(described.code).toBe(1)
    expect(described.stdout).toContain("@team/sound")
    expect(described.stdout).not.toMatch(/unshared|unclassed/)
  })
})

describe("charter test", () => {
  const PASSING = `organization: "@team"
cases:
  - name: Mars is too far
    event: { type: deploy.requested, actor: coder, data: { environment: mars } }
    expect: { verdict: deny }
`
  it("says what to write where there are none", async () => {
    expect(await shell.run(["test"])).toMatchObject({ code: 1, stderr: expect.stringContaining("*.test.yaml") })
  })

  it("passes, and lists what no case has seen", async () => {
    shell.write("contracts/deploys.test.yaml", PASSING)
    const passed = await shell.run(["test"])
    expect(passed.code).toBe(0)
    expect(passed.stdout).toMatch(/^1 case, all passed\n0 of 3 contracts decided both ways\nNo case has seen:\n/)
    expect(passed.stdout).toContain("@team/reviews: no case has an event that it looks at")
  })

  it("says which case failed, where, and what was expected", async () => {
    shell.write("contracts/more.test.yaml", PASSING.replace("deny", "allow"))
    const failed = await shell.run(["test"])
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/^failed {2}Mars is too far {2}contracts\/more\.test\.yaml:3\n {8}.*allow/)
    expect(failed.stdout).toContain("2 cases: 1 passed, 1 failed")
    expect((await shell.run(["test", "--json"])).json()).toMatchObject({ passed: 1, failed: 1 })
    expect(await shell.run(["test", "contracts/deploys.test.yaml"])).toMatchObject({
      code: 0,
      stdout: "1 case, all passed\n",
    })
  })

  it("tests nothing where files have errors", async () => {
    shell.write("contracts/worse.yaml", BAD)
    const refused = await shell.run(["test"])
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining("so nothing was tested") })
  })
})

describe("charter audit verify and rebuild", () => {
  it.each([["audit", "verify"], ["rebuild"]])("say that there is no log: %s %s", async (...args) => {
    expect(await shell.run(args)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("There is no log"),
    })
  })
})
