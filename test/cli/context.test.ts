/** Messages, the inbox and documents, as people use them in a shell. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
let dana = { env: {} }
let erin = { env: {} }

beforeAll(async () => {
  expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
  dana = await shell.as("dana")
  erin = await shell.as("erin")
})
afterAll(() => shell.close())

describe("messages", () => {
  it("are posted, read, found in an inbox, and acknowledged", async () => {
    expect((await shell.run(["inbox"], erin)).stdout).toContain("Nothing waits for you, erin.")
    const posted = await shell.run(["channel", "post", "#general", "@erin,", "have a look"], dana)
    expect(posted, posted.stderr).toMatchObject({ code: 0, stdout: "Sent.\n" })
    expect(await shell.run(["send", "@erin", "-"], { ...dana, input: "two\nlines\u001b[2J\n" })).toMatchObject({
      code: 0,
    })
    expect((await shell.run(["channel", "read", "general", "--org", "team"], erin)).stdout).toMatch(
      /^\d\d:\d\d:\d\d {2}dana {2}@erin, have a look\n$/,
    )
    const { items } = (await shell.run(["inbox", "--json"], erin)).json() as { items: Array<{ id: string }> }
    expect(items).toMatchObject([
      { kind: "message", from: "dana", state: "new" },
      { kind: "mention", channel: "general", state: "new" },
    ])
    const [message, mention] = items.map(({ id }) => id) as [string, string]
    const first = await shell.run(["inbox"], erin)
    expect(first.stdout).toMatch(/ new {2}.* dana mentions you in #general @team\n {4}@erin, have a look\n/)
    expect(first.stdout).toContain(`    two\n    lines\\x1b[2J\n`)
    expect((await shell.run(["inbox", "list"], erin)).stdout).toMatch(/ seen {2}/)
    expect(await shell.run(["inbox", "ack", mention], dana)).toMatchObject({ code: 1 })
    expect(await shell.run(["inbox", "ack", mention, message], erin)).toMatchObject({
      code: 0,
      stdout: "2 are acknowledged.\n",
    })
    expect((await shell.run(["inbox"], erin)).stdout).toContain("Nothing waits for you, erin.")
    expect((await shell.run(["inbox", "list", "--all"], erin)).stdout).toMatch(/ acknowledged {2}/)
  })

  it("go where somebody is", async () => {
    expect(await shell.run(["channel", "post", "generl", "hello"], dana)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "general"?'),
    })
    expect(await shell.run(["send", "nobody", "hello"], dana)).toMatchObject({ code: 1 })
    expect(await shell.run(["inbox"])).toMatchObject({ code: 1 })
  })
})

describe("documents", () => {
  it("are written, read, and never written over unread", async () => {
    expect((await shell.run(["doc"], dana)).stdout).toContain("There are no documents.")
    const made = await shell.run(["doc", "write", "plan.md"], { ...dana, input: "# Plan\n" })
    expect(made, made.stderr).toMatchObject({ code: 0, stdout: "plan.md of @team is at version 1.\n" })
    expect(await shell.run(["doc", "read", "plan.md"], erin)).toMatchObject({ code: 0, stdout: "# Plan\n" })
    const file = shell.write("new.md", "# New plan\n")
    expect(await shell.run(["doc", "write", "plan.md", "--file", file], erin)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"plan.md" is at version 1'),
    })
    expect(await shell.run(["doc", "write", "plan.md", "--base", "1", "--file", file], erin)).toMatchObject({ code: 0 })
    expect((await shell.run(["doc", "read", "plan.md", "--json"], dana)).json()).toMatchObject({
      version: 2,
      by: "erin",
    })
    expect((await shell.run(["doc", "read", "plan.md", "--version", "1"], dana)).stdout).toBe("# Plan\n")
    expect((await shell.run(["doc", "list"], dana)).stdout).toMatch(/plan\.md +2 +11 +erin .*@team/)
    expect(await shell.run(["doc", "write", "plan.md", "--base", "one"], dana)).toMatchObject({ code: 2 })
  })
})

describe("resources", () => {
  it("are kept by their hash, which is all that is printed", async () => {
    const file = shell.write("report.md", "# Report\n")
    const put = await shell.run(["resource", "put", file], dana)
    expect(put, put.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) })
    expect(await shell.run(["resource", "put"], { ...dana, input: "# Report\n" })).toMatchObject({ stdout: put.stdout })
    expect(await shell.run(["resource", "get", put.stdout.trim()], erin)).toMatchObject({
      code: 0,
      stdout: "# Report\n",
    })
    expect(await shell.run(["resource", "get", "0".repeat(64)], erin)).toMatchObject({ code: 1 })
  })

  it("hold what a message is too long for", async () => {
    await shell.run(["channel", "post", "general", "-"], { ...dana, input: `${"a long story ".repeat(400)}the end` })
    const read = await shell.run(["channel", "read", "general"], erin)
    const [, hash] = /charter resource get ([0-9a-f]{64})/.exec(read.stdout)!
    expect((await shell.run(["resource", "get", hash!], erin)).stdout).toMatch(/the end$/)
  })
})

describe("a document that is added to", () => {
  it("keeps what everybody has added, also at the same time", async () => {
    expect(await shell.run(["doc", "append", "notes.md", "first"], dana)).toMatchObject({ code: 1 })
    await shell.run(["doc", "write", "notes.md"], { ...dana, input: "# Notes" })
    const all = [dana, erin].map((who, n) => shell.run(["doc", "append", "notes.md", `line`, `${n}`], who))
    for (const ran of await Promise.all(all)) expect(ran, ran.stderr).toMatchObject({ code: 0 })
    const { stdout } = await shell.run(["doc", "read", "notes.md"], dana)
    expect(stdout.trim().split("\n").toSorted()).toEqual(["# Notes", "line 0", "line 1"])
  })
})
