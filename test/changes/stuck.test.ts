/** What stands in the way of one change holds up no other, and people are told of it. */
import { rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import type { ChangeView } from "../../src/service/views/changes.ts"
import type { Status } from "../../src/service/views/daemon.ts"
import { approve, ended, FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"

/** No change can be written, for its journal's place leads nowhere; returns what ends that. */
const obstruct = (): (() => void) => {
  const inTheWay = join(house.data, "changes")
  symlinkSync(join(house.data, "no", "folder"), inTheWay)
  return () => rmSync(inTheWay)
}
/** Asks for it, and waits until it is told to be stuck. */
const stick = async (as: string, files: Readonly<Record<string, string | null>>) => {
  const id = `stuck-${Math.random().toString(36).slice(2)}`
  const token = as === "operator" ? {} : { token: await house.token(as) }
  const headers = { "idempotency-key": id }
  const answer = house.daemon.call("POST", "/v1/contracts", { ...token, headers, json: { files } })
  await house.until(async () => (await Promise.all([told(id), told(id, "@other")])).flat().length > 0)
  return { id, answer: answer.then(({ json }) => json as ChangeView).catch(() => undefined) }
}
const told = async (change: string, org = "@team") =>
  (await house.events("contract.change.stuck", org)).filter(({ data }) => data["change"] === change)
const cancel = async (change: string, as: string, reason?: string) => {
  const token = as === "operator" ? {} : { token: await house.token(as) }
  const json = reason === undefined ? {} : { reason }
  const reply = await house.daemon.call("POST", `/v1/changes/${change}/cancel`, { ...token, json })
  return { ...(reply.json as { readonly type?: string }), status: reply.status }
}
const status = async () => (await house.get<Status>("/v1/status")).warnings.join("\n")

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
    const unblock = obstruct()
    const asked = propose(house, "@dana", { [DROPS]: rule("no-drops", "next") })
    await house.until(async () => (await house.events("contract.change.stuck")).length > 0)
    const [stuck] = await house.events("contract.change.stuck")
    const [request] = await house.events("contract.change.requested")
    const { change } = request!.data as { readonly change: string }
    expect(stuck).toMatchObject({ causationid: request!.id, data: { change, tries: 3 } })
    expect(stuck!.data["error"]).toContain(join(house.data, "changes"))

    const words = /could not be carried out, in \d+ tries since \S+, and is tried on: .*EEXIST/
    expect(await status()).toMatch(words)
    expect(await status()).toContain(`the change ${change} of @team was let through`)
    expect(await status()).toContain(`charter cancel ${change}`)
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

    unblock()
    expect(await asked).toMatchObject({ state: "changed" })
    expect((await house.publish("drop.requested")).reason).toBe("next")
    expect(await status()).toBe("")
    expect((await open()).map(([, count]) => count)).toEqual([0, 0, 0])
    expect(await house.events("contract.change.stuck")).toHaveLength(1)
  })

  it("is counted on after a restart, from what people were told last", async () => {
    house = await Household.open(FILES)
    const unblock = obstruct()
    const { id, answer } = await stick("@dana", { [DROPS]: rule("no-drops", "next") })
    const [first] = await told(id)
    await house.restart()
    await answer
    const words = new RegExp(`${id} .* in (\\d+) tries since ${first!.data["since"] as string}`)
    await house.until(async () => Number(words.exec(await status())?.[1]) > 3)
    expect(await told(id)).toHaveLength(1)
    unblock()
    await house.restart()
    expect(await ended(house, id)).toMatchObject({ state: "changed" })
    expect((await house.inspect()).violations).toEqual([])
  })
})

describe("a change that is given up", { timeout: 120_000 }, () => {
  const MORE = "contracts/more.yaml"
  const BOTH = { [DROPS]: rule("no-drops", "next"), [MORE]: rule("more", "more", "@other", "more.requested") }

  it("is not written though it was let through, and ends as failed with the reason and by whom", async () => {
    house = await Household.open(FILES)
    const unblock = obstruct()
    const { id, answer } = await stick("@dana", { [DROPS]: rule("no-drops", "next") })
    const reason = "cancelled by operator: the disk is replaced tomorrow"
    expect(await cancel(id, "operator", "the disk is replaced tomorrow")).toMatchObject({
      status: 200,
      change: id,
      state: "failed",
      reason,
    })
    expect(await answer).toMatchObject({ state: "failed", reason })
    expect(await house.events("contract.change.cancelled")).toMatchObject([
      { actorkind: "operator", data: { change: id, by: "operator", reason: "the disk is replaced tomorrow" } },
    ])
    expect((await house.events("contract.change.failed")).map(({ data }) => data)).toMatchObject([
      { change: id, code: "cancelled", by: "operator", requester: "dana", reason, files: [DROPS] },
    ])
    expect(await house.get(`/v1/changes/${id}`)).toMatchObject({ state: "failed", reason })
    expect(await house.get("/v1/changes")).toEqual({ items: [] })
    expect(await status()).toBe("")
    expect(await cancel(id, "operator")).toMatchObject({ status: 409, type: "urn:charter:problem:change-ended" })
    unblock()
    // It stands in nobody's way, and does not come after all.
    expect(await propose(house, "@dana", { [MORE]: rule("more", "more", "@team", "more.requested") })).toMatchObject({
      state: "changed",
    })
    await house.restart()
    expect((await house.publish("drop.requested")).reason).toBe("never")
    expect(house.read(DROPS)).toBe(FILES[DROPS])
    expect((await house.inspect()).violations).toEqual([])
  })

  it("is given up by who has asked for it, and by no other member", async () => {
    house = await Household.open(FILES)
    obstruct()
    const { id } = await stick("@dana", { [DROPS]: rule("no-drops", "next") })
    for (const [as, type] of [
      ["@erin", "not-the-requester"],
      ["coder@team", "not-the-requester"],
      ["@hugo", "change-unknown"],
    ] as const)
      expect(await cancel(id, as)).toMatchObject({ type: `urn:charter:problem:${type}` })
    expect(await house.events("contract.change.cancelled")).toEqual([])
    expect(await cancel(id, "@dana")).toMatchObject({ status: 200, state: "failed", reason: "cancelled by dana" })
  })

  it("waits nowhere any more where it was still held", async () => {
    house = await Household.open(FILES)
    const both = { ...BOTH, [MORE]: rule("more", "more", "@company", "more.requested") }
    const asked = await propose(house, "coder@team", both)
    expect(asked.requests.map(({ org, verdict }) => [org, verdict])).toEqual([
      ["@company", "hold"],
      ["@team", "hold"],
    ])
    expect(await approve(house, asked, "@company", "@gina")).toBe(200)
    expect(await cancel(asked.change!, "coder@team", "not needed")).toMatchObject({ status: 200, state: "denied" })
    for (const org of ["@company", "@team"]) {
      expect((await house.events("contract.change.failed", org)).map(({ data }) => data["code"])).toEqual(
        org === "@company" ? ["cancelled"] : [],
      )
      expect(await house.get(`/v1/organizations/${org}/state`)).toMatchObject({ changes: [], holds: [] })
    }
    expect(house.read(MORE)).toBeUndefined()
    expect((await house.inspect()).violations).toEqual([])
  })

  it("cannot be given up once it is in force", async () => {
    house = await Household.open(FILES)
    const { change } = await propose(house, "@dana", { [DROPS]: rule("no-drops", "next") })
    expect(await cancel(change!, "@dana")).toMatchObject({ status: 409, type: "urn:charter:problem:change-ended" })
    expect((await house.publish("drop.requested")).reason).toBe("next")
  })

  /** Before the word is in the log, and from then on until the end is in that of both organizations. */
  it.each(["decided:2", "appended:2", "decided:3", "appended:3", "decided:4"])(
    "stays given up when the daemon is killed at %s",
    async (fault) => {
      house = await Household.open(FILES)
      const unblock = obstruct()
      const { id, answer } = await stick("operator", BOTH)
      await house.restart({ fault })
      await answer
      await Promise.race([house.daemon.ended, cancel(id, "operator").catch(() => undefined)])
      await house.daemon.kill()
      unblock()
      await house.start()
      const { state } = await ended(house, id)
      const isGivenUp = (await house.events("contract.change.cancelled", "@other")).length > 0
      expect(state).toBe(isGivenUp ? "failed" : "changed")
      expect(house.read(DROPS)).toBe(isGivenUp ? FILES[DROPS] : BOTH[DROPS])
      expect(house.read(MORE)).toBe(isGivenUp ? undefined : BOTH[MORE])
      for (const org of ["@other", "@team"]) {
        expect(await house.events("contract.change.failed", org)).toHaveLength(isGivenUp ? 1 : 0)
        expect(await house.events("contract.changed", org)).toHaveLength(isGivenUp ? 0 : 1)
      }
      expect((await house.inspect()).violations).toEqual([])
    },
  )
})
