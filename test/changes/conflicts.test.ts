/** What becomes of a change whose files are no longer what it was made from: nothing is overwritten. */
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { approve, ended, FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"

describe("a file that has changed meanwhile", { timeout: 60_000 }, () => {
  it("stays, and the second of two changes fails", async () => {
    house = await Household.open(FILES)
    const [one, two] = [
      await propose(house, "coder@team", { [DROPS]: rule("no-drops", "one") }),
      await propose(house, "coder@team", { [DROPS]: rule("no-drops", "two") }),
    ]
    for (const asked of [one, two]) await approve(house, asked, "@team", "@dana")
    expect(await ended(house, one.change)).toMatchObject({ state: "changed" })
    expect(await ended(house, two.change)).toMatchObject({ state: "failed", reason: expect.stringContaining(DROPS) })
    expect(house.read(DROPS)).toBe(rule("no-drops", "one"))
    expect((await house.events("contract.change.failed")).map(({ data }) => data)).toMatchObject([
      { change: two.change, code: "file-changed", requester: "coder" },
    ])
    expect((await house.inspect()).violations).toEqual([])
  })

  it("stays as somebody has edited it, and the edit is the operator's", async () => {
    house = await Household.open(FILES)
    const asked = await propose(house, "coder@team", {
      [DROPS]: rule("no-drops", "asked"),
      "contracts/more.yaml": rule("more", "x"),
    })
    const edited = rule("no-drops", "edited")
    await house.save(DROPS, edited)
    const revised = (await house.events("contracts.revised")).at(-1)!
    expect(revised).toMatchObject({ actorkind: "operator", data: { origin: { changes: [], disk: true } } })
    expect(revised.data["meaning"]).toMatchObject([expect.stringContaining("edited")])
    await approve(house, asked, "@team", "@dana")
    expect(await ended(house, asked.change)).toMatchObject({ state: "failed" })
    expect(house.read(DROPS)).toBe(edited)
    expect(house.read("contracts/more.yaml")).toBeUndefined()
  })

  it("is refused at once where it is wrong on disk, or not what the change was made from", async () => {
    house = await Household.open(FILES)
    house.write(DROPS, "contract: [\n")
    await house.until(async () => (await house.events("contracts.rejected", "@global")).length > 0)
    expect(await propose(house, "operator", { [DROPS]: rule("no-drops", "x") })).toMatchObject({
      status: 409,
      type: "urn:charter:problem:file-not-in-force",
    })
    const organization = { "organizations/team.yaml": `${FILES["organizations/team.yaml"]}# more\n` }
    expect(await propose(house, "operator", organization, { base: { "organizations/team.yaml": "0" } })).toMatchObject({
      status: 409,
      type: "urn:charter:problem:file-changed",
    })
  })
})
