/**
 * The process is ended at each point of writing a change of several files. The next daemon brings it to its end, once,
 * and no half of it is ever in force.
 */
import { afterEach, describe, expect, it } from "vitest"
import { CHANGE_POINTS } from "../support/faultHook.ts"
import { Household } from "../support/Household.ts"
import { approve, ended, FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const TWO = {
  "contracts/drops.yaml": null,
  "contracts/moved.yaml": `${rule("no-drops", "moved")}---\n${rule("more", "more", "@team", "more.requested")}`,
}

const FAULTS = CHANGE_POINTS.flatMap((point) => (point === "adopted" ? [`${point}:1`] : [`${point}:1`, `${point}:2`]))

describe("a daemon that is killed", { timeout: 120_000 }, () => {
  it.each([...FAULTS, "appended:9", "dispatched:9", "decided:10", "appended:10", "appended:11", "appended:12"])(
    "at %s",
    async (fault) => {
      house = await Household.open(FILES)
      const asked = await propose(house, "coder@team", TWO)
      await house.restart({ fault })
      await approve(house, asked, "@team", "@dana").catch(() => undefined)
      await Promise.race([house.daemon.ended, ended(house, asked.change).catch(() => undefined)])
      await house.restart()
      // Where it ended before the vote was in the log, the vote is cast again.
      await approve(house, asked, "@team", "@dana")
      expect(await ended(house, asked.change)).toMatchObject({ state: "changed" })
      expect(house.read("contracts/drops.yaml")).toBeUndefined()
      expect(house.read("contracts/moved.yaml")).toBe(TWO["contracts/moved.yaml"])
      expect((await house.publish("drop.requested")).reason).toBe("moved")
      expect(await house.events("contract.changed")).toHaveLength(1)
      // No revision had one half without the other, and none passed for an edit on disk.
      const revised = (await house.events("contracts.revised")).slice(1)
      expect(revised.map(({ data }) => [data["added"], data["changed"], data["origin"]])).toEqual([
        [["@team/more"], ["@team/no-drops"], { changes: [asked.change], disk: false }],
      ])
      expect((await house.inspect()).violations).toEqual([])
    },
  )

  it("while another organization has not been asked yet, asks it", async () => {
    house = await Household.open(FILES)
    const text = `organization: "@team"\nparent: "@other"\nmembers:\n  - { human: dana }\n  - { human: erin }\n  - { agent: coder }\n`
    for (const number of [2, 3, 4]) {
      await house.restart({ fault: `appended:${number}` })
      await propose(house, "@dana", { "organizations/team.yaml": text }).catch(() => undefined)
      await house.restart()
    }
    await house.until(async () => {
      const { items } = await house.get<{
        readonly items: ReadonlyArray<{ readonly requests: ReadonlyArray<object> }>
      }>("/v1/changes")
      return items.every(({ requests }) => requests.length === 3)
    })
    expect((await house.inspect()).violations).toEqual([])
  })
})
