/**
 * What happens to files, under a daemon that decides all the while: no event is ever decided without the rule, nor by a
 * version that was in force before the last one. What is wrong is said, and once it is mended, the new version rules.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import type { Status } from "../../src/service/views/daemon.ts"
import { DEBOUNCE_MS } from "../../src/workspace/Workspace.ts"
import { type Answer, Household } from "../support/Household.ts"

const FILE = "contracts/drops.yaml"
const MANY = 1_000
/** A thousand files are written one after the other, and some of them may be seen before the others. */
const MAX_REVISIONS = 3
const MOMENT_MS = DEBOUNCE_MS * 3
const DECISIONS_A_MOMENT = 10

const rule = (version: number): string =>
  `contract: nothing-is-dropped\nscope: "@team"\non: drop.requested\nthen: deny("version ${version}")\n`
const other = (number: number, reason: string): string =>
  `contract: other-${number}\nscope: "@team"\non: other-${number}.requested\nthen: deny("${reason}")\n`

const FILES = {
  "organizations/team.yaml": `organization: "@team"\nmembers:\n  - { human: dana }\n`,
  [FILE]: rule(1),
  "contracts/others.yaml": [1, 2, 3].map((number) => other(number, "no")).join("---\n"),
}

let house: Household
afterEach(() => house.close())

/** Publishes until it is told to stop; the versions by which it was denied, 0 where it was not. */
const decide = (): { readonly versions: ReadonlyArray<number>; readonly stop: () => Promise<void> } => {
  const versions: Array<number> = []
  const ending = new AbortController()
  const load = (async () => {
    while (!ending.signal.aborted) versions.push(versionOf(await house.publish("drop.requested")))
  })()
  return {
    versions,
    stop: async () => {
      ending.abort()
      await load
    },
  }
}
const versionOf = ({ status, verdict, reason }: Answer): number => {
  expect(status).toBe(200)
  return verdict === "deny" ? Number(/^version (\d+)$/.exec(reason!)![1]) : 0
}

const isInForce = (version: number): Promise<void> =>
  house.until(async () => versionOf(await house.publish("drop.requested")) === version)

const complaints = async (): Promise<ReadonlyArray<string>> =>
  (await house.get<Status>("/v1/status")).diagnostics.map(({ file }) => file)

/**
 * Decides while `body` is done; nothing may be decided by anything but `allowed`, in this order. A moment is one in which
 * the daemon looks at the files, and decides.
 */
const deciding = async (
  allowed: ReadonlyArray<number>,
  body: (moment: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  house = await Household.open(FILES)
  const { versions, stop } = decide()
  const moment = (): Promise<void> => {
    const until = versions.length + DECISIONS_A_MOMENT
    const deadline = performance.now() + MOMENT_MS
    return house.until(() => Promise.resolve(versions.length >= until && performance.now() > deadline))
  }
  try {
    await body(moment)
  } finally {
    await stop()
  }
  expect(versions.filter((version, index) => version !== versions[index - 1])).toEqual(allowed)
  expect((await house.inspect({ settled: true })).violations).toEqual([])
}

describe("a file whose place is taken by", { timeout: 60_000 }, () => {
  it.each<readonly [string, () => void]>([
    ["half of it", () => house.write(FILE, rule(2).slice(0, 40))],
    ["a folder", () => mkdirSync(house.path(FILE))],
    ["a link to itself", () => symlinkSync("drops.yaml", house.path(FILE))],
    [
      "a link to a link to it",
      () => {
        symlinkSync("there.yaml", house.path(FILE))
        symlinkSync("drops.yaml", house.path("contracts/there.yaml"))
      },
    ],
    ["a pipe that nobody writes to", () => void execFileSync("mkfifo", [house.path(FILE)])],
  ])("%s: the last good version rules, it is said, and what is mended rules next", (_, put) =>
    deciding([1, 2], async (moment) => {
      rmSync(house.path(FILE))
      await moment()
      put()
      await house.until(async () => (await complaints()).includes(FILE))
      await isInForce(1)
      expect(JSON.stringify(await house.events("contracts.rejected", "@global"))).toContain(FILE)
      rmSync(house.path(FILE), { recursive: true })
      rmSync(house.path("contracts/there.yaml"), { force: true })
      house.write(FILE, rule(2))
      await isInForce(2)
      await house.until(async () => (await complaints()).length === 0)
    }),
  )
})

describe("a file that is", { timeout: 60_000 }, () => {
  it("deleted rules no more after a moment, and again when it is back", () =>
    deciding([1, 0, 2], async () => {
      rmSync(house.path(FILE))
      await isInForce(0)
      house.write(FILE, rule(2))
      await isInForce(2)
    }))

  it("renamed rules all the while", () =>
    deciding([1, 2], async () => {
      renameSync(house.path(FILE), house.path("contracts/renamed.yaml"))
      await house.until(async () =>
        JSON.stringify(await house.get("/v1/contracts?org=@team")).includes("contracts/renamed.yaml"),
      )
      house.write("contracts/renamed.yaml", rule(2))
      await isInForce(2)
    }))

  it("saved in three steps by an editor rules all the while", () =>
    deciding([1, 2], async (moment) => {
      house.write(`${FILE}.tmp`, rule(2))
      await moment()
      renameSync(house.path(FILE), house.path(`${FILE}.bak`))
      await moment()
      renameSync(house.path(`${FILE}.tmp`), house.path(FILE))
      await moment()
      rmSync(house.path(`${FILE}.bak`))
      await isInForce(2)
    }))
})

it(`${MANY} files that change at once are all in force, in few revisions`, { timeout: 60_000 }, () =>
  deciding([1, 2], async () => {
    mkdirSync(house.path("contracts/many"))
    const numbers = Array.from({ length: MANY }, (_, index) => index + 10)
    const save = (reason: string): void => {
      for (const number of numbers) house.write(`contracts/many/${number}.yaml`, other(number, reason))
    }
    const areInForce = (reason: string): Promise<void> =>
      house.until(async () => {
        const json = numbers.map((number) => ({ type: `other-${number}.requested`, org: "@team" }))
        const reply = await house.daemon.call("POST", "/v1/events", { json })
        return (reply.json as ReadonlyArray<Answer>).every((answer) => answer.reason === reason)
      })
    save("one")
    await areInForce("one")
    const before = (await house.events("contracts.revised")).length
    save("two")
    house.write(FILE, rule(2))
    await areInForce("two")
    await isInForce(2)
    expect((await house.events("contracts.revised")).length - before).toBeLessThanOrEqual(MAX_REVISIONS)
  }),
)
