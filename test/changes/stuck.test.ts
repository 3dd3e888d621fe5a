/** What stands in the way of one change holds up no other, and people are told of it. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
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

  it("is told everywhere until nothing is in its way any more, and is then carried out", async () => {
    house = await Household.open(FILES)
    const inTheWay = join(house.folder, "data", "changes")
    writeFileSync(inTheWay, "no folder")
    const asked = propose(house, "@dana", { [DROPS]: rule("no-drops", "next") })
    await house.until(async () => (await house.events("contract.change.stuck")).length > 0)
    const [told] = await house.events("contract.change.stuck")
    const [request] = await house.events("contract.change.requested")
    const { change } = request!.data as { readonly change: string }
    expect(told).toMatchObject({ causationid: request!.id, data: { change, tries: 3 } })
    expect(told!.data["error"]).toContain(inTheWay)

    const words = /could not be carried out, in \d+ tries since \S+, and is tried on: .*EEXIST/
    const status = async () => (await house.get<{ warnings: ReadonlyArray<string> }>("/v1/status")).warnings
    expect(await status()).toEqual([expect.stringMatching(words)])
    expect((await status())[0]).toContain(`the change ${change} of @team was let through`)
    expect(await house.get("/v1/organizations/@team/state")).toMatchObject({
      changes: [{ id: change, state: "allowed", stuck: expect.stringMatching(words) }],
    })
    expect(await house.get(`/v1/changes/${change}`)).toMatchObject({
      state: "allowed",
      reason: expect.stringMatching(words),
    })
    const open = async () =>
      [
        ...(await house.daemon.call("GET", "/metrics")).text.matchAll(
          /^charter_changes_open\{state="(\w+)"\} (\d+)$/gm,
        ),
      ].map(([, state, count]) => [state, Number(count)])
    expect(await open()).toEqual([
      ["held", 0],
      ["allowed", 0],
      ["stuck", 1],
    ])

    rmSync(inTheWay)
    expect(await asked).toMatchObject({ state: "changed" })
    expect((await house.publish("drop.requested")).reason).toBe("next")
    expect(await status()).toEqual([])
    expect((await open()).map(([, count]) => count)).toEqual([0, 0, 0])
    expect(await house.events("contract.change.stuck")).toHaveLength(1)
  })
})
