/** One person has one voice, by whatever name and from wherever he speaks; what he was given to say, he can say. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { Household } from "../support/Household.ts"

const ORGANIZATIONS = `organization: "@corp"
owner: zoe
members:
  - { human: zoe }
  - { agent: auditor, roles: [auditor] }
---
organization: "@team"
parent: "@corp"
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { human: fred }
  - { agent: coder, roles: [chief] }
  - { ref: auditor@corp, roles: [auditor] }
`
const OTHER = `organization: "@other"
members:
  - { agent: coder, executor: { kind: command, run: ["true"] } }
`
const FILES = {
  "organizations/other.yaml": OTHER,
  "organizations/all.yaml": ORGANIZATIONS,
  "contracts/all.yaml": `contract: an-auditor-approves
scope: "@corp"
on: ledger.requested
then: require_approval(scope.role:auditor)
---
contract: two-auditors
scope: "@corp"
on: pay.requested
then: require_votes(2, scope.role:auditor, role:auditor, dana)
---
contract: another-coder-works
scope: "@team"
on: chore.requested
then: route("@coder@other")
---
contract: zoe-may-veto
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, veto: zoe }
`,
}

let house: Household
beforeAll(async () => {
  house = await Household.open(FILES)
})
afterAll(() => house.close())

it("an agent by reference approves nothing of its own, under neither of its names", async () => {
  const { verdict, reason } = await house.publish("ledger.requested", {}, { as: "auditor@team" })
  expect(verdict).toBe("deny")
  expect(reason).toContain("who asks may not approve it himself")
})

it("and votes once", async () => {
  const { proposals } = await house.publish("pay.requested", {}, { as: "@erin" })
  const [proposal] = proposals!
  expect((await house.proposal(proposal!)).electorate.map(({ name }) => name)).toEqual(["auditor", "dana"])
  expect(await house.vote(proposal!, "auditor@team", "approve")).toMatchObject({ status: 200, state: "active" })
  expect(await house.vote(proposal!, "auditor@corp", "approve")).toMatchObject({ status: 200, state: "active" })
  expect((await house.proposal(proposal!)).votes.map(({ by }) => by)).toEqual(["auditor"])
  expect(await house.vote(proposal!, "@dana", "approve")).toMatchObject({ status: 200, state: "succeeded" })
})

it("who may veto sees what he may veto, from another organization too, and can do nothing else", async () => {
  const { id, proposals } = await house.publish("deploy.requested", {}, { as: "coder@team" })
  const [proposal] = proposals!
  expect(await house.vote(proposal!, "@zoe", "approve")).toMatchObject({
    status: 403,
    type: expect.stringContaining("veto-only"),
  })
  const token = await house.token("@zoe")
  const { json } = await house.daemon.call("GET", "/v1/proposals?state=active&member=zoe", { token })
  expect((json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items.map((one) => one.id)).toEqual([
    proposal,
  ])
  expect(await house.vote(proposal!, "@zoe", "deny")).toMatchObject({ status: 200, state: "defeated" })
  expect((await house.events("hold.denied")).map(({ data }) => data["event"])).toEqual([id])
})

it("a vote that was cast stays cast, whoever has left since", async () => {
  const { id, proposals } = await house.publish("deploy.requested", {}, { as: "coder@team" })
  await house.vote(proposals![0]!, "@fred", "approve")
  await house.save("organizations/all.yaml", ORGANIZATIONS.replace("  - { human: fred }\n", ""))
  expect(await house.vote(proposals![0]!, "@fred", "deny")).not.toMatchObject({ status: 200 })
  expect(await house.vote(proposals![0]!, "@erin", "approve")).toMatchObject({ status: 200, state: "succeeded" })
  expect((await house.events("hold.released")).map(({ data }) => data["event"])).toContain(id)
})

it("an agent of another organization does not run as the one that has its name here", async () => {
  await house.publish("chore.requested", {}, { as: "@erin" })
  await house.until(async () => (await house.events("task.completed")).length > 0)
  const [asked] = await house.events("run.requested")
  expect(await house.get(`/v1/events/${asked!.id}`)).toMatchObject({ actor: "coder@other" })
})

it("holds every invariant in the end", async () => {
  expect((await house.inspect()).violations).toEqual([])
})
