/** Changes of the rules over REST, from the request to the next event that is decided otherwise. */
import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { approve, change, deny, ended, FILES, propose, rule, TEAM } from "./people.ts"

let house: Household
const open = async (files: Readonly<Record<string, string>> = {}) => {
  house = await Household.open({ ...FILES, ...files })
}
afterEach(() => house.close())

const CODER = "coder@team"
const DROPS = "contracts/drops.yaml"

describe("a change that an agent asks for", { timeout: 60_000 }, () => {
  it("waits for a human, is written, and decides the next event", async () => {
    await open()
    const text = rule("no-drops", "not today")
    const asked = await propose(house, CODER, { [DROPS]: text })
    expect(asked).toMatchObject({
      status: 202,
      state: "waiting",
      deciding: ["@team"],
      summary: "1 contract changed (@team/no-drops)",
      contracts: { added: [], removed: [], changed: ["@team/no-drops"] },
      requests: [{ org: "@team", verdict: "hold", contracts: ["charter/changes"] }],
    })
    expect(house.read(DROPS)).toBe(FILES[DROPS])
    expect((await house.publish("drop.requested")).reason).toBe("never")
    await approve(house, asked, "@team", "@dana")
    expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
    expect(house.read(DROPS)).toBe(text)
    expect((await house.publish("drop.requested")).reason).toBe("not today")
    const revised = (await house.events("contracts.revised")).at(-1)!
    expect(revised.data).toMatchObject({ origin: { changes: [asked.change], disk: false } })
    const history = await house.get<{ readonly items: ReadonlyArray<object> }>("/v1/contracts/@team/no-drops/history")
    expect(history.items).toMatchObject([
      { what: "changed", by: "coder", change: asked.change, meaning: expect.stringContaining("not today") },
      { what: "added", by: "operator" },
    ])
    expect((await house.inspect()).violations).toEqual([])
  })

  it("is not written where it is denied", async () => {
    await open()
    const asked = await propose(house, CODER, { [DROPS]: null })
    for (const who of ["@erin", "@dana"]) await deny(house, asked, "@team", who)
    expect(await ended(house, asked.change)).toMatchObject({ state: "denied" })
    expect(house.read(DROPS)).toBe(FILES[DROPS])
    expect((await house.publish("drop.requested")).reason).toBe("never")
  })

  it("is decided by the rule that it would weaken", async () => {
    const guard =
      `contract: rules-are-dana's\nscope: "@team"\non: contract.change.requested\nthen: require_approval(@dana)\n`.replace(
        "'s",
        "s",
      )
    await open({ "contracts/guard.yaml": guard })
    const asked = await propose(house, CODER, { "contracts/guard.yaml": null })
    expect(asked.requests).toMatchObject([{ verdict: "hold", contracts: ["@team/rules-are-danas"] }])
    expect(await approve(house, asked, "@team", "@erin")).toBe(403)
    expect(await approve(house, asked, "@team", "@dana")).toBe(200)
    expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
    expect(house.read("contracts/guard.yaml")).toBeUndefined()
  })

  it("needs the operator in @global, who accepts it and does not vote", async () => {
    await open()
    const asked = await propose(house, CODER, { "contracts/all.yaml": rule("for-all", "no", "@global") })
    expect(asked).toMatchObject({ state: "waiting", deciding: ["@global"] })
    const [request] = asked.requests
    const vote = await house.daemon.call("POST", `/v1/proposals/${request!.proposals![0]}/votes`, {
      json: { choice: "approve" },
    })
    expect(vote.status).toBe(403)
    const status = await house.get<{ readonly warnings: ReadonlyArray<string> }>("/v1/status")
    expect(status.warnings).toMatchObject([expect.stringContaining("charter accept")])
    const accepted = await house.daemon.call("POST", `/v1/holds/${request!.hold}/accept`, { json: {} })
    expect(accepted).toMatchObject({ status: 200, json: { state: "released" } })
    expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
    expect((await house.inspect()).violations).toEqual([])
  })
})

describe("without a contract that speaks", { timeout: 60_000 }, () => {
  it("an operator's passes, and a human's own where the file names him", async () => {
    await open()
    expect(await propose(house, "operator", { [DROPS]: rule("no-drops", "a") })).toMatchObject({ state: "changed" })
    expect(await propose(house, "@erin", { [DROPS]: rule("no-drops", "b") })).toMatchObject({ state: "changed" })
    // Everybody is in @global, but no file says so.
    const all = await propose(house, "@erin", { "contracts/all.yaml": rule("for-all", "no", "@global") })
    expect(all).toMatchObject({ state: "waiting", requests: [{ contracts: ["charter/changes"] }] })
    expect((await propose(house, "@hugo", { [DROPS]: null })).status).toBe(403)
  })

  it("is also what publishing the request comes to", async () => {
    await open()
    const text = rule("no-drops", "published")
    const asked = { files: { [DROPS]: text } }
    const first = await house.publish("contract.change.requested", asked, { as: "@dana", id: "mine" })
    expect(first).toMatchObject({ id: "mine", verdict: "allow" })
    expect(house.read(DROPS)).toBe(text)
    expect(await house.publish("contract.change.requested", asked, { as: "@dana", id: "mine" })).toMatchObject({
      duplicate: true,
      seq: first.seq,
    })
    expect((await house.publish("contract.change.requested", { meaning: [] }, { as: "@dana" })).status).toBe(400)
  })
})

describe("a change that concerns several organizations", { timeout: 60_000 }, () => {
  const moved = TEAM.replace("@company", "@other")

  it("takes effect when all have let it through", async () => {
    await open()
    const asked = await propose(house, "@dana", { "organizations/team.yaml": moved })
    expect(asked).toMatchObject({ state: "waiting", deciding: ["@company", "@other", "@team"], aspects: ["parent"] })
    expect(asked.requests.map(({ org, verdict }) => [org, verdict])).toEqual([
      ["@company", "hold"],
      ["@other", "hold"],
      ["@team", "allow"],
    ])
    await approve(house, asked, "@company", "@gina")
    expect(await change(house, asked.change)).toMatchObject({ state: "waiting" })
    expect(house.read("organizations/team.yaml")).toBe(TEAM)
    await approve(house, asked, "@other", "@hugo")
    expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
    for (const org of asked.deciding) expect(await house.events("contract.changed", org)).toHaveLength(1)
    expect((await house.inspect()).violations).toEqual([])
  })

  it("ends in all of them when one refuses", async () => {
    await open()
    const asked = await propose(house, "@dana", { "organizations/team.yaml": moved })
    await deny(house, asked, "@other", "@hugo")
    await house.until(async () => (await house.events("contract.change.failed", "@team")).length > 0)
    const [failed] = await house.events("contract.change.failed", "@team")
    expect(failed!.data).toMatchObject({ code: "refused", reason: expect.stringContaining("@other has refused it") })
    const holds = await house.get<{ readonly items: ReadonlyArray<object> }>("/v1/holds?org=@company")
    expect(holds.items).toMatchObject([{ state: "cancelled" }])
    expect(house.read("organizations/team.yaml")).toBe(TEAM)
    expect((await house.get<{ readonly items: ReadonlyArray<object> }>("/v1/changes")).items).toEqual([])
  })
})

describe("what is refused at once", { timeout: 60_000 }, () => {
  it("is a path that leads out of the two folders, or is no file of the rules", async () => {
    await open()
    symlinkSync("/tmp", join(house.folder, "workspace/contracts/link"))
    mkdirSync(join(house.folder, "workspace/contracts/folder.d"))
    for (const file of [
      "contracts/../escaped.yaml",
      "../escaped.yaml",
      "/tmp/escaped.yaml",
      "contracts//a.yaml",
      "contracts/./a.yaml",
      "contracts/.hidden.yaml",
      "contracts/a.txt",
      "contracts/link/a.yaml",
      "organizations/a.test.yaml",
      "tools/a.yaml",
      "contracts",
      `contracts/${"a/".repeat(40)}a.yaml`,
    ])
      expect([file, await propose(house, "operator", { [file]: rule("a", "b") })]).toMatchObject([
        file,
        { status: 400, type: "urn:charter:problem:path-refused" },
      ])
    // No key of JSON holds a backslash, so it does not come that far.
    expect(await propose(house, "operator", { "contracts\\a.yaml": rule("a", "b") })).toMatchObject({
      status: 400,
      type: "urn:charter:problem:unacceptable-json",
    })
    expect(house.read("../escaped.yaml")).toBeUndefined()
  })

  it("is what would be wrong, alone or with all the rest, or makes a test fail", async () => {
    const tests = `organization: "@team"\ncases:\n  - name: nothing is dropped\n    event: { type: drop.requested, actor: dana }\n    expect: { verdict: deny }\n`
    await open({ "contracts/drops.test.yaml": tests })
    const refused = async (files: Readonly<Record<string, string | null>>) => (await propose(house, CODER, files)).type
    expect(await refused({ [DROPS]: "contract: x\n" })).toBe("urn:charter:problem:files-invalid")
    expect(await refused({ "contracts/two.yaml": rule("no-drops", "twice") })).toBe("urn:charter:problem:files-invalid")
    expect(await refused({ [DROPS]: null })).toBe("urn:charter:problem:contract-tests-fail")
    expect(await refused({ [DROPS]: FILES[DROPS] })).toBe("urn:charter:problem:nothing-changes")
    expect((await propose(house, CODER, { [DROPS]: null, "contracts/drops.test.yaml": null })).status).toBe(202)
    expect(await house.events("contract.change.requested")).toHaveLength(1)
  })
})
