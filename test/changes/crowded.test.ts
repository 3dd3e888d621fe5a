/** A mailbox that takes nothing for a moment loses nothing of what a change has to have recorded in it. */
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { approve, deny, ended, FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const state = (org: string) => house.get(`/v1/organizations/${org}/state`)

describe("where a mailbox is full", { timeout: 60_000 }, () => {
  const MORE = "contracts/more.yaml"
  const both = {
    "contracts/drops.yaml": rule("no-drops", "next"),
    [MORE]: rule("more", "more", "@company", "more.requested"),
  }

  it.each(["@company", "@team"])("the end of a change that is written is recorded, in %s", async (org) => {
    house = await Household.open(FILES)
    const asked = await propose(house, "coder@team", both)
    expect(asked.requests.map((one) => one.org)).toEqual(["@company", "@team"])
    await house.restart({ crowd: { point: "adopted", detail: asked.change!, org } })
    await approve(house, asked, "@company", "@gina")
    await approve(house, asked, "@team", "@dana")
    expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
    for (const one of ["@company", "@team"]) {
      expect(await house.events("contract.changed", one)).toHaveLength(1)
      expect(await state(one)).toMatchObject({ changes: [] })
    }
    expect((await house.inspect({ settled: true })).violations).toEqual([])
  })

  it("what another has refused waits there no longer", async () => {
    house = await Household.open(FILES)
    const asked = await propose(house, "coder@team", both)
    await house.restart({ crowd: { point: "dispatched", detail: "vote.cast", org: "@team" } })
    await deny(house, asked, "@company", "@gina")
    expect(await ended(house, asked.change)).toMatchObject({ state: "denied" })
    await house.until(async () => (await house.events("contract.change.failed", "@company")).length > 0)
    for (const one of ["@company", "@team"]) expect(await state(one)).toMatchObject({ changes: [], holds: [] })
    expect((await house.inspect({ settled: true })).violations).toEqual([])
  })
})
