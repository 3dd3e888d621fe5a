/** `--disk-edits confirm`: what is edited on disk waits until an operator accepts exactly that. */
import { afterEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import type { EditView } from "../../src/service/changes.ts"
import { FILES, propose, rule } from "./people.ts"

let house: Household
afterEach(() => house.close())

const DROPS = "contracts/drops.yaml"

const waiting = async (text: string): Promise<EditView> => {
  const edits = async () => (await house.get<{ readonly items: ReadonlyArray<EditView> }>("/v1/edits")).items
  await house.until(async () => (await edits()).some(({ files }) => files.some((one) => one.text === text)))
  return (await edits())[0]!
}
const accept = (edit: string) => house.daemon.call("POST", `/v1/edits/${edit}/accept`, { json: {} })
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
})
