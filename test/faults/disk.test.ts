/**
 * The disk under a daemon fails it: it is full, is read-only, or is held by another process. Who asks meanwhile is told
 * to ask again; and what had become due is done once it can be written, without anybody's word. `/ready` says which it is.
 */
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MAX_BATCH_EVENTS } from "../../src/http/limits.ts"
import type { HoldView, Listed, TaskView } from "../../src/log/Projections.ts"
import type { Status } from "../../src/service/views/daemon.ts"
import { MAX_WAITING_COMMANDS } from "../../src/supervision/mailbox.ts"
import { type Child, startChild } from "../log/processes.ts"
import { limitFileSize } from "../support/faults/fileSize.ts"
import { Immutable } from "../support/faults/immutable.ts"
import { Mounts } from "../support/faults/mounts.ts"
import { type Answer, Household } from "../support/Household.ts"

const HELD_MS = 2_000
const LARGE = "x".repeat(60_000)

const RULES = `organization: "@team"
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { agent: coder, executor: { kind: command, run: [sh, work.sh] } }
---
contract: erin-agrees
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 1, from: org.humans, within: ${HELD_MS}ms }
---
contract: work
scope: "@team"
on: work.requested
then: route(coder)
`
const NOTHING_IS_DROPPED = `contract: nothing-is-dropped
scope: "@team"
on: drop.requested
then: deny("nothing is dropped")
`
/** Says that it has begun, waits for a word, and counts how often it was run. */
const WORK = `echo run >> runs; while [ ! -e go ]; do sleep 0.02; done; echo '{"result":"done"}'; touch over`

let house: Household
let root: string
let holder: Child | undefined
const mounts = new Mounts()
const immutable = new Immutable()
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "charter-disk-"))
})
afterEach(async () => {
  holder?.process.kill("SIGKILL")
  await house.close()
  mounts.close()
  immutable.close()
  rmSync(root, { recursive: true, force: true })
})

const open = async (data: string): Promise<void> => {
  house = await Household.open({ "organizations/team.yaml": RULES, "work.sh": WORK }, { data })
  expect(await readiness()).toMatchObject({ status: 200, json: { status: "ready" } })
}

/** As a load balancer asks: without a token. */
const readiness = () => house.daemon.call("GET", "/ready", { token: undefined })

const isReady = async (): Promise<boolean> => (await readiness()).status === 200

/** Something of each kind waits: a hold for its deadline, a run for its end, an edit for its adoption. */
const begin = async (): Promise<{ readonly hold: string; readonly task: string; readonly deadline: number }> => {
  const [task] = (await house.publish("work.requested")).tasks!
  await house.until(async () => existsSync(house.path("runs")))
  await house.until(async () => (await house.get<TaskView>(`/v1/tasks/${task}`)).state === "running")
  const { hold } = await house.publish("deploy.requested")
  return { hold: hold!, task: task!, deadline: Date.now() + HELD_MS }
}

/** All three become due while nothing can be written. */
const becomeDue = async (
  { hold, task, deadline }: Awaited<ReturnType<typeof begin>>,
  reason: string,
): Promise<void> => {
  house.write("go", "")
  house.write("contracts/drops.yaml", NOTHING_IS_DROPPED)
  await house.until(async () => Date.now() > deadline)
  await house.until(async () => (await warnings()).includes("nothing is decided in @team"))
  expect(await warnings()).toMatch(new RegExp(`${reason}.*; it goes on by itself once that is mended`))
  expect((await house.get<Status>("/v1/status")).unwritable).toContain(reason)
  expect(await figure("charter_log_writable")).toBe(0)
  const { status, headers, json } = await readiness()
  expect({ status, type: headers.get("content-type"), retryAfter: headers.get("retry-after"), json }).toMatchObject({
    status: 503,
    type: "application/problem+json",
    retryAfter: "1",
    json: { type: "urn:charter:problem:log-unavailable", status: 503, instance: "/ready" },
  })
  expect((await house.get<HoldView>(`/v1/holds/${hold}`)).state).toBe("held")
  expect((await house.get<TaskView>(`/v1/tasks/${task}`)).state).toBe("running")
}

const warnings = async (): Promise<string> => (await house.get<Status>("/v1/status")).warnings.join("\n")

/** All three are done, and it is ready again; nobody asks for anything meanwhile but to see it. */
const goesOn = async ({ hold, task }: Awaited<ReturnType<typeof begin>>): Promise<void> => {
  await house.until(isReady)
  await house.until(async () => (await house.get<HoldView>(`/v1/holds/${hold}`)).state === "expired")
  await house.until(async () => (await house.get<TaskView>(`/v1/tasks/${task}`)).state === "completed")
  expect(await house.get<TaskView>(`/v1/tasks/${task}`)).toMatchObject({ attempt: 1, result: "done" })
  expect(house.read("runs")).toBe("run\n")
  await house.until(async () => {
    const { items } = await house.get<Listed<{ readonly name: string }>>("/v1/contracts?org=@team")
    return items.some(({ name }) => name === "@team/nothing-is-dropped")
  })
  expect(await house.publish("drop.requested")).toMatchObject({ status: 200, verdict: "deny" })
  expect(await warnings()).toBe("")
  expect(await house.get<Status>("/v1/status")).not.toHaveProperty("unwritable")
  expect(await figure("charter_log_writable")).toBe(1)
  expect((await house.inspect({ settled: true })).violations).toEqual([])
}

const refused = (reason: string) => ({
  status: 503,
  type: "urn:charter:problem:log-unavailable",
  detail: expect.stringMatching(new RegExp(`${reason}.*nothing has happened, so try again`)),
})

/** Publishes until it is refused; what was allowed before is acknowledged for good. */
const untilRefused = async (name: string, data: string): Promise<Answer> => {
  for (let number = 0; ; number++) {
    const answer = await house.publish("note.requested", data, { id: `${name}-${number}` })
    if (answer.status !== 200) return answer
  }
}

describe("a data folder that is read-only", { timeout: 60_000 }, () => {
  it("is refused with a sentence, and taken again as it was when it can be written", async () => {
    const data = join(root, "data")
    const mounted = mounts.make(data, "size=8m")
    await open(data)
    const [task] = (await house.publish("work.requested")).tasks!
    house.write("go", "")
    await house.until(async () => (await house.get<TaskView>(`/v1/tasks/${task}`)).state === "completed")
    await house.daemon.kill()
    // Modes do not bind root, who is the one that can mount.
    if (mounted) mounts.change(data, "ro")
    else chmodSync(data, 0o500)
    await expect(house.start()).rejects.toThrow(`the data folder ${data} cannot be used`)
    if (mounted) mounts.change(data, "rw")
    else chmodSync(data, 0o700)
    await house.start()
    expect(await house.get<TaskView>(`/v1/tasks/${task}`)).toMatchObject({ state: "completed", result: "done" })
    expect(await house.publish("note.requested")).toMatchObject({ status: 200, verdict: "allow" })
    expect((await house.inspect({ settled: true })).violations).toEqual([])
  })

  it("while it is in use refuses with a word to try again, and goes on when it can be written", async () => {
    await open(join(root, "data"))
    const begun = await begin()
    const isImmutable = immutable.make(house.data)
    // No file can be written at all: the second best for who may not forbid it on the disk.
    if (!isImmutable) limitFileSize(house.daemon.pid, 0)
    const reason = isImmutable ? "the file or its folder is read-only" : "the disk"
    for (const id of ["first", "second"])
      expect(await house.publish("note.requested", {}, { id })).toMatchObject(refused("the log cannot"))
    await becomeDue(begun, reason)
    if (isImmutable) immutable.close()
    else limitFileSize(house.daemon.pid, "unlimited")
    await goesOn(begun)
  })
})

describe("a disk that is full", { timeout: 60_000 }, () => {
  const isDueAndGoesOn = async (reason: string, fill: () => void, free: () => void): Promise<void> => {
    const begun = await begin()
    fill()
    // Large first, then whatever still finds a place.
    for (const data of [LARGE, ""])
      expect(await untilRefused(`full-${data.length}`, data)).toMatchObject(refused(reason))
    const again = await house.daemon.call("POST", "/v1/events", { json: { type: "note.requested", org: "@team" } })
    expect([again.status, again.headers.get("retry-after")]).toEqual([503, "1"])
    expect((await house.daemon.call("GET", "/health")).status).toBe(200)
    // What is in the log can be read all the same.
    expect(await house.events("deploy.requested")).toHaveLength(1)
    await becomeDue(begun, reason)
    free()
    await goesOn(begun)
  }

  it("refuses with a word to try again, and goes on when there is room", async () => {
    const data = join(root, "data")
    const small = mounts.make(data, "size=8m")
    await open(data)
    if (small) {
      const ballast = join(data, "ballast")
      await isDueAndGoesOn(
        "the disk is full",
        () => fill(ballast),
        () => rmSync(ballast),
      )
    } else {
      // No file may grow beyond this: the second best for who may not mount.
      await isDueAndGoesOn(
        "the disk",
        () => limitFileSize(house.daemon.pid, 100_000),
        () => limitFileSize(house.daemon.pid, "unlimited"),
      )
    }
  })

  it("keeps the next daemon from starting, which says so, until there is room", async ({ skip }) => {
    const data = join(root, "data")
    const small = mounts.make(data, "size=8m")
    await open(data)
    if (!small) skip()
    await house.publish("note.requested", {}, { id: "before" })
    await house.daemon.kill()
    const ballast = join(data, "ballast")
    fill(ballast)
    await expect(house.start()).rejects.toThrow(/cannot .*: .*(no space left|the disk is full)/)
    rmSync(ballast)
    await house.start()
    expect(await house.publish("note.requested", {}, { id: "before" })).toMatchObject({ status: 200, duplicate: true })
    expect((await house.inspect({ settled: true })).violations).toEqual([])
  })
})

describe("a database that another process has locked", { timeout: 60_000 }, () => {
  const lock = async (): Promise<void> => {
    holder = startChild("fileHolder.ts", [join(house.data, "charter.db")])
    expect(await holder.line()).toBe("held")
  }
  const release = async (): Promise<void> => {
    holder!.process.kill("SIGKILL")
    await holder!.ended
  }

  it("refuses after a while with a word to try again, and goes on when it is let go", async () => {
    await open(join(root, "data"))
    const begun = await begin()
    await lock()
    expect(await house.publish("note.requested", {}, { id: "locked" })).toMatchObject(
      refused("another process holds the file"),
    )
    await becomeDue(begun, "another process holds the file")
    await release()
    await goesOn(begun)
  })

  it("undoes no run whose end finds a full mailbox", async () => {
    await open(join(root, "data"))
    const begun = await begin()
    await lock()
    const batch = Array.from({ length: MAX_BATCH_EVENTS }, () => ({ type: "note.requested", org: "@team" }))
    const batches = Math.ceil(MAX_WAITING_COMMANDS / MAX_BATCH_EVENTS) + 1
    const crowd = Promise.all(
      Array.from({ length: batches }, () => house.daemon.call("POST", "/v1/events", { json: batch })),
    )
    await house.until(async () => (await figure(WAITING)) >= MAX_WAITING_COMMANDS)
    house.write("go", "")
    await house.until(async () => existsSync(house.path("over")))
    await release()
    const answers = (await crowd).flatMap(({ json }) => json as ReadonlyArray<Answer>)
    expect(answers.filter(({ type }) => type === "urn:charter:problem:mailbox-full").length).toBeGreaterThan(0)
    house.write("contracts/drops.yaml", NOTHING_IS_DROPPED)
    await goesOn(begun)
  })
})

const WAITING = 'charter_mailbox_waiting_commands{organization="@team"}'

const figure = async (series: string): Promise<number> => {
  const { text } = await house.daemon.call("GET", "/metrics")
  const line = text.split("\n").find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length))
}

/** Takes all the room that there is. */
const fill = (file: string): void => {
  const ballast = openSync(file, "w")
  try {
    for (;;) writeSync(ballast, Buffer.alloc(4_096))
  } catch {
    closeSync(ballast)
  }
}
