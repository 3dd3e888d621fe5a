/** What stands in the way of one change holds up no other. */
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"

describe("a change that cannot be carried out", { timeout: 60_000 }, () => {
  it.each([
    ["with a clock that stands still", { now: Date.UTC(2026, 5, 1) }],
    ["in real time", {}],
  ])("does not keep the next one from it, %s", async (_, options) => {
    house = await Household.open(FILES, options)
    // No door lets it in like this: as if it were of a daemon that wrote it otherwise.
    const actor = { name: "dana", kind: "human" as const, roles: ["lead"] }
    const data = { change: "misshapen", deciding: ["@team"] }
    const event = { id: "misshapen", source: "test", type: "contract.change.requested", org: "@team", actor, data }
    expect(await house.daemon.ask("publish", { event })).toMatchObject({ decision: { verdict: "allow" } })
    expect(await propose(house, "@dana", { [DROPS]: rule("no-drops", "next") })).toMatchObject({ state: "changed" })
    expect((await house.publish("drop.requested")).reason).toBe("next")
  })
})
