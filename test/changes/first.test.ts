import { afterEach, expect, it } from "vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Household } from "../support/Household.ts"

const TEAM = `organization: "@team"
owner: dana
members:
  # who decides
  - { human: dana, roles: [lead] }
  - { human: erin }
  - { agent: coder }
`
const RULE = `contract: no-drops
scope: "@team"
on: drop.requested
then: deny("never")
`
let house: Household
afterEach(() => house.close())

it("thin slice", { timeout: 60_000 }, async () => {
  house = await Household.open({ "organizations/team.yaml": TEAM, "contracts/a.yaml": RULE })
  console.log((await house.publish("drop.requested", {}, { as: "dana@x" === "" ? "" : "@dana" })).verdict)
  const token = await house.token("coder@team")
  const text = RULE.replace("never", "not today")
  const asked = await house.daemon.call("POST", "/v1/contracts", { token, json: { files: { "contracts/a.yaml": text } } })
  console.log(asked.status, JSON.stringify(asked.json, undefined, 1))
  const { change, requests } = asked.json as { change: string; requests: Array<{ proposals: Array<string> }> }
  console.log(JSON.stringify(await house.vote(requests[0]!.proposals[0]!, "@dana", "approve")))
  await house.until(async () => ((await house.get(`/v1/changes/${change}`)) as { state: string }).state === "changed")
  console.log(JSON.stringify(await house.get(`/v1/changes/${change}`), undefined, 1))
  console.log(JSON.stringify((await house.events("contracts.revised")).at(-1), undefined, 1))
  console.log(JSON.stringify((await house.publish("drop.requested")).reason))
  console.log(JSON.stringify(await house.get("/v1/contracts/@team/no-drops/history"), undefined, 1))
  expect(existsSync(join(house.folder, "data", "changes"))).toBe(true)
  expect(readFileSync(join(house.folder, "workspace/contracts/a.yaml"), "utf8")).toBe(text)
  console.log((await house.inspect()).violations)
})
