/** Two daemons on one data folder: the second refuses and says whose it is, and the first does not even notice. */
import { execFile } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, expect, it } from "vitest"
import { DaemonGone, DaemonProcess } from "../support/DaemonProcess.ts"
import { Household } from "../support/Household.ts"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))
const RULES = `organization: "@team"
members:
  - { human: dana }
---
contract: no-drops
scope: "@team"
on: drop.requested
then: deny("nothing is dropped")
`

let house: Household
afterEach(() => house.close())

/** As a person would start it, to its end. */
const up = (): Promise<{ readonly code: number | null; readonly said: string }> =>
  new Promise((resolve) => {
    const parameters = ["up", "--foreground", "--port", "0", "--workspace", house.path("."), "--data", house.data]
    const child = execFile(process.execPath, [ENTRY, ...parameters], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    )
  })

/** Publishes all the time, and each must be answered. */
const underLoad = async <A>(body: () => Promise<A>): Promise<A> => {
  const ending = new AbortController()
  const load = (async () => {
    for (let number = 0; !ending.signal.aborted; number++) {
      const [note, drop] = await Promise.all([
        house.publish("note.requested", { number }),
        house.publish("drop.requested"),
      ])
      expect([note.status, note.verdict, drop.status, drop.verdict]).toEqual([200, "allow", 200, "deny"])
    }
  })()
  try {
    return await body()
  } finally {
    ending.abort()
    await load
  }
}

it(
  "refuses while the first goes on, also where somebody has tidied up what says who holds it",
  { timeout: 60_000 },
  async () => {
    house = await Household.open({ "organizations/team.yaml": RULES })
    const { pid } = house.daemon
    await underLoad(async () => {
      const refused = (who: string) => ({
        code: 1,
        said: expect.stringMatching(new RegExp(`${who}[^]*charter up --data FOLDER`)),
      })
      expect(await up()).toMatchObject(refused(`a daemon holds ${house.data}: process ${pid} on `))
      rmSync(join(house.data, "daemon.json"))
      expect(await up()).toMatchObject(refused(`a daemon holds ${house.data}: process ${pid} on `))
      rmSync(join(house.data, "lock.json"))
      expect(await up()).toMatchObject(refused(`another daemon holds ${house.data}`))
    })
    expect((await house.inspect({ settled: true })).violations).toEqual([])
  },
)

it("is let in, one of many, once the first is gone", { timeout: 60_000 }, async () => {
  house = await Household.open({ "organizations/team.yaml": RULES })
  await house.publish("note.requested", {}, { id: "before" })
  await house.daemon.kill()
  const options = { workspace: house.path("."), data: house.data }
  const starts = await Promise.allSettled(Array.from({ length: 4 }, () => DaemonProcess.start(options)))
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []))
  try {
    expect(started).toHaveLength(1)
    for (const start of starts)
      if (start.status === "rejected") {
        expect(start.reason).toBeInstanceOf(DaemonGone)
        expect(String(start.reason)).toContain(`holds ${house.data}`)
      }
  } finally {
    for (const daemon of started) await daemon.kill()
  }
  await house.start()
  expect(await house.publish("note.requested", {}, { id: "before" })).toMatchObject({ status: 200, duplicate: true })
  expect((await house.inspect({ settled: true })).violations).toEqual([])
})
