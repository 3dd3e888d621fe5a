import { Cause, Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { ChangeStuck } from "../domain/change.ts"
import { LogUnavailable } from "../log/EventLog.ts"
import { countTries, pauseAfter } from "./failedTries.ts"

const REASON = Cause.fail(new Error("the disk is full"))

/** What is reported is what the log has; `writable` says whether it can be written. */
const makeLog = () => {
  const told: Array<ChangeStuck> = []
  const log = { writable: true, told }
  const request = { event: { id: "c", correlationid: "c", time: "2026-01-01T00:00:00.000Z" } }
  const mailboxes = {
    state: () => Effect.succeed({ changes: new Map([["c", { seq: 1 }]]) }),
    submit: (_: string, { data }: { readonly data: ChangeStuck }) =>
      log.writable
        ? Effect.sync(() => (told.push(data), {}))
        : Effect.fail(new LogUnavailable({ operation: "append", reason: "the disk is full" })),
  }
  const records = {
    get: () => Effect.succeed(request),
    latest: () =>
      Effect.sync(() => ({
        items: told.toReversed().map((data) => ({ record: { event: { ...request.event, data } } })),
      })),
  }
  return { ...log, log, tries: () => countTries(mailboxes as never, records as never) }
}

const fail = (tries: ReturnType<typeof countTries>, times: number) =>
  Effect.runPromise(Effect.forEach(Array.from({ length: times }), () => tries.failed("@team", "c", REASON)))

describe("a change that fails again and again", () => {
  it("is told at the third try, and whenever there are twice as many", async () => {
    const { told, tries } = makeLog()
    await fail(tries(), 50)
    expect(told.map((one) => one.tries)).toEqual([3, 6, 12, 24, 48])
    expect(told[0]).toMatchObject({ change: "c", error: "the disk is full", since: told[4]!.since })
  })

  it("is told as soon as the log takes it", async () => {
    const { log, told, tries } = makeLog()
    const counted = tries()
    log.writable = false
    await fail(counted, 5)
    log.writable = true
    await fail(counted, 2)
    expect(told.map((one) => one.tries)).toEqual([6])
  })

  it("waits twice as long after each try, but for no longer than a minute", async () => {
    const { tries } = makeLog()
    expect((await fail(tries(), 9)).map(pauseAfter)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
  })

  it("is counted on by the next daemon from what was told last", async () => {
    const { told, tries } = makeLog()
    await fail(tries(), 7)
    const next = tries()
    await Effect.runPromise(next.goOn("@team", "c", 1))
    expect(next.stuck).toMatchObject([{ tries: 6, since: Date.parse(told[0]!.since!) }])
    const [again] = await fail(next, 1)
    expect([again!.tries, pauseAfter(again!)]).toEqual([7, 60_000])
    expect(told).toHaveLength(2)
    next.succeeded("@team", "c")
    expect(next.stuck).toEqual([])
    expect((await fail(next, 1))[0]!.tries).toBe(1)
  })
})
