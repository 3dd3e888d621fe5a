/** What a run prints asks for no change of the rules: that goes through a door, where it is looked at first. */
import { afterEach, describe, expect, it } from "vitest"
import type { Listed, TaskView } from "../../src/log/Projections.ts"
import type { TaskLogItem } from "../../src/service/views/tasks.ts"
import { Household } from "../support/Household.ts"
import { FILES, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"
const PRINTED = [
  { type: "contract.change.requested", data: { files: { [DROPS]: rule("no-drops", "printed") } } },
  { type: "contract.change.requested", data: { change: "printed", deciding: ["@team"], files: [] } },
  { type: "member.join.requested", data: { member: "mallory", roles: ["lead"] } },
]
const TEAM = `organization: "@team"
owner: dana
members:
  - { human: dana }
  - { agent: coder, executor: { kind: command, run: [cat, lines.txt] } }
---
contract: work
scope: "@team"
on: work.requested
then: route(coder)
`

describe("the output of a run", { timeout: 60_000 }, () => {
  it("publishes what is its own, and is refused what would change the rules", async () => {
    const lines = [...PRINTED, { type: "work.noted" }].map((event) => `${JSON.stringify({ event })}\n`).join("")
    house = await Household.open({ [DROPS]: FILES[DROPS], "contracts/team.yaml": TEAM, "lines.txt": lines })
    const { tasks } = (await house.publish("work.requested")) as unknown as { readonly tasks: ReadonlyArray<string> }
    await house.until(async () => (await house.get<TaskView>(`/v1/tasks/${tasks[0]}`)).state === "completed")
    const log = await house.get<Listed<TaskLogItem>>(`/v1/tasks/${tasks[0]}/log`)
    const said = log.items.flatMap(({ text }) => text?.split("\n") ?? [])
    expect(said.filter((text) => text.startsWith("refused to publish"))).toEqual(
      PRINTED.map(({ type }) => expect.stringContaining(`refused to publish "${type}"`)),
    )
    expect(await house.events("work.noted")).toHaveLength(1)
    for (const type of ["contract.change.requested", "member.join.requested"])
      expect(await house.events(type)).toEqual([])
    expect(house.read(DROPS)).toBe(FILES[DROPS])
    expect((await house.publish("drop.requested")).reason).toBe("never")
  })
})
