/** `--disk-edits confirm`: what is edited on disk waits until an operator accepts exactly that. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import type { AcceptedEdit, EditView } from "../../src/service/views/changes.ts"
import { approve, change as changeView, ended, FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"

const waiting = async (text: string): Promise<EditView> => {
  const edits = async () => (await house.get<{ readonly items: ReadonlyArray<EditView> }>("/v1/edits")).items
  await house.until(async () => (await edits()).some(({ files }) => files.some((one) => one.text === text)))
  return (await edits())[0]!
}
const accept = (edit: string) => house.daemon.call("POST", `/v1/edits/${edit}/accept`, { json: {} })
const acceptAs = async (as: string, edit: string) => {
  const token = await house.token(as)
  const { status, json } = await house.daemon.call("POST", `/v1/edits/${edit}/accept`, { token, json: {} })
  return { ...(json as AcceptedEdit), status }
}
const editsOf = async (as: string) =>
  (await house.daemon.call("GET", "/v1/edits", { token: await house.token(as) })).json
const reason = async () => (await house.publish("drop.requested")).reason

describe("an edit on disk", { timeout: 60_000 }, () => {
  it("waits, is shown, and takes effect when exactly that is accepted", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    expect(await reason()).toBe("never")
    house.write(DROPS, rule("no-drops", "edited"))
    const first = await waiting(rule("no-drops", "edited"))
    expect(first).toMatchObject({
      summary: "1 contract changed (@team/no-drops)",
      files: [{ file: DROPS, before: FILES[DROPS] }],
      diagnostics: [],
    })
    expect((await house.events("contracts.edited", "@global")).map(({ data }) => data)).toMatchObject([
      { edit: first.edit, files: [DROPS], meaning: [expect.stringContaining("edited")] },
    ])
    expect(await reason()).toBe("never")
    house.write(DROPS, rule("no-drops", "edited again"))
    expect((await accept(first.edit)).status).toBe(409)
    expect(await reason()).toBe("never")
    const second = await waiting(rule("no-drops", "edited again"))
    expect((await accept(second.edit)).status).toBe(200)
    await house.until(async () => (await reason()) === "edited again")
    expect((await house.events("contracts.revised")).at(-1)!.data).toMatchObject({
      origin: { changes: [], disk: true },
    })
    expect((await accept(second.edit)).status).toBe(404)
  })

  it("waits on across a kill -9 and a start that says nothing, and holds up no change that is let through", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    await house.daemon.kill()
    house.write(DROPS, rule("no-drops", "edited while it was down"))
    await house.start()
    await waiting(rule("no-drops", "edited while it was down"))
    expect(await reason()).toBe("never")
    const more = { "contracts/more.yaml": rule("more", "more", "@team", "more.requested") }
    expect(await propose(house, "@dana", more)).toMatchObject({ state: "changed" })
    expect((await house.publish("more.requested")).reason).toBe("more")
    expect(await reason()).toBe("never")
    expect((await propose(house, "@dana", { [DROPS]: null })).status).toBe(409)
    await house.restart({ diskEdits: "apply" })
    expect(await reason()).toBe("edited while it was down")
  })

  it("a member accepts by his own token, as any change that he asks for", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    expect(await editsOf("@dana")).toMatchObject({ items: [{ edit, files: [{ file: DROPS }] }] })
    expect((await acceptAs("@dana", "0123456789abcdef")).status).toBe(409)
    expect(await acceptAs("@dana", edit)).toMatchObject({
      status: 200,
      revision: expect.any(String),
      change: { state: "changed", requests: [{ contracts: ["charter/changes"] }] },
    })
    expect(await reason()).toBe("edited")
    expect(house.read(DROPS)).toBe(rule("no-drops", "edited"))
    const [changed] = await house.events("contract.changed")
    expect(changed!.data).toMatchObject({ requester: "dana", files: [DROPS] })
    expect((await house.events("contracts.revised")).at(-1)!.data).toMatchObject({
      origin: { changes: [changed!.data["change"]], disk: false },
    })
    expect(await editsOf("@dana")).toEqual({ items: [] })
    expect((await acceptAs("@dana", edit)).status).toBe(404)
  })

  it("is neither seen nor accepted by a member of another organization", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    expect(await editsOf("@hugo")).toEqual({ items: [] })
    expect((await acceptAs("@hugo", edit)).status).toBe(404)
    expect(await house.events("contract.change.requested")).toEqual([])
  })

  it("waits for a human where an agent accepts it, and is asked for once", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    const asked = await acceptAs("coder@team", edit)
    expect(asked).toMatchObject({ status: 202, change: { state: "waiting" } })
    expect(asked.revision).toBeUndefined()
    expect(await acceptAs("@erin", edit)).toMatchObject({ change: { change: asked.change!.change, duplicate: true } })
    expect(await reason()).toBe("never")
    expect(await approve(house, asked.change!, "@team", "@dana")).toBe(200)
    expect(await ended(house, asked.change!.change)).toMatchObject({ state: "changed" })
    expect(await reason()).toBe("edited")
  })

  it("is refused by a contract, and is then still there for an operator", async () => {
    const frozen = rule("frozen", "not on a Friday", "@team", "contract.change.requested")
    house = await Household.open({ ...FILES, "contracts/frozen.yaml": frozen }, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    expect(await acceptAs("@dana", edit)).toMatchObject({
      status: 200,
      change: { state: "denied", reason: expect.stringContaining("not on a Friday") },
    })
    expect(await reason()).toBe("never")
    expect((await accept(edit)).status).toBe(200)
    await house.until(async () => (await reason()) === "edited")
  })

  it("is not written any more where it is taken back before it could be, also after a kill -9", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    const { change: asked } = await acceptAs("coder@team", edit)
    house.write(DROPS, FILES[DROPS])
    await house.restart()
    expect(await editsOf("@dana")).toEqual({ items: [] })
    expect(await approve(house, asked!, "@team", "@dana")).toBe(200)
    expect(await ended(house, asked!.change)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(`the edit that was accepted is not in ${DROPS} any more`),
    })
    expect((await house.events("contract.change.requested")).at(-1)!.data).toMatchObject({ edit })
    expect((await house.events("contract.change.failed")).map(({ data }) => data["code"])).toEqual(["edit-taken-back"])
    expect(house.read(DROPS)).toBe(FILES[DROPS])
    expect(await reason()).toBe("never")
    // Who wants it all the same asks for it himself.
    const again = await propose(house, "coder@team", { [DROPS]: rule("no-drops", "edited") })
    expect(await approve(house, again, "@team", "@dana")).toBe(200)
    expect(await ended(house, again.change)).toMatchObject({ state: "changed" })
    expect(await reason()).toBe("edited")
    expect((await house.inspect()).violations).toEqual([])
  })

  it("is not written any more where one of its files is taken back while the disk is in the way", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    const both = { [DROPS]: rule("no-drops", "edited"), "contracts/more.yaml": rule("more", "more") }
    for (const [file, text] of Object.entries(both)) house.write(file, text)
    const { edit } = await waiting(both["contracts/more.yaml"])
    const inTheWay = join(house.data, "changes")
    writeFileSync(inTheWay, "no folder")
    const accepted = acceptAs("@dana", edit)
    await house.until(async () => (await house.events("contract.change.stuck")).length > 0)
    house.write(DROPS, FILES[DROPS])
    rmSync(inTheWay)
    expect(await accepted).toMatchObject({ change: { state: "failed", reason: expect.stringContaining(DROPS) } })
    expect(await reason()).toBe("never")
    // The rest of the edit is its author's, and waits as before.
    expect(house.read("contracts/more.yaml")).toBe(both["contracts/more.yaml"])
    expect(await waiting(both["contracts/more.yaml"])).toMatchObject({ files: [{ file: "contracts/more.yaml" }] })
  })

  it("is what was looked at, or it does not take effect: what was edited since stays as it is", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    house.write(DROPS, rule("no-drops", "edited"))
    const { edit } = await waiting(rule("no-drops", "edited"))
    const { change: asked } = await acceptAs("coder@team", edit)
    house.write(DROPS, rule("no-drops", "edited again"))
    await waiting(rule("no-drops", "edited again"))
    expect(await approve(house, asked!, "@team", "@dana")).toBe(200)
    expect(await ended(house, asked!.change)).toMatchObject({ state: "failed" })
    expect(await changeView(house, asked!.change)).toMatchObject({ reason: expect.stringContaining("contracts/drops") })
    expect(house.read(DROPS)).toBe(rule("no-drops", "edited again"))
    expect(await reason()).toBe("never")
  })
})
