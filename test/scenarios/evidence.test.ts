/** What the cases beside this file cannot say: the texts, actors and digests that a decision leaves in the log. */
import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"

const FILES = {
  "organizations/team.yaml": `organization: "@board"
members:
  - { human: zoe }
  - { agent: auditor }
---
organization: "@team"
parent: "@board"
owner: dana
channels: [lobby, deploys]
members:
  - { human: dana }
  - { human: erin }
  - { agent: coder }
`,
  "contracts/team.yaml": `contract: both-agree
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, within: 1h }
  - notify: { to: ["#deploys", "@erin"], message: "\${{ actor.name }} deploys \${{ data.version }} (\${{ data.tags }})", upon: hold }
  - emit: { type: deploy.announced, data: { version: "\${{ data.version }}", tags: "\${{ data.tags }}", missing: "\${{ data.nothing }}" }, upon: allow }
---
contract: work-follows
scope: "@team"
on: deploy.requested
then:
  - route: { to: coder, goal: "Deploy \${{ data.version }}", with: { tags: "\${{ data.tags }}", tries: 3 } }
---
contract: one-note
scope: "@team"
on: note.requested
then: limit(1, 1h, actor)
---
contract: would-be-refused
scope: "@team"
on: quiet.requested
mode: shadow
then:
  - deny: "no"
  - notify: { to: "#lobby", message: this is never said, upon: deny }
  - emit: { type: never.made, upon: deny }
---
contract: audited
scope: "@board"
on: books.requested
then:
  - require_approval: { from: scope.agents, within: 1h }
---
contract: fan-out
scope: "@team"
on: burst.requested
then:
${Array.from({ length: 20 }, () => "  - emit: burst.requested").join("\n")}
`,
}

let house: Household
beforeAll(async () => {
  house = await Household.open(FILES)
})
afterAll(() => house.close())

describe("a held request", () => {
  it("is approved by its digest alone, tells whom it concerns, and leaves the right names", async () => {
    const data = { version: 7, tags: ["a", "b"] }
    const asked = await house.publish("deploy.requested", data, { as: "coder@team" })
    expect(asked).toMatchObject({ status: 202, verdict: "hold" })
    const [id] = asked.proposals!
    const { digest } = await house.proposal(id!)
    // RFC 8785 of this action, whose keys are in order and whose values need no escapes.
    const action = `{"data":{"tags":["a","b"],"version":7},"onbehalf":{"kind":"agent","name":"coder"},"organization":"@team","subject":null,"type":"deploy.requested"}`
    expect(digest).toBe(createHash("sha256").update(action).digest("hex"))
    expect(await house.vote(id!, "@dana", "approve", "0".repeat(64))).toMatchObject({ status: 409 })
    expect(await house.vote(id!, "@dana", "approve", digest)).toMatchObject({ status: 200, state: "active" })
    expect(await house.vote(id!, "@erin", "approve", digest)).toMatchObject({ status: 200, state: "succeeded" })

    const said = (await house.events("message.posted")).map((event) => event.data)
    expect(said).toContainEqual({ channel: "deploys", text: `coder deploys 7 (["a","b"])` })
    expect(said).toContainEqual({ to: "erin", text: `coder deploys 7 (["a","b"])` })
    expect(said).toContainEqual({
      channel: "lobby",
      text: `coder asks for "deploy.requested": waits for 2 of dana, erin within 1 hour (@team/both-agree)`,
    })
    expect(said).toContainEqual({
      channel: "lobby",
      text: `coder asks for "deploy.requested": released, every requirement was met`,
    })
    const [announced] = await house.events("deploy.announced")
    expect(announced).toMatchObject({
      actor: "@team/both-agree",
      actorkind: "system",
      onbehalf: "coder",
      data: { version: 7, tags: ["a", "b"] },
    })
    expect(announced!.data).not.toHaveProperty("missing")
    const [task] = await house.events("task.created")
    expect(task!.data).toMatchObject({
      member: "coder",
      goal: "Deploy 7",
      with: { tags: ["a", "b"], tries: 3 },
      event: asked.id,
    })
    const [resolved] = await house.events("approval.resolved")
    expect(resolved!.data).toMatchObject({ event: asked.id, verdict: "allow", proposals: [id] })
  })

  it("is the same when it is asked for again, also of the next daemon, and nothing else under its name", async () => {
    const first = await house.publish("deploy.requested", { version: 8 }, { as: "coder@team", id: "once" })
    expect(await house.publish("deploy.requested", { version: 8 }, { as: "coder@team", id: "once" })).toMatchObject({
      seq: first.seq,
      verdict: "hold",
      duplicate: true,
    })
    expect(await house.publish("deploy.requested", { version: 9 }, { as: "coder@team", id: "once" })).toMatchObject({
      status: 409,
    })
    await house.vote(first.proposals![0]!, "@dana", "deny")
    await house.restart()
    expect(await house.publish("deploy.requested", { version: 8 }, { as: "coder@team", id: "once" })).toMatchObject({
      seq: first.seq,
      verdict: "deny",
      duplicate: true,
    })
    expect((await house.events("deploy.requested")).filter(({ id }) => id === "once")).toHaveLength(1)
  })

  it("may be asked of members of the contract's own organization, agents too", async () => {
    const asked = await house.publish("books.requested")
    const [id] = asked.proposals!
    expect((await house.proposal(id!)).electorate).toMatchObject([{ name: "auditor@board", kind: "agent" }])
    expect(await house.vote(id!, "@erin", "approve")).toMatchObject({ status: 403 })
    expect(await house.vote(id!, "auditor@board", "approve")).toMatchObject({ status: 200, state: "succeeded" })
  })
})

describe("a limit that is used up", () => {
  it("is said once for each key and window", async () => {
    for (const as of ["@dana", "@dana", "@dana", "@erin", "@erin", "@dana"])
      await house.publish("note.requested", {}, { as })
    expect((await house.events("limit.exceeded")).map(({ data }) => data["key"])).toEqual(["sdana", "serin"])
    expect(await house.events("request.denied")).toHaveLength(5)
  })
})

describe("a contract in shadow", () => {
  it("leaves what it would have made of the event, and nothing else", async () => {
    const { id } = await house.publish("quiet.requested")
    const { decision } = await house.get<{ readonly decision: object }>(`/v1/events/${id}`)
    expect(decision).toMatchObject({
      verdict: "allow",
      wouldBe: "deny",
      contracts: [],
      outcomes: [{ contract: "@team/would-be-refused", verdict: "deny", shadow: true }],
    })
    expect(await house.events("never.made")).toEqual([])
    expect((await house.events("message.posted")).filter(({ data }) => data["text"] === "this is never said")).toEqual(
      [],
    )
  })
})

describe("a cascade", () => {
  it("is held for humans where it becomes too wide, and nothing of it is dropped", async () => {
    expect(await house.publish("burst.requested")).toMatchObject({ verdict: "allow" })
    const asked = await house.events("burst.requested")
    const held = asked.filter(({ decision }) => decision?.verdict === "hold")
    const passed = asked.filter(({ decision }) => decision?.verdict === "allow")
    expect(asked).toHaveLength(1 + 20 * passed.length)
    expect(held.length).toBeGreaterThan(0)
    expect((await house.events("bound.exceeded")).map(({ data }) => data["bound"])).toEqual(held.map(() => "fan-out"))
  })
})

it("holds every invariant in the end", async () => {
  expect((await house.inspect()).violations).toEqual([])
})
