/** The library as a program uses it, from the sources: what it promises about opening, following, doors, and the end. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { Charter, CharterError, type LoggedEvent, type OpenOptions } from "../../src/library/index.ts"
import { call } from "../http/client.ts"

const files = {
  "organizations/team.yaml": `organization: "@team"
owner: "@dana"
members:
  - { human: dana, roles: [lead] }
  - { agent: coder, executor: { kind: human } }
`,
  "contracts/deploys.yaml": `contract: a-lead-approves
scope: "@team"
on: deploy.requested
then:
  - require_approval: { from: role:lead, within: 1h }
`,
}

const root = mkdtempSync(join(tmpdir(), "charter library "))
const opened: Array<Charter> = []
const open = async (options: OpenOptions = {}): Promise<Charter> => {
  const charter = await Charter.open({ ...(options.workspace === undefined ? { files } : {}), ...options })
  opened.push(charter)
  return charter
}
afterEach(async () => {
  for (const charter of opened.splice(0)) await charter.close()
  rmSync(root, { recursive: true, force: true })
})

const refused = async (promise: Promise<unknown>): Promise<CharterError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CharterError)
  return error as CharterError
}

const deploy = { type: "deploy.requested", org: "@team" } as const
const note = (id: string) => ({ type: "note.made", org: "@team", id })

describe("follow", () => {
  it("gives events as they come, each once, only those asked for, and ends when it is left", async () => {
    const charter = await open()
    await charter.publish(note("before"))
    const reader = charter.follow({ org: "@team", types: ["note.*"] })[Symbol.asyncIterator]()
    const first = reader.next()
    await charter.publish(deploy)
    await charter.publish(note("a"))
    const { value: a } = (await first) as { readonly value: LoggedEvent }
    expect(a).toMatchObject({ id: "a", type: "note.made", decision: { verdict: "allow" }, cursor: expect.any(String) })
    await charter.publish(note("b"))
    expect(await reader.next()).toMatchObject({ value: { id: "b" } })
    await reader.return?.()
    expect(await reader.next()).toMatchObject({ done: true })
  })

  it("begins where it is called, not where it is first read", async () => {
    const charter = await open()
    await charter.publish(note("before"))
    const followed = charter.follow({ types: ["note.*"] })
    await charter.publish(note("a"))
    expect(await followed[Symbol.asyncIterator]().next()).toMatchObject({ value: { id: "a" } })
  })

  it("goes on behind a cursor, also one of a daemon before", async () => {
    const data = join(root, "data")
    const before = await open({ data })
    for (const id of ["a", "b"]) await before.publish(note(id))
    let cursor: string | undefined
    for await (const event of before.follow({ types: ["note.*"], after: "" })) {
      cursor = event.cursor
      break
    }
    await before.close()
    const later = await open({ data })
    await later.publish(note("c"))
    const seen: Array<string> = []
    for await (const { id } of later.follow({ types: ["note.*"], after: cursor! })) {
      seen.push(id)
      if (id === "c") break
    }
    expect(seen).toEqual(["b", "c"])
  })

  it("refuses a cursor that this log has not come to, as one of another log", async () => {
    const charter = await open()
    const reader = charter.follow({ after: "999999" })[Symbol.asyncIterator]()
    await expect(reader.next()).rejects.toMatchObject({ code: "cursor-ahead", details: { end: expect.any(String) } })
  })

  it("is a member's view", async () => {
    const charter = await open()
    await charter.publish({ type: "note.made", id: "everybody's" })
    await charter.publish(note("the team's"))
    const seen: Array<string> = []
    for await (const { id } of charter.as("coder@team").follow({ types: ["note.*"], after: "" })) {
      seen.push(id)
      if (id === "the team's") break
    }
    expect(seen.at(-1)).toBe("the team's")
    expect(await refused(charter.as("@stranger").publish(note("x")))).toMatchObject({ code: "not-a-member" })
  })
})

describe("events", () => {
  it.each(["oldest", "newest"] as const)("come page by page, the %s first, to an end", async (order) => {
    const charter = await open()
    const ids = ["a", "b", "c", "d", "e"]
    for (const id of ids) await charter.publish(note(id))
    const seen: Array<string> = []
    let pages = 0
    for (let after: string | undefined; pages++ < 10;) {
      const page = await charter.events({
        types: ["note.*"],
        limit: 2,
        order,
        ...(after === undefined ? {} : { after }),
      })
      seen.push(...page.items.map(({ id }) => id))
      if ((after = page.next) === undefined) break
    }
    expect(seen).toEqual(order === "oldest" ? ids : ids.toReversed())
    expect(pages).toBeLessThan(6)
    expect(await charter.events({ types: ["nothing.**"], order: "newest" })).toEqual({ items: [] })
  })
})

describe("publish that waits", () => {
  it("answers with the end of the hold", async () => {
    const charter = await open()
    const voting = (async () => {
      for await (const proposal of proposalsOf(charter))
        return charter.as("@dana").vote(proposal, { choice: "approve", reason: "fine" })
    })()
    const decided = await charter.publish(deploy, { wait: 60_000 })
    expect(decided).toMatchObject({ holdState: "released" })
    expect(decided).not.toHaveProperty("duplicate")
    expect(await voting).toMatchObject({ state: "succeeded", votes: [{ by: "dana", choice: "approve" }] })
  })

  it("decides about data as JSON keeps it, and refuses what JSON has no value for", async () => {
    const charter = await open()
    const data = { when: new Date(0), gone: undefined, list: [1] }
    const publishing = charter.publish({ type: "note.taken", org: "@team", data })
    data.list.push(2)
    const { id } = await publishing
    const [event] = (await charter.events({ types: ["note.taken"] })).items
    expect(event).toMatchObject({ id, data: { when: "1970-01-01T00:00:00.000Z", list: [1] } })
    expect(event?.data).not.toHaveProperty("gone")
    const circle: Record<string, unknown> = {}
    circle["itself"] = circle
    for (const bad of [circle, { n: Number.NaN }, { n: 1n }, () => 1, { "a\\b": 1 }, "\ud800"]) {
      const error = await refused(charter.publish({ type: "note.taken", org: "@team", data: bad }))
      expect(error.code).toBe("unacceptable-json")
    }
    expect((await charter.events({ types: ["note.taken"] })).items).toHaveLength(1)
  })

  it("answers that it is held still when the time is over, and when the daemon closes", async () => {
    const charter = await open()
    expect(await charter.publish(deploy, { wait: 1 })).toMatchObject({ verdict: "hold", holdState: "held" })
    const waiting = charter.publish({ ...deploy, id: "waits" }, { wait: 600_000 })
    const proposals = proposalsOf(charter)
    await proposals.next()
    await proposals.next()
    await charter.close()
    expect(await waiting).toMatchObject({ id: "waits", verdict: "hold", holdState: "held" })
  })
})

/** Proposals as they open, from the first. */
async function* proposalsOf(charter: Charter): AsyncGenerator<string> {
  for await (const { data } of charter.follow({ types: ["proposal.opened"], after: "" }))
    yield (data as { readonly id: string }).id
}

describe("listen", () => {
  it("opens the doors for the same daemon, and closes them", async () => {
    const charter = await open({ listen: { port: 0 } })
    const { url, token } = charter
    await charter.publish(note("inside"))
    const event = await call(url!, "GET", "/v1/events/inside", { token })
    expect(event).toMatchObject({ status: 200, json: { id: "inside", org: "@team" } })
    expect(await call(url!, "GET", "/v1/events/inside")).toMatchObject({ status: 401 })
    await call(url!, "POST", "/v1/events", { token, json: { type: "note.made", org: "@team", id: "outside" } })
    expect((await charter.events({ types: ["note.*"] })).items.map(({ id }) => id)).toEqual(["inside", "outside"])
    await charter.close()
    await expect(fetch(url!)).rejects.toThrow("fetch failed")
  })

  it("has neither address nor token where it is not asked for", async () => {
    expect(await open()).toMatchObject({ url: undefined, token: undefined })
  })

  it("says that a port is taken, and leaves nothing behind", async () => {
    const port = Number(new URL((await open({ listen: { port: 0 } })).url!).port)
    const data = join(root, "data")
    expect(await refused(open({ data, listen: { port } }))).toMatchObject({
      code: "listen-failed",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
    await (await open({ data })).close()
  })
})

describe("a data folder", () => {
  it("keeps what was held, and a vote, for the next to open it", async () => {
    const data = join(root, "data")
    const before = await open({ data })
    const { hold, proposals, id } = await before.publish(deploy)
    await before.close()
    const later = await open({ data })
    expect(await later.hold(hold!)).toMatchObject({ id: hold, event: id, state: "held" })
    await later.as("@dana").vote(proposals![0]!, "approve")
    expect(await later.hold(hold!)).toMatchObject({ state: "released" })
    expect(await later.publish({ ...deploy, id })).toMatchObject({ duplicate: true })
  })

  it("stays where it is when the program goes to another folder", async () => {
    const [here, data] = [process.cwd(), join(root, "data")]
    mkdirSync(data, { recursive: true })
    const charter = await open({ data: relative(here, data) })
    process.chdir(tmpdir())
    try {
      expect(await charter.publish(note("a"))).toMatchObject({ verdict: "allow" })
      await charter.close()
    } finally {
      process.chdir(here)
    }
  })

  it("has one daemon at a time", async () => {
    const data = join(root, "data")
    const first = await open({ data })
    expect(await refused(open({ data }))).toMatchObject({
      name: "CharterError",
      code: "data-folder-held",
      message: expect.stringContaining(`process ${process.pid}`),
    })
    expect(await first.publish(note("still"))).toMatchObject({ verdict: "allow" })
  })

  it("is none where none is named: the log ends with the daemon", async () => {
    await (await open()).publish(note("a"))
    expect((await (await open()).events({ types: ["note.*"] })).items).toEqual([])
  })
})

describe("close", () => {
  it("is done once, however often and by whom it is asked for", async () => {
    let inner: Charter
    {
      await using charter = await open()
      inner = charter
      const both = [charter.close(), charter.close()] as const
      expect(both[0]).toBe(both[1])
      await Promise.all(both)
      await charter.close()
    }
    await inner.close()
  })

  it("ends who follows, and refuses all that comes after", async () => {
    const charter = await open()
    const dana = charter.as("@dana")
    const reader = charter.follow()[Symbol.asyncIterator]()
    const next = reader.next()
    await charter.close()
    expect(await next).toEqual({ done: true, value: undefined })
    const late = [() => charter.publish(note("late")), () => charter.holds(), () => dana.tasks()]
    for (const ask of late) expect(await refused(ask())).toMatchObject({ code: "closed" })
    for await (const event of charter.follow({ after: "" })) expect.unreachable(event.id)
  })

  it("takes its own folder away, and leaves the data", async () => {
    const [before, data] = [folders(), join(root, "data")]
    const charter = await open({ data })
    expect(folders().length).toBe(before.length + 1)
    await charter.close()
    expect(folders()).toEqual(before)
    expect(existsSync(join(data, "charter.db"))).toBe(true)
  })
})

const folders = (): ReadonlyArray<string> => readdirSync(tmpdir()).filter((name) => /^charter-\w{6}$/.test(name))

describe("what a program hands over", () => {
  const wrong = <A>(value: unknown): A => value as A

  it("is checked before anything is kept: what is no text would make the log unreadable", async () => {
    const data = join(root, "data")
    const before = await open({ data })
    for (const bad of [
      { id: 5 },
      { subject: 5 },
      { subject: {} },
      { correlationid: 5 },
      { causationid: {} },
      { type: 5 },
    ])
      expect(await refused(before.publish(wrong({ ...note("a"), ...bad })))).toMatchObject({
        code: "invalid-options",
        message: expect.stringContaining(`#/${Object.keys(bad)[0]} Expected string`),
        details: { errors: [{ pointer: `#/${Object.keys(bad)[0]}` }] },
      })
    expect(await before.publish({ ...note("b"), subject: wrong(undefined) })).toMatchObject({ verdict: "allow" })
    await before.close()
    const later = await open({ data })
    expect((await later.events({ types: ["note.*"] })).items.map(({ id }) => id)).toEqual(["b"])
  })

  it("is what REST takes: a slip is no other event, and what is too large is none", async () => {
    const charter = await open()
    for (const slip of ["orgg", "organization"])
      expect(await refused(charter.publish(wrong({ type: deploy.type, [slip]: "@team" })))).toMatchObject({
        code: "invalid-options",
        message: expect.stringContaining('Did you mean "org"?'),
      })
    expect(await refused(charter.publish({ ...note("a"), data: "x".repeat(256 * 1024) }))).toMatchObject({
      code: "event-too-large",
    })
    expect((await charter.events({ types: ["note.*", "deploy.*"] })).items).toEqual([])
  })

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a slip that would lose the log", { files, dta: root }],
    ["null for data", { files, data: null }],
    ["no folder's name", { files, data: "" }],
    ["a number for a workspace", { workspace: 5 }],
    ["no files", { files: null }],
    ["a file that is no text", { files: { "contracts/a.yaml": 5 } }],
    ["a file that is a folder, too", { files: { "contracts/a": "", "contracts/a/b.yaml": "" } }],
    ["a rule where none is read", { files: { "contract/deploys.yaml": files["contracts/deploys.yaml"] } }],
    [
      "a rule that is read by nobody",
      { files: { "contracts/deploys": `# ours\n\n${files["contracts/deploys.yaml"]}` } },
    ],
    ["a port that is none", { files, listen: { port: 65_536 } }],
    ["a slip in listen", { files, listen: { prot: 0 } }],
    ["true for listen", { files, listen: true }],
    ["an environment that is none", { files, environment: null }],
  ])("is refused by open where it is %s", async (_, options) => {
    const before = folders()
    expect(await refused(Charter.open(wrong(options)))).toMatchObject({ code: "invalid-options" })
    expect(folders()).toEqual(before)
  })

  it("is no workspace where no rules can be, which would allow everything", async () => {
    mkdirSync(root, { recursive: true })
    expect(await refused(open({ workspace: root }))).toMatchObject({
      code: "workspace-unknown",
      message: expect.stringContaining("has neither contracts/ nor organizations/"),
    })
  })

  it("is refused by every method, by a rejection with a code", async () => {
    const charter = await open()
    const { proposals } = await charter.publish(deploy)
    const dana = charter.as("@dana")
    const asks: ReadonlyArray<() => Promise<unknown>> = [
      ...[undefined, null, "note.made", [], {}, { type: null }].map((event) => () => charter.publish(wrong(event))),
      ...[
        null,
        5,
        { wait: -1 },
        { wait: Number.NaN },
        { wait: "5s" },
        { wait: null },
        { wait: 600_001 },
        { wat: 1 },
      ].map((options) => () => charter.publish(deploy, wrong(options))),
      ...[null, { limit: 0 }, { limit: 1_001 }, { limit: "5" }, { order: "desc" }, { types: "note.*" }].map(
        (query) => () => charter.events(wrong(query)),
      ),
      ...[{ types: ["no te"] }, { type: "note.made" }, { after: "junk" }, { org: 5 }].flatMap((query) => [
        () => charter.events(wrong(query)),
        () => charter.follow(wrong(query))[Symbol.asyncIterator]().next(),
      ]),
      ...[null, { limit: -1 }, { state: "bogus" }, { after: "junk" }, { sate: "held" }].flatMap((filter) => [
        () => charter.holds(wrong(filter)),
        () => charter.proposals(wrong(filter)),
        () => charter.tasks(wrong(filter)),
      ]),
      ...[undefined, null, 5, {}, ""].flatMap((id) => [
        () => charter.hold(wrong(id)),
        () => charter.proposal(wrong(id)),
        () => charter.task(wrong(id)),
        () => charter.explain(wrong(id)),
        () => dana.vote(wrong(id), "approve"),
      ]),
      ...[
        undefined,
        null,
        5,
        {},
        { choice: 5 },
        { choice: "approve", reason: 5 },
        { choice: "approve", raeson: "" },
      ].map((vote) => () => dana.vote(proposals![0]!, wrong(vote))),
      () => dana.vote(proposals![0]!, { choice: "approve", reason: "x".repeat(4_097) }),
    ]
    for (const ask of asks) expect(await refused(ask()), String(ask)).toMatchObject({ code: "invalid-options" })
    expect((await charter.events({ types: ["deploy.*"] })).items).toHaveLength(1)
    expect((await charter.proposal(proposals![0]!)).votes).toEqual([])
  })
})

describe("errors", () => {
  it("name what is wrong with the rules, with places", async () => {
    const error = await refused(open({ files: { "contracts/a.yaml": "contract: a\non: x.y\nthen: [deny: no]\n" } }))
    expect(error).toMatchObject({ name: "CharterError", code: "workspace-invalid" })
    expect(error.message).toContain('contracts/a.yaml:1:1 error: A contract needs the key "scope".')
    expect(error.details).toEqual({
      diagnostics: [expect.objectContaining({ file: "contracts/a.yaml", line: 1, column: 1, code: "missing-key" })],
    })
  })

  it.each<[string, OpenOptions, string]>([
    ["neither workspace nor files", {}, "invalid-options"],
    ["both", { workspace: root, files }, "invalid-options"],
    ["a file outside", { files: { "../a.yaml": "" } }, "invalid-options"],
    ["no such folder", { workspace: join(root, "nowhere") }, "workspace-unknown"],
  ])("refuse %s", async (_, options, code) => {
    expect(await refused(Charter.open(options))).toMatchObject({ code, details: {} })
  })

  it("have the code and the details of the service", async () => {
    const charter = await open()
    const { proposals } = await charter.publish(deploy)
    expect(await refused(charter.as("@dana").vote(proposals![0]!, "aprove"))).toMatchObject({
      code: "choice-unknown",
      details: { choices: ["approve", "deny", "abstain"] },
    })
    expect(await refused(charter.vote(proposals![0]!, "approve"))).toMatchObject({ code: "operator-cannot-vote" })
    expect(await refused(charter.hold("h-nowhere"))).toMatchObject({ code: "hold-unknown" })
    expect(await refused(charter.publish({ ...deploy, org: "@elsewhere" }))).toMatchObject({
      code: "organization-unknown",
    })
    for (const nobody of ["dana", "@", "@dana@team", "a b@team", ""])
      expect(() => charter.as(nobody)).toThrow(expect.objectContaining({ code: "invalid-identity" }))
  })
})
