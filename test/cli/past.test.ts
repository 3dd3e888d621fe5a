/** What was: a state of the past, a decision by other rules, and events of another log. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
const other = new Shell(TEAM)
beforeAll(async () => {
  for (const one of [shell, other]) expect(await one.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
})
afterAll(() => Promise.all([shell.close(), other.close()]))

const publish = async (type: string, data: object) =>
  (await shell.run(["publish", type, "--org", "team", "--data", JSON.stringify(data), "--json"])).json() as {
    readonly id: string
    readonly hold?: string
    readonly revision: string
  }

describe("charter state", () => {
  it("shows what is open, now and then", async () => {
    const before = new Date(Date.now() - 1).toISOString()
    const { hold } = await publish("deploy.requested", { environment: "production" })
    const now = await shell.run(["state", "team"])
    expect(now.stdout).toMatch(/^@team: \d+ records, /)
    expect(now.stdout).toContain(`Held\nHOLD`)
    expect(now.stdout).toContain(hold)
    const then = await shell.run(["state", "@team", "--at", before])
    expect(then.stdout).toMatch(/^@team as it was at /)
    expect(then.stdout).toContain("Nothing is open.")
    expect(await shell.run(["state", "@nowhere"])).toMatchObject({ code: 1 })
    expect(await shell.run(["state", "team", "--at", "yesterday"])).toMatchObject({ code: 2 })
  })
})

describe("charter replay", () => {
  it("decides an event by the rules now in force, and nothing follows", async () => {
    const { id, revision } = await publish("deploy.requested", { environment: "mars" })
    const same = await shell.run(["replay", id.slice(0, 8)])
    expect(same, same.stderr).toMatchObject({ code: 0 })
    expect(same.stdout).toMatch(/^then {2}deny: Mars is too far\nnow {3}deny: Mars is too far\n/)
    shell.write("contracts/deploys.yaml", TEAM["contracts/deploys.yaml"].replace("Mars is too far", "not this year"))
    // The daemon reloads by itself; what it decides next says that it has.
    for (let now = revision; now === revision; now = (await publish("note.taken", {})).revision);
    const records = (await shell.run(["state", "team", "--json"])).json() as { readonly seq: number }
    const otherwise = await shell.run(["replay", id])
    expect(otherwise.stdout).toContain("now   deny: not this year")
    expect(otherwise.stdout).toContain("The rules now in force decide it otherwise.")
    expect((await shell.run(["replay", id, "--json"])).json()).toMatchObject({ differs: true })
    expect((await shell.run(["state", "team", "--json"])).json()).toMatchObject({ seq: records.seq })
  })
})

describe("charter import", () => {
  it("publishes here what another daemon has exported, once, and without anybody's rights", async () => {
    const { stdout: lines } = await shell.run(["export"])
    const published = lines
      .trim()
      .split("\n")
      .filter((line) => /^(?:deploy|note)\./.test((JSON.parse(line) as { readonly type: string }).type)).length
    expect(await other.run(["import", "--dry-run"], { input: lines })).toMatchObject({
      stdout: expect.stringContaining(
        `${published} events would be published, but for those that are here already. Nothing was.`,
      ),
    })
    const file = other.write("events.jsonl", lines)
    const first = await other.run(["import", file, "--json"])
    expect(first, first.stderr).toMatchObject({ code: 0 })
    expect(first.json()).toMatchObject({
      imported: published,
      duplicates: 0,
      refused: 0,
      verdicts: { deny: 1, hold: 1 },
    })
    expect((await other.run(["import", file, "--json"])).json()).toMatchObject({ imported: 0, duplicates: published })
    const [event] = (
      (await other.run(["events", "--type", "deploy.*", "--limit", "1", "--json"])).json() as { items: [object] }
    ).items
    expect(event).toMatchObject({ actor: "operator", actorkind: "external" })
    const tokens = (await other.run(["token", "list", "--json"])).json() as { items: ReadonlyArray<object> }
    expect(tokens.items).toMatchObject(
      [{ identity: "import", revoked: expect.any(String) }, {}].slice(0, tokens.items.length),
    )
  })

  it("says what is wrong with which line, and takes the others", async () => {
    const input = [
      "{",
      '{"type":"note.taken"}',
      '{"type":"hold.opened","id":"1","source":"s"}',
      '{"type":"note.taken","id":"1","source":"s","org":"@nowhere"}',
      '{"type":"note.taken","id":"2","source":"s","org":"@team"}',
    ].join("\n")
    const ran = await other.run(["import"], { input })
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.stdout).toContain("1 event imported: 1 allowed.")
    expect(ran.stdout).toContain("1 left out, which a daemon reports by itself: hold.opened.")
    expect(ran.stdout).toContain("3 refused:\n  line 1: it is no JSON\n  line 2: an event without id")
    expect(ran.stdout).toContain('line 4: there is no organization "@nowhere"')
    const large = (id: string, bytes: number) =>
      JSON.stringify({ type: "note.taken", id, source: "s", org: "@team", data: "x".repeat(bytes) })
    const sizes = await other.run(["import", "--json"], {
      input: [large("3", 10), large("4", 300_000), large("5", 2_000_000), large("6", 10)].join("\n"),
    })
    expect(sizes, sizes.stderr).toMatchObject({ code: 1 })
    expect(sizes.json()).toMatchObject({
      imported: 2,
      refusals: expect.arrayContaining([
        { line: 2, reason: expect.stringContaining("an event may have 262144 bytes") },
        { line: 3, reason: expect.stringContaining("more than an event may have") },
      ]),
    })
    expect(await other.run(["import", "--org", "team"], { input: input.split("\n")[3]! })).toMatchObject({ code: 0 })
    expect(await other.run(["import", other.workspace])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot be read: it is a folder."),
    })
    expect(await other.run(["import", "no-such-file"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no file no-such-file."),
    })
  })
})
