/** What follows is more than one commit holds: who asks is refused, and what has happened is recorded, with less after it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Decision } from "../../src/domain/decision.ts"
import { MAX_COMMIT_BYTES } from "../../src/domain/record.ts"
import { MAX_MEMBER_EVENTS } from "../../src/supervision/adoptionEvents.ts"
import { Household } from "../support/Household.ts"

const START = Date.UTC(2026, 10, 2, 9)
const HOUR_MS = 3_600_000
const COPIES = 8

/** Each copies what it was given so often that no commit holds it. */
const copies = (upon: string, data: string): string =>
  Array.from(
    { length: COPIES },
    () => `  - emit: { type: copy.made, upon: ${upon}, data: { copy: "\${{ ${data} }}" } }`,
  ).join("\n")

const HELPERS = Array.from({ length: COPIES }, (_, number) => `helper-${number + 1}`)
const ORGANIZATION = `organization: "@team"
owner: dana
members:
  - { human: dana }
${HELPERS.map((name) => `  - { human: ${name} }\n`).join("")}  - { agent: writer, executor: { kind: command, run: ["node", "-e", "process.stdout.write('x'.repeat(64 * 1024))"] } }
`
const RULES = `contract: nobody-answers
scope: "@team"
on: answer.requested
then:
  - require_approval: { from: dana, within: 1h }
${copies("expired", "data.items")}
---
contract: dana-answers
scope: "@team"
on: vote.requested
then:
  - require_approval: { from: dana, within: 1d }
${copies("[allow, deny]", "data.items")}
---
contract: after-a-delay
scope: "@team"
on: delayed.requested
then:
  - require_votes: { from: dana, approvals: 1, within: 2h, delay: 1h }
${copies("allow", "data.items")}
---
contract: one-an-hour
scope: "@team"
on: paced.requested
then:
  - limit: { max: 1, within: 1h, otherwise: defer }
${copies("allow", "data.items")}
---
contract: late-work
scope: "@team"
on: chore.requested
then:
  - route: { to: dana, with: { items: "\${{ data.items }}" } }
  - escalate: [{ to: [${HELPERS.join(", ")}], after: 1h }]
---
contract: written
scope: "@team"
on: text.requested
then: route(writer)
---
contract: what-was-written
scope: "@team"
on: task.completed
then:
${copies("allow", "data.result")}
`
const LARGE = { items: Array.from({ length: 100 }, () => "x".repeat(1_000)) }

let house: Household
let hours = 0
const open = async (now?: number): Promise<void> => {
  const files = { "organizations/team.yaml": ORGANIZATION, "contracts/team.yaml": RULES }
  house = await Household.open(files, now === undefined ? {} : { now })
}
const close = (): Promise<void> => house.close()
const hourPasses = (): Promise<unknown> => house.daemon.ask("advance", { to: START + ++hours * HOUR_MS })

/** Nothing is stuck: not now, and not after `kill -9`. */
const goesOn = async (now?: number): Promise<void> => {
  expect(await house.publish("note.requested")).toMatchObject({ status: 200, verdict: "allow" })
  await house.restart(now === undefined ? {} : { now })
  expect(await house.publish("note.requested")).toMatchObject({ status: 200, verdict: "allow" })
}
const bounds = async (event: string): Promise<ReadonlyArray<unknown>> =>
  (await house.events("bound.exceeded")).map(({ data }) => data).filter((data) => data["event"] === event)
const SIZE = { bound: "size", max: MAX_COMMIT_BYTES }

describe("what follows does not fit one commit", () => {
  beforeAll(() => open(START))
  afterAll(close)

  it("of what is asked for: it is refused, and says why", async () => {
    expect(await house.publish("paced.requested", LARGE)).toMatchObject({ status: 413 })
    expect(await house.events("paced.requested")).toEqual([])
    await goesOn(START + hours * HOUR_MS)
  })

  it("of what nobody has answered: it expires, and emits nothing", async () => {
    const { id } = await house.publish("answer.requested", LARGE, { as: "writer@team" })
    await hourPasses()
    expect((await house.events("hold.expired")).map(({ data }) => data["event"])).toEqual([id])
    expect(await bounds(id)).toEqual([{ ...SIZE, event: id }])
    await goesOn(START + hours * HOUR_MS)
  })

  it("of what a voter answers: he cannot let it through, and he can deny it", async () => {
    const { id, proposals } = await house.publish("vote.requested", LARGE, { as: "writer@team" })
    expect(await house.vote(proposals![0]!, "@dana", "approve")).toMatchObject({ status: 413 })
    expect((await house.proposal(proposals![0]!)).state).toBe("active")
    expect(await house.vote(proposals![0]!, "@dana", "deny")).toMatchObject({ status: 200 })
    expect((await house.events("hold.denied")).map(({ data }) => data["event"])).toEqual([id])
    expect(await bounds(id)).toEqual([{ ...SIZE, event: id }])
    await goesOn(START + hours * HOUR_MS)
  })

  it("of what was approved, and is let through after a delay: it is denied", async () => {
    const { id, proposals } = await house.publish("delayed.requested", LARGE, { as: "writer@team" })
    expect(await house.vote(proposals![0]!, "@dana", "approve")).toMatchObject({ status: 200 })
    await hourPasses()
    const denied = (await house.events("hold.denied")).at(-1)
    expect(denied?.data).toMatchObject({ event: id, reason: expect.stringContaining("more than one commit holds") })
    expect(denied?.data["decision"] as Decision).toMatchObject({ verdict: "deny", rule: "bound" })
    expect(await house.events("delayed.requested")).toHaveLength(1)
    await goesOn(START + hours * HOUR_MS)
  })

  it("of what has waited for room: a human is asked", async () => {
    expect(await house.publish("paced.requested", { items: [] })).toMatchObject({ verdict: "allow" })
    const { id, hold } = await house.publish("paced.requested", LARGE)
    await hourPasses()
    const [waits] = await house.events("hold.continued")
    expect(waits?.data).toMatchObject({ hold, event: id, decision: { verdict: "hold", rule: "bound" } })
    await goesOn(START + hours * HOUR_MS)
  })

  it("of a task that is late: that it is late is said, and nobody else gets it", async () => {
    const { id } = await house.publish("chore.requested", LARGE)
    await hourPasses()
    expect(await house.events("task.escalated")).toHaveLength(1)
    expect((await house.events("task.created")).filter(({ data }) => data["escalates"] !== undefined)).toEqual([])
    expect(await bounds(id)).toEqual([{ ...SIZE, event: id }])
    await goesOn(START + hours * HOUR_MS)
  })

  it("of a task that has ended: its result is kept, and nothing follows from it", async () => {
    await house.publish("text.requested")
    await house.until(async () => (await house.events("task.completed")).length > 0)
    const [completed] = await house.events("task.completed")
    expect(completed?.data["result"]).toHaveLength(64 * 1024)
    expect(await bounds(completed!.id)).toEqual([{ ...SIZE, event: completed!.id }])
    await goesOn(START + hours * HOUR_MS)
  })

  it("has made no copy, and holds every invariant in the end", async () => {
    expect((await house.events("copy.made")).map(({ data }) => data)).toEqual(
      Array.from({ length: COPIES }, () => ({ copy: [] })),
    )
    expect((await house.inspect()).violations).toEqual([])
  })
})

describe("what a revision says does not fit one commit", () => {
  beforeAll(() => open())
  afterAll(close)

  it("of thousands who come with one file: the first are said one by one, and the rest are counted", async () => {
    const crowd = Array.from({ length: 3_000 }, (_, number) => `  - { human: guest-${number + 1} }\n`).join("")
    await house.save("organizations/team.yaml", `${ORGANIZATION}${crowd}`)
    expect(await house.events("member.joined")).toHaveLength(MAX_MEMBER_EVENTS)
    expect((await house.events("organization.changed")).at(-1)?.data["summary"]).toContain("of 3000 members")
    await goesOn()
  })

  it("of what a new counter takes over: whoever was counted last is, and of the others it is not said that they were not", async () => {
    const user = (number: number) => ({ user: `${"u".repeat(40)}-${number}` })
    for (let number = 0; number < 4_000; number += 100)
      await house.daemon.call("POST", "/v1/events", {
        json: Array.from({ length: 100 }, (_, at) => ({
          type: "entry.requested",
          org: "@team",
          data: user(number + at),
        })),
      })
    await house.save(
      "contracts/entries.yaml",
      `contract: twice-a-day
scope: "@team"
on: entry.requested
when: { count: { of: entry.requested, within: 1d, by: data.user, greaterThan: 1 } }
then: deny("twice a day is enough")
`,
    )
    expect(await house.publish("entry.requested", user(3_999))).toMatchObject({ verdict: "allow" })
    expect(await house.publish("entry.requested", user(3_999))).toMatchObject({ verdict: "deny" })
    expect(await house.publish("entry.requested", user(1))).toMatchObject({
      verdict: "deny",
      reason: expect.stringContaining("than can be kept"),
    })
    await goesOn()
  })

  it("and every invariant holds in the end", async () => {
    expect((await house.inspect()).violations).toEqual([])
  })
})
