/** Random work on a log against a model of it: a list of records for each organization. */
import { Effect, type Layer, ManagedRuntime, Result, Stream } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { LogRecord } from "../../src/domain/record.ts"
import { EventLog, type ReadFilter } from "../../src/log/EventLog.ts"
import { recordMatches } from "../../src/log/filter.ts"
import { record } from "./records.ts"

const ORGANIZATIONS = ["@a", "@b", "@c"]
const TYPES = ["deploy.requested", "deploy.done", "build.done", "github.pull_request.opened"]

interface Append {
  readonly org: number
  readonly types: ReadonlyArray<string>
  readonly fault: "none" | "stale epoch" | "wrong position" | "repeated id"
}

const append = fc.record({
  org: fc.nat(ORGANIZATIONS.length - 1),
  types: fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 5 }),
  fault: fc.constantFrom("none", "none", "none", "none", "stale epoch", "wrong position", "repeated id"),
}) as fc.Arbitrary<Append>

const filter: fc.Arbitrary<ReadFilter> = fc.record(
  {
    org: fc.constantFrom(...ORGANIZATIONS),
    types: fc.uniqueArray(fc.constantFrom("deploy.*", "*.done", "github.**", "**", ...TYPES), { maxLength: 3 }),
    // The records of a run are a second apart.
    since: fc.nat(40).map((seconds) => record("@a", seconds).event.time),
    correlationid: fc.nat(5).map((correlation) => `c-${correlation}`),
  },
  { requiredKeys: [] },
)

type Step =
  | { readonly kind: "open"; readonly org: number }
  /** All at once: they meet in one group of the writer. */
  | { readonly kind: "appends"; readonly appends: ReadonlyArray<Append> }
  | { readonly kind: "pages"; readonly filter: ReadFilter; readonly limit: number }
  | { readonly kind: "read"; readonly org: number; readonly from: number; readonly limit: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("open" as const), org: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("appends" as const),
      // One of each organization at most: a second one would not know its position.
      appends: fc.uniqueArray(append, { selector: ({ org }) => org, minLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pages" as const), filter, limit: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("read" as const), org: fc.nat(2), from: fc.nat(20), limit: fc.nat(9) }),
  },
)

interface Modelled {
  readonly org: string
  readonly records: Array<LogRecord>
  epoch: number
}

export const modelTest = (name: string, makeLayer: () => Layer.Layer<EventLog, unknown>, runs: number): void => {
  describe(`${name}: against a model`, () => {
    it("agrees on every answer, whatever is asked in whatever order", async () => {
      const runtime = ManagedRuntime.make(makeLayer())
      let count = 0
      try {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) =>
            runtime.runPromise(play(steps, `${++count}`)),
          ),
          { numRuns: runs },
        )
        const report = await runtime.runPromise(Effect.flatMap(EventLog, (log) => log.verify))
        expect(report.broken).toEqual([])
      } finally {
        await runtime.dispose()
      }
    }, 120_000)
  })
}

/** One run, in organizations and correlations of its own; the log is shared by all runs. */
const play = Effect.fnUntraced(function* (steps: ReadonlyArray<Step>, suffix: string) {
  const log = yield* EventLog
  const start = yield* log.end
  const organizations: ReadonlyArray<Modelled> = ORGANIZATIONS.map((org) => ({
    org: `${org}-${suffix}`,
    records: [],
    epoch: 0,
  }))
  /** In log order, as the cursors tell it. */
  let all: Array<{ readonly record: LogRecord; readonly cursor: string }> = []

  const appendOne = Effect.fnUntraced(function* ({ org, types, fault }: Append) {
    const into = organizations[org]!
    const position = into.records.length
    const commit = types.map((type, index) => {
      const seq = position + index + 1
      const repeated = fault === "repeated id" && index === types.length - 1 && position > 0
      return record(into.org, seq, {
        type,
        id: repeated ? "e-1" : `e-${seq}`,
        correlationid: `c-${seq % 5}-${suffix}`,
      })
    })
    const expected = fault === "wrong position" ? position + 1 : position
    const epoch = fault === "stale epoch" ? into.epoch - 1 : into.epoch
    const shifted = commit.map(({ event }, index) => ({ event: { ...event, seq: expected + index + 1 } }))
    const result = yield* Effect.result(log.append(into.org, expected, epoch, shifted))
    const refused =
      into.epoch === 0 ||
      fault === "stale epoch" ||
      fault === "wrong position" ||
      (fault === "repeated id" && position > 0)
    if (refused) {
      expect(Result.isFailure(result) && result.failure).toMatchObject({
        _tag: "AppendConflict",
        actual: position,
        fenced: into.epoch === 0 || fault === "stale epoch",
      })
      return []
    }
    expect(Result.isSuccess(result) && result.success.position).toBe(position + commit.length)
    into.records.push(...commit)
    const last = Number(Result.isSuccess(result) ? result.success.cursor : 0)
    return commit.map((written, index) => ({ record: written, cursor: String(last - commit.length + index + 1) }))
  })

  for (const one of steps) {
    switch (one.kind) {
      case "open": {
        const into = organizations[one.org]!
        const opened = yield* log.open(into.org)
        expect(opened.position).toBe(into.records.length)
        expect(opened.epoch).toBeGreaterThan(into.epoch)
        into.epoch = opened.epoch
        break
      }
      case "appends": {
        const written = yield* Effect.forEach(one.appends, appendOne, { concurrency: "unbounded" })
        all = [...all, ...written.flat()].toSorted((a, b) => Number(a.cursor) - Number(b.cursor))
        expect(new Set(all.map(({ cursor }) => cursor)).size).toBe(all.length)
        for (const { record: made } of written.flat())
          expect(log.find(made.event.org, "/test", made.event.id)).toEqual(made)
        break
      }
      case "pages": {
        const wanted: ReadFilter = {
          ...one.filter,
          ...(one.filter.org === undefined ? {} : { org: `${one.filter.org}-${suffix}` }),
          ...(one.filter.correlationid === undefined ? {} : { correlationid: `${one.filter.correlationid}-${suffix}` }),
        }
        const expected = all.filter((item) => recordMatches(wanted)(item.record))
        const forwards = yield* walk(wanted, one.limit, start, "page")
        expect(forwards).toEqual(expected)
        const backwards = yield* walk(wanted, one.limit, "", "latest", Number(start))
        expect(backwards).toEqual(expected.toReversed())
        const followed = yield* log.follow(wanted, start).pipe(Stream.take(expected.length), Stream.runCollect)
        expect(followed).toEqual(expected)
        break
      }
      case "read": {
        const { org, records } = organizations[one.org]!
        expect(yield* log.read(org, one.from, one.limit)).toEqual(records.slice(one.from, one.from + one.limit))
        expect(yield* log.get(org, one.from)).toEqual(records[one.from - 1])
        break
      }
    }
  }
})

/** All items from one end to the other; backwards down to what stood at `until`. */
const walk = Effect.fnUntraced(function* (
  wanted: ReadFilter,
  limit: number,
  from: string,
  way: "page" | "latest",
  until = 0,
) {
  const log = yield* EventLog
  const items: Array<{ readonly record: LogRecord; readonly cursor: string }> = []
  let cursor = from
  for (;;) {
    const page = yield* log[way](wanted, cursor, limit)
    items.push(...page.items.filter((item) => Number(item.cursor) > until))
    if (page.end || page.items.some((item) => Number(item.cursor) <= until)) return items
    cursor = page.next
  }
})
