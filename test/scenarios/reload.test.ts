/** Rules are edited while the daemon runs: what the next event is decided by, what stays, and what is said of it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"

const organization = (members: ReadonlyArray<string>, more = ""): string =>
  `organization: "@team"\nowner: dana\n${more}members:\n${members.map((name) => `  - { human: ${name} }\n`).join("")}  - agent: coder\n`

const contract = (id: string, rest: string): string => `contract: ${id}\nscope: "@team"\n${rest}\n`

const THREE = ["dana", "erin", "fred"]
const START = {
  "organizations/team.yaml": organization(THREE),
  "contracts/others.yaml": ["one", "two"].map((id) => contract(id, "on: never.requested\nthen: allow")).join("---\n"),
  "contracts/deploys.yaml": contract("deploys", 'on: deploy.requested\nthen: deny("not today")'),
}

let house: Household
beforeEach(async () => {
  house = await Household.open(START)
})
afterEach(() => house.close())

describe("an edit", () => {
  it("decides the next event, and is in the log with what has changed", async () => {
    const before = await house.publish("deploy.requested")
    expect(before).toMatchObject({ verdict: "deny", reason: "not today" })
    await house.save("contracts/deploys.yaml", contract("deploys", "on: deploy.requested\nthen: allow"))
    const after = await house.publish("deploy.requested")
    expect(after).toMatchObject({ verdict: "allow", contracts: ["@team/deploys"] })
    expect(after.revision).not.toBe(before.revision)
    const revised = (await house.events("contracts.revised")).at(-1)!
    expect(revised.data).toMatchObject({
      revision: after.revision,
      previous: before.revision,
      changed: ["@team/deploys"],
      added: [],
      removed: [],
    })
    expect(revised.seq).toBeLessThan(after.seq)
  })

  it("that cannot be read leaves the last good version in force, also after a kill, and says where and why", async () => {
    const before = await house.publish("deploy.requested")
    house.write("contracts/deploys.yaml", contract("deploys", 'on: deploy.requested\nthen: dney("x")'))
    await house.until(async () => (await house.events("contracts.rejected", "@global")).length > 0)
    const [rejected] = await house.events("contracts.rejected", "@global")
    expect(rejected!.data).toMatchObject({ files: ["contracts/deploys.yaml"] })
    expect(JSON.stringify(rejected!.data)).toMatch(/contracts\/deploys\.yaml:4:7 .*did you mean.*deny/i)
    expect(await house.publish("deploy.requested")).toMatchObject({ verdict: "deny", revision: before.revision })
    await house.restart()
    expect(await house.publish("deploy.requested")).toMatchObject({ verdict: "deny", revision: before.revision })
    await house.save("contracts/deploys.yaml", contract("deploys", "on: deploy.requested\nthen: allow"))
    expect(await house.publish("deploy.requested")).toMatchObject({ verdict: "allow" })
  })

  it("while the daemon is away is taken up at its start, with all that is said of it", async () => {
    await house.daemon.kill()
    house.write("contracts/deploys.yaml", contract("deploys", "on: deploy.requested\nthen: allow"))
    house.write("organizations/team.yaml", organization(["dana", "erin", "gina"]))
    await house.start()
    expect(await house.publish("deploy.requested")).toMatchObject({ verdict: "allow" })
    expect((await house.events("member.joined")).map(({ data }) => data["member"])).toEqual(["gina"])
    expect((await house.events("member.left")).map(({ data }) => data["member"])).toEqual(["fred"])
  })

  it("of an organization is said, and who has come and gone", async () => {
    await house.save("organizations/team.yaml", organization(["dana", "fred", "gina"]))
    // In one commit with the revision: no crash comes between.
    const revised = (await house.events("contracts.revised")).at(-1)!
    expect((await house.events("organization.changed")).at(-1)!.seq).toBe(revised.seq + 1)
    expect((await house.events("organization.changed")).at(-1)!.data).toMatchObject({ organization: "@team" })
    expect((await house.events("member.joined"))[0]!.data).toMatchObject({
      organization: "@team",
      member: "gina",
      kind: "human",
    })
    expect((await house.events("member.left"))[0]!.data).toMatchObject({
      organization: "@team",
      member: "erin",
      kind: "human",
    })
  })
})

describe("a window", () => {
  it("that is new counts what the log has of it already", async () => {
    for (let number = 0; number < 3; number++) await house.publish("note.written")
    await house.save(
      "contracts/notes.yaml",
      contract(
        "notes",
        'on: note.written\nwhen: { count: { of: note.written, by: actor, within: 1h, greaterThanInclusive: 4 } }\nthen: deny("enough")',
      ),
    )
    expect(await house.publish("note.written")).toMatchObject({ verdict: "allow" })
    await house.restart()
    expect(await house.publish("note.written")).toMatchObject({ verdict: "deny", reason: "enough" })
    expect(await house.publish("note.written", {}, { as: "@erin" })).toMatchObject({ verdict: "allow" })
    expect((await house.inspect()).violations).toEqual([])
  })

  it("of a limit survives an edit of its maximum, and its removal followed by a return", async () => {
    const limit = (max: number): string => contract("notes", `on: note.requested\nthen: limit(${max}, 1h, actor)`)
    await house.save("contracts/notes.yaml", limit(5))
    for (let number = 0; number < 3; number++) await house.publish("note.requested")
    await house.save("contracts/notes.yaml", limit(2))
    expect(await house.publish("note.requested")).toMatchObject({ verdict: "deny" })
    await house.save("contracts/notes.yaml", contract("others", "on: other.requested\nthen: allow"))
    expect(await house.publish("note.requested")).toMatchObject({ verdict: "allow" })
    await house.save("contracts/notes.yaml", limit(4))
    expect(await house.publish("note.requested")).toMatchObject({ verdict: "allow" })
    expect(await house.publish("note.requested")).toMatchObject({ verdict: "deny" })
  })

  it("of a shadow is counted, and is there when it is turned to enforce", async () => {
    const limit = (mode: string): string =>
      contract("notes", `mode: ${mode}\non: note.requested\nthen: limit(1, 1h, actor)`)
    await house.save("contracts/notes.yaml", limit("shadow"))
    await house.publish("note.requested")
    const { id } = await house.publish("note.requested")
    const { decision } = await house.get<{
      readonly decision: { readonly verdict: string; readonly wouldBe?: string }
    }>(`/v1/events/${id}`)
    expect(decision).toMatchObject({ verdict: "allow", wouldBe: "deny" })
    await house.save("contracts/notes.yaml", limit("enforce"))
    expect(await house.publish("note.requested")).toMatchObject({ verdict: "deny" })
  })
})

describe("an open vote", () => {
  const votes = (rule: string): string =>
    contract("deploys", `on: deploy.requested\nthen:\n  - require_votes: { ${rule}, from: org.humans, within: 1h }`)

  it("keeps its electorate: who comes has no say, who leaves loses it, and the threshold stays", async () => {
    await house.save("contracts/deploys.yaml", votes("approvals: 2"))
    const { proposals, verdict } = await house.publish("deploy.requested", {}, { as: "coder@team" })
    expect(verdict).toBe("hold")
    const [id] = proposals!
    await house.token("@erin")
    await house.save("organizations/team.yaml", organization(["dana", "fred", "gina"]))
    expect(await house.vote(id!, "@gina", "approve")).toMatchObject({ status: 403 })
    expect((await house.vote(id!, "@erin", "approve")).status).toBe(404)
    expect(await house.vote(id!, "@dana", "approve")).toMatchObject({ status: 200, state: "active" })
    await house.restart()
    expect(await house.vote(id!, "@gina", "approve")).toMatchObject({ status: 403 })
    expect(await house.vote(id!, "@fred", "approve")).toMatchObject({ status: 200, state: "succeeded" })
    expect((await house.inspect()).violations).toEqual([])
  })

  it("ends when those who are left cannot reach it any more", async () => {
    await house.save("contracts/deploys.yaml", votes("resolution: unanimous"))
    const { proposals } = await house.publish("deploy.requested", {}, { as: "coder@team" })
    await house.save("organizations/team.yaml", organization(["dana", "fred"]))
    await house.until(async () => (await house.proposal(proposals![0]!)).state === "defeated")
  })

  it("goes on under its own rule when the contract changes or goes, and its release is decided by what is in force then", async () => {
    await house.save("contracts/deploys.yaml", votes("approvals: 1"))
    const first = await house.publish("deploy.requested", { risky: true }, { as: "coder@team" })
    const second = await house.publish("deploy.requested", { risky: false }, { as: "coder@team" })
    await house.save(
      "contracts/deploys.yaml",
      contract("frozen", 'on: deploy.requested\nwhen: { data.risky: true }\nthen: deny("frozen")'),
    )
    expect(await house.vote(first.proposals![0]!, "@dana", "approve")).toMatchObject({ state: "succeeded" })
    expect(await house.vote(second.proposals![0]!, "@dana", "approve")).toMatchObject({ state: "succeeded" })
    const [denied] = await house.events("hold.denied")
    const [released] = await house.events("hold.released")
    expect(denied!.data["decision"]).toMatchObject({
      verdict: "deny",
      reason: "frozen",
      first: { revision: first.revision },
    })
    expect(released!.data["decision"]).toMatchObject({
      verdict: "allow",
      rule: "released",
      first: { revision: second.revision },
    })
    expect((denied!.data["decision"] as { revision: string }).revision).not.toBe(first.revision)
    expect((await house.inspect()).violations).toEqual([])
  })
})

describe("what this version does not run", () => {
  it("is refused with a sentence by the daemon and by contract tests", async () => {
    const text = 'workflow: code-review\nscope: "@team"\non: deploy.requested\nsteps: []\n'
    house.write("contracts/later.yaml", text)
    await house.until(async () => (await house.events("contracts.rejected", "@global")).length > 0)
    const [rejected] = await house.events("contracts.rejected", "@global")
    expect(JSON.stringify(rejected!.data)).toMatch(/contracts\/later\.yaml:1:1 .*not supported by this version/)
    expect(await house.publish("deploy.requested")).toMatchObject({ verdict: "deny", reason: "not today" })
    const tests = `organization: "@team"\ncases:\n  - { name: one, event: { type: deploy.requested } }\n`
    const { status, text: said } = await house.daemon.call("POST", "/v1/contracts/test", {
      json: {
        files: {
          "organizations/team.yaml": organization(THREE),
          "contracts/later.yaml": text,
          "contracts/later.test.yaml": tests,
        },
      },
    })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(said).toContain("not supported by this version")
  })
})
