/** The disk takes what is written and does not keep it: that is no disk to be ready on. */
import { afterEach, expect, it } from "vitest"
import { FailingSync } from "../support/faults/failingSync.ts"
import { Household } from "../support/Household.ts"

const TEAM = `organization: "@team"\nmembers:\n  - { human: dana }\n`

const sync = new FailingSync()
let house: Household | undefined
afterEach(async () => {
  await house?.close()
  sync.close()
})

it("a disk that fails at fsync alone: not ready until it keeps something, whoever asks for what meanwhile", async ({
  skip,
}) => {
  if (process.platform !== "linux" || !sync.make()) skip()
  house = await Household.open({ "organizations/team.yaml": TEAM })
  const ready = async () => (await house!.daemon.call("GET", "/ready", { token: undefined })).status
  const state = async () => (await house!.daemon.call("GET", "/v1/organizations/@team/state")).status
  const publish = async () => (await house!.publish("note.requested", {}, { id: "kept" })).status
  await house.token("@dana")
  expect([await ready(), await state()]).toEqual([200, 200])
  sync.fail()
  for (let tries = 0; tries < 3; tries++) {
    expect([await publish(), await ready()]).toEqual([503, 503])
    // Whatever makes the organization's state again from the log does not pass for a write.
    expect([await state(), await ready()]).toEqual([503, 503])
  }
  sync.mend()
  await house.until(async () => (await ready()) === 200)
  expect(await publish()).toBe(200)
  expect(await house.events("note.requested")).toHaveLength(1)
  expect((await house.inspect({ settled: true })).violations).toEqual([])
}, 60_000)
