/** A change that broke off after its first file, and that can neither be finished nor put back: no half of it is in force. */
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import type { Status } from "../../src/service/views/daemon.ts"
import { Immutable } from "../support/faults/immutable.ts"
import { Household } from "../support/Household.ts"
import { ended, FILES, propose, rule } from "./people.ts"

let house: Household
const immutable = new Immutable()
afterEach(async () => {
  immutable.close()
  await house.close()
})

const DROPS = "contracts/drops.yaml"
const MORE = "contracts/more.yaml"

/** The daemon is killed between the two files; returns the change. */
const breakOff = async (files: Readonly<Record<string, string | null>>, diskEdits: "apply" | "confirm") => {
  house = await Household.open(FILES, { diskEdits })
  await house.restart({ fault: "written:1" })
  await propose(house, "@dana", files).catch(() => undefined)
  await house.daemon.ended
  const [journal] = readdirSync(join(house.data, "changes"))
  return { change: journal!.replace(".json", ""), journal: join(house.data, "changes", journal!) }
}

/** No file of the contracts can be replaced, made or removed; false where this machine does not do that to us. */
const obstruct = (): boolean => {
  if (immutable.make(house.path("contracts"))) return true
  chmodSync(house.path("contracts"), 0o500)
  return process.getuid?.() !== 0
}
const unblock = (): void => {
  immutable.close()
  chmodSync(house.path("contracts"), 0o700)
}

describe("half of a change", { timeout: 120_000 }, () => {
  it.each([
    ["of which one file is changed, where edits on disk apply", "apply", rule("no-drops", "next")],
    ["of which one file is removed, where edits on disk apply", "apply", null],
    ["of which one file is changed, where edits on disk wait", "confirm", rule("no-drops", "next")],
  ] as const)("%s, is not adopted while it can be neither finished nor put back", async (_, diskEdits, text) => {
    const files = { [DROPS]: text, [MORE]: rule("more", "more", "@team", "more.requested") }
    const { change } = await breakOff(files, diskEdits)
    expect([house.read(DROPS), house.read(MORE)]).toEqual([text ?? undefined, undefined])
    const isObstructed = obstruct()
    if (!isObstructed) return
    await house.start()
    await house.until(async () => (await house.events("contract.change.stuck")).length > 0)
    const { warnings } = await house.get<Status>("/v1/status")
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`the change ${change} of @team was let through`)
    expect((await house.publish("drop.requested")).reason).toBe("never")
    expect(await house.events("contracts.revised")).toHaveLength(1)
    unblock()
    expect(await ended(house, change)).toMatchObject({ state: "changed" })
    expect((await house.publish("drop.requested")).reason).toBe(text === null ? undefined : "next")
    expect((await house.publish("more.requested")).reason).toBe("more")
    expect((await house.events("contracts.revised")).map(({ data }) => data["origin"]).slice(1)).toEqual([
      { changes: [change], disk: false },
    ])
    expect((await house.inspect()).violations).toEqual([])
  })

  it("is not adopted where the journal of it cannot be read: the daemon does not start, and says what to do", async () => {
    const { change, journal } = await breakOff(
      { [DROPS]: rule("no-drops", "next"), [MORE]: rule("more", "more", "@team", "more.requested") },
      "apply",
    )
    const written = readFileSync(journal)
    writeFileSync(journal, written.subarray(0, 40))
    await expect(house.start()).rejects.toThrow(new RegExp(`${journal} cannot be read: .*half of that change`))
    expect(readFileSync(journal)).toHaveLength(40)
    rmSync(journal)
    writeFileSync(journal, written)
    await house.start()
    expect(await ended(house, change)).toMatchObject({ state: "changed" })
    expect((await house.publish("drop.requested")).reason).toBe("next")
    expect((await house.inspect()).violations).toEqual([])
  })
})
