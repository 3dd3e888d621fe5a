/** `--disk-edits confirm` as the command line sees it: an edit waits, is shown, and takes effect as it was looked at. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
beforeAll(async () => {
  const started = await shell.run(["up", "--port", "0", "--disk-edits", "confirm"])
  expect(started.code, started.stderr).toBe(0)
}, 60_000)
afterAll(() => shell.close())

const DEPLOYS = "contracts/deploys.yaml"
const saying = (reason: string): string => TEAM[DEPLOYS].replace("Mars is too far", reason)

const deployToMars = () =>
  shell.run(["publish", "deploy.requested", "--org", "team", "--data", '{"environment":"mars"}'])

interface Waiting {
  readonly edits: ReadonlyArray<{ readonly edit: string; readonly files: ReadonlyArray<{ readonly text: string }> }>
}

const PATIENCE_MS = 20_000

/** What waits, once it is as wanted. */
const waits = async (isWanted: (waiting: Waiting) => boolean): Promise<Waiting> => {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const waiting = (await shell.run(["accept", "--json"])).json() as Waiting
    if (isWanted(waiting)) return waiting
    if (performance.now() > deadline) throw new Error(`it never came to that: ${JSON.stringify(waiting)}`)
  }
}

/** The edit that waits, once it is the one with this text. */
const edited = async (text: string): Promise<string> =>
  (await waits(({ edits }) => edits.some(({ files }) => files.some((one) => one.text === text)))).edits[0]!.edit

describe("an edit of a file of the rules", { timeout: 60_000 }, () => {
  it("waits, and takes effect when exactly that is accepted", async () => {
    expect((await shell.run(["accept"])).stdout).toBe("Nothing waits to be accepted.\n")
    shell.write(DEPLOYS, saying("Mars is closed"))
    const first = await edited(saying("Mars is closed"))
    const status = await shell.run(["status"])
    expect(status.stdout).toContain(
      "an edit on disk waits to be accepted: 1 contract changed (@team/no-deploys-to-mars)",
    )
    expect(status.stdout).toContain("charter accept")
    const shown = await shell.run(["accept"])
    expect(shown.stdout).toContain(`${first}  an edit on disk: 1 contract changed (@team/no-deploys-to-mars)`)
    expect(shown.stdout).toContain("Mars is closed")
    expect(shown.stdout).toContain(`charter accept ${first}`)
    expect((await deployToMars()).stdout).toContain("Denied: Mars is too far")

    shell.write(DEPLOYS, saying("Mars is sold out"))
    const refused = await shell.run(["accept", first])
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    const second = await edited(saying("Mars is sold out"))
    expect(second).not.toBe(first)
    expect(refused.stderr).toContain("files have changed since")
    expect(refused.stderr).toContain(second)
    expect((await deployToMars()).stdout).toContain("Denied: Mars is too far")

    const accepted = await shell.run(["accept", second])
    expect(accepted).toMatchObject({ code: 0, stderr: "" })
    expect(accepted.stdout).toMatch(/^The edit is in force, as revision [0-9a-f]{12}\. See: charter status\n$/)
    expect((await deployToMars()).stdout).toContain("Denied: Mars is sold out")
    expect((await shell.run(["status"])).stdout).not.toContain("an edit on disk waits")
    expect((await shell.run(["accept"])).stdout).toBe("Nothing waits to be accepted.\n")
    const again = await shell.run(["accept", second])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("edit on disk waits to be accepted") })
    const history = await shell.run(["contracts", "history", "no-deploys-to-mars"])
    expect(history.stdout).toContain("an edit on disk")
  })

  it("is accepted by a member, by his own token", async () => {
    const CHARTER_TOKEN = (await shell.run(["token", "create", "dana", "--kind", "human"])).stdout.trim()
    shell.write(DEPLOYS, saying("Mars is on strike"))
    const edit = await edited(saying("Mars is on strike"))
    const shown = await shell.run(["accept"], { env: { CHARTER_TOKEN } })
    expect(shown.stdout).toContain(`${edit}  an edit on disk`)
    const accepted = await shell.run(["accept", edit], { env: { CHARTER_TOKEN } })
    expect(accepted).toMatchObject({ code: 0, stderr: "" })
    expect(accepted.stdout).toContain("Changed: 1 contract changed (@team/no-deploys-to-mars).")
    expect((await deployToMars()).stdout).toContain("Denied: Mars is on strike")
    shell.write(DEPLOYS, saying("Mars is sold out"))
    await shell.run(["accept", await edited(saying("Mars is sold out"))])
  })

  it("is gone when it is taken back on disk", async () => {
    shell.write(DEPLOYS, saying("Mars is far"))
    await edited(saying("Mars is far"))
    shell.write(DEPLOYS, saying("Mars is sold out"))
    await waits(({ edits }) => edits.length === 0)
    expect((await deployToMars()).stdout).toContain("Denied: Mars is sold out")
  })

  it("waits on after a start that says nothing, and none waits after one that applies them", async () => {
    expect((await shell.run(["down"])).code).toBe(0)
    shell.write(DEPLOYS, saying("Mars is far"))
    expect((await shell.run(["up", "--port", "0"])).code).toBe(0)
    await edited(saying("Mars is far"))
    expect((await deployToMars()).stdout).toContain("Denied: Mars is sold out")
    expect((await shell.run(["down"])).code).toBe(0)
    expect((await shell.run(["up", "--port", "0", "--disk-edits", "apply"])).code).toBe(0)
    expect((await deployToMars()).stdout).toContain("Denied: Mars is far")
  })

  it("knows no other way", async () => {
    const wrong = await shell.run(["up", "--disk-edits", "maybe"])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('--disk-edits is one of apply, confirm, not "maybe"')
  })
})
