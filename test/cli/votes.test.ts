/** Votes that are cast by somebody else, or by themselves. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell({
  ...TEAM,
  "organizations/guild.yaml": 'organization: "@guild"\nmembers:\n  - { human: dana }\n',
  "contracts/purchases.yaml": `contract: purchases
scope: "@team"
on: purchase.requested
then:
  - require_approval: { from: "@dana", within: 1h }
`,
  "contracts/transfers.yaml": `contract: transfers
scope: "@team"
on: transfer.requested
then:
  - require_votes: { approvals: 1, from: org.humans, veto: "@dana", delay: 2h, within: 1h }
`,
})
let dana = { env: {} }
let erin = { env: {} }

beforeAll(async () => {
  expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
  dana = await shell.as("dana")
  erin = await shell.as("erin")
})
afterAll(() => shell.close())

const publish = async (type: string, data: unknown) =>
  (await shell.run(["publish", type, "--org", "team", "--data", JSON.stringify(data), "--json"])).json() as {
    id: string
    verdict: string
    proposals?: ReadonlyArray<string>
  }

describe("a delay", () => {
  it("is said to who votes, and where what waits is listed", async () => {
    const [proposal = ""] = (await publish("transfer.requested", {})).proposals ?? []
    const voted = await shell.run(["approve", proposal], erin)
    expect(voted, voted.stderr).toMatchObject({ code: 0 })
    expect(voted.stdout).toMatch(/It is decided, and takes effect at \d{4}-[^]* at the earliest/)
    expect((await shell.run(["holds"])).stdout).toMatch(
      /delayed +until .* \(in (2 hours|1 hour 5\d minutes)[^]*dana can veto/,
    )
    const vetoed = await shell.run(["deny", proposal], dana)
    expect(vetoed.stdout).toContain("vetoed by dana")
    expect((await shell.run(["proposals", proposal])).stdout).not.toContain("delayed")
  })
})

describe("a delegation", () => {
  it("is made, listed, and taken back by who made it", async () => {
    const unsaid = await shell.run(["delegate", "dana", "--for", "7d"], erin)
    expect(unsaid, unsaid.stderr).toMatchObject({ code: 0 })
    expect(unsaid.stdout).toMatch(/^dana votes for you in @team on all events, until \d{4}-/)
    const several = await shell.run(["delegate", "erin", "--for", "7d"], dana)
    expect(several).toMatchObject({ code: 1, stderr: expect.stringMatching(/several organizations[^]*--org @team/) })
    expect(await shell.run(["delegate", "erin"], dana)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("say for how long"),
    })

    const { items } = (await shell.run(["delegations", "--json"])).json() as { items: Array<{ id: string }> }
    expect(items).toMatchObject([{ from: "erin", to: "dana", on: "**", org: "@team" }])
    expect((await shell.run(["delegations", "list", "--org", "team"], dana)).stdout).toMatch(/erin +dana +all events/)

    const { id } = items[0]!
    expect(await shell.run(["delegations", "revoke", id])).toMatchObject({ code: 1 })
    expect(await shell.run(["delegations", "revoke", id], dana)).toMatchObject({ code: 1 })
    expect(await shell.run(["delegations", "revoke", id], erin)).toMatchObject({
      code: 0,
      stdout: "dana no longer votes for erin on all events in @team.\n",
    })
    expect((await shell.run(["delegations"])).stdout).toContain("Everybody votes for himself")
  })

  it("carries a vote, on the events that it is for", async () => {
    const made = await shell.run(["delegate", "dana", "--on", "deploy.*", "--for", "1h", "--json"], erin)
    expect(made.json()).toMatchObject({ from: "erin", to: "dana", on: "deploy.*" })
    const { id, proposals } = await publish("deploy.requested", { environment: "production" })
    const approved = await shell.run(["approve", proposals![0]!, "--json"], dana)
    expect(approved.json()).toMatchObject({ state: "succeeded", reason: "approved by dana (also for erin)" })
    expect((await shell.run(["explain", id])).stdout).toContain("succeeded, because approved by dana (also for erin)")
  })
})

describe("a standing approval", () => {
  it("approves the same again, so often and no more", async () => {
    const { proposals } = await publish("purchase.requested", { what: "paper" })
    const approved = await shell.run(["approve", proposals![0]!, "--standing", "2h", "--max", "1"], dana)
    expect(approved, approved.stderr).toMatchObject({ code: 0 })
    expect(approved.stdout).toContain("The same is approved again, once at most, until ")
    expect(await publish("purchase.requested", { what: "gold" })).toMatchObject({ holdState: "held" })
    const again = await publish("purchase.requested", { what: "paper" })
    expect(again).toMatchObject({ verdict: "allow", holdState: "released" })
    expect((await shell.run(["explain", again.id])).stdout).toMatch(
      /dana: approve by the standing approval team-\d+, at /,
    )
    expect((await shell.run(["proposals", "--all"])).stdout).toContain("approved by dana (by a standing approval), ")
    expect(await publish("purchase.requested", { what: "paper" })).toMatchObject({ holdState: "held" })
  })

  it.each([
    [["--standing", "2h"], "one needs the other"],
    [["--max", "2"], "one needs the other"],
    [["--standing", "soon", "--max", "2"], "--standing is a time or a duration"],
    [["--standing", "2h", "--max", "0"], "--max is a whole number from 1"],
  ])("%j is not understood", async (options, said) => {
    const { code, stderr } = await shell.run(["approve", "p-1", ...options], dana)
    expect({ code, said: stderr.includes(said) }, stderr).toEqual({ code: 2, said: true })
  })
})
