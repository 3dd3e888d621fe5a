/**
 * What every adapter of the log must do, without projections. An adapter's own test calls {@link conformance} with a way
 * to make a fresh log.
 */
import { hash } from "node:crypto"
import { Effect, Fiber, type Layer, Result, type Scope, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { type LogRecord, MAX_COMMIT_BYTES } from "../../src/domain/record.ts"
import { EventLog, type ReadFilter } from "../../src/log/EventLog.ts"
import { allowed, record, run, START } from "./records.ts"

type Run = <A, E>(test: Effect.Effect<A, E, EventLog | Scope.Scope>) => Promise<A>

export const conformance = (name: string, makeLayer: () => Layer.Layer<EventLog, unknown>): void => {
  const fresh: Run = (test) => Effect.runPromise(Effect.scoped(test).pipe(Effect.provide(makeLayer())))

  describe(`${name}: writing`, () => {
    it("starts empty, counts from 1, and goes on where it was", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const first = yield* log.open("@a")
          expect(first.position).toBe(0)
          const appended = yield* log.append("@a", 0, first.epoch, run("@a", 1, 3))
          expect(appended.position).toBe(3)
          const again = yield* log.open("@a")
          expect(again.position).toBe(3)
          expect(again.epoch).toBeGreaterThan(first.epoch)
          expect(yield* log.organizations).toEqual(["@a"])
        }),
      ))

    it("refuses another position than the last, and nothing has happened", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          yield* log.append("@a", 0, epoch, run("@a", 1, 2))
          for (const expected of [0, 1, 3]) {
            const result = yield* Effect.result(log.append("@a", expected, epoch, run("@a", expected + 1, 1)))
            expect(Result.isFailure(result) && result.failure).toMatchObject({
              _tag: "AppendConflict",
              expected,
              actual: 2,
              fenced: false,
            })
          }
          expect(yield* log.read("@a", 0, 10)).toEqual(run("@a", 1, 2))
        }),
      ))

    it("fences the older writer of an organization, and of that one alone", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const old = yield* log.open("@a")
          const other = yield* log.open("@b")
          const young = yield* log.open("@a")
          const result = yield* Effect.result(log.append("@a", 0, old.epoch, run("@a", 1, 1)))
          expect(Result.isFailure(result) && result.failure).toMatchObject({ _tag: "AppendConflict", fenced: true })
          yield* log.append("@a", 0, young.epoch, run("@a", 1, 1))
          yield* log.append("@b", 0, other.epoch, run("@b", 1, 1))
        }),
      ))

    it("never opened is fenced too", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const result = yield* Effect.result(log.append("@a", 0, 1, run("@a", 1, 1)))
          expect(Result.isFailure(result) && result.failure).toMatchObject({ _tag: "AppendConflict", fenced: true })
        }),
      ))

    it("refuses the same organization, source and id twice; the rest of the commit falls with it", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          const b = yield* log.open("@b")
          yield* log.append("@a", 0, epoch, run("@a", 1, 1))
          const twice = [record("@a", 2), record("@a", 3, { id: "e-1" })]
          expect(Result.isFailure(yield* Effect.result(log.append("@a", 1, epoch, twice)))).toBe(true)
          const within = [record("@a", 2, { id: "x" }), record("@a", 3, { id: "x" })]
          expect(Result.isFailure(yield* Effect.result(log.append("@a", 1, epoch, within)))).toBe(true)
          expect(yield* log.read("@a", 0, 10)).toEqual(run("@a", 1, 1))
          yield* log.append("@a", 1, epoch, [record("@a", 2, { id: "e-1", source: "/other" })])
          yield* log.append("@b", 0, b.epoch, run("@b", 1, 1))
        }),
      ))

    it("refuses a commit that is not one: empty, of another organization, with a gap", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          for (const commit of [[], run("@b", 1, 1), [record("@a", 1), record("@a", 3)], run("@a", 2, 1)]) {
            const result = yield* Effect.result(log.append("@a", 0, epoch, commit))
            expect(Result.isFailure(result) && result.failure._tag).toBe("LogUnavailable")
          }
          expect(yield* log.organizations).toEqual([])
        }),
      ))

    it("refuses a commit that is larger than the bound, and takes one just below it", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          const of = (bytes: number) => [record("@a", 1, { data: "é".repeat(bytes / 2) })]
          const result = yield* Effect.result(log.append("@a", 0, epoch, of(MAX_COMMIT_BYTES)))
          expect(Result.isFailure(result) && result.failure.message).toMatch(
            /a commit of \d+ bytes is larger than 524288/,
          )
          yield* log.append("@a", 0, epoch, of(MAX_COMMIT_BYTES - 2_000))
        }),
      ))

    it("takes more at once than it can write at once", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const organizations = yield* Effect.forEach(Array.from({ length: 30 }), (_, index) =>
            Effect.map(log.open(`@o-${index}`), ({ epoch }) => ({ org: `@o-${index}`, epoch })),
          )
          yield* Effect.forEach(
            organizations,
            Effect.fnUntraced(function* ({ org, epoch }) {
              for (let seq = 1; seq <= 80; seq += 40)
                yield* log.append(org, seq - 1, epoch, [
                  ...run(org, seq, 39),
                  record(org, seq + 39, { data: "x".repeat(300_000) }),
                ])
            }),
            { concurrency: "unbounded" },
          )
          expect(yield* log.verify).toEqual({ organizations: 30, records: 2_400, broken: [] })
        }),
      ))

    it("an append that is interrupted is written whole or not at all, and the next one knows", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          let { position, epoch } = yield* log.open("@a")
          for (let round = 0; round < 20; round++) {
            const fiber = yield* log
              .append("@a", position, epoch, [record("@a", position + 1), record("@a", position + 2)])
              .pipe(Effect.forkChild({ startImmediately: true }))
            if (round % 2 === 0) yield* Effect.yieldNow
            yield* Fiber.interrupt(fiber)
            const opened = yield* log.open("@a")
            expect([position, position + 2]).toContain(opened.position)
            ;({ position, epoch } = opened)
          }
        }),
      ))

    it("keeps what it was given: unicode, odd ids, 300 kB, decisions, null and absent data", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          const events: ReadonlyArray<Partial<LogRecord["event"]>> = [
            { id: "💥 'quoted' \"double\" \\ % _ *", data: { text: "é日本💥\u2028", nested: [1, null, { a: true }] } },
            { id: "../../etc/passwd", subject: "", data: null },
            { id: "e".repeat(1000), source: "urn:x:" + "é".repeat(500) },
            { id: "__proto__", data: { constructor: 1, toString: "x" }, correlationid: "constructor" },
            { id: "big", data: { text: "é".repeat(150_000) } },
            { id: "numbers", data: [0, -0.5, 1e300, 123456789012], depth: 3, hops: 2, run: "r", senttime: "x" },
            {
              id: "actors",
              actor: { name: "a", kind: "system", roles: [], onbehalf: { name: "b", kind: "human", roles: [] } },
            },
          ]
          const written = events.map((event, index) =>
            record("@a", index + 1, event, index % 2 === 0 ? allowed : undefined),
          )
          yield* log.append("@a", 0, epoch, written)
          expect(yield* log.read("@a", 0, 100)).toEqual(written)
          for (const one of written) {
            expect(log.find("@a", one.event.source, one.event.id)).toEqual(one)
            expect(yield* log.findById(one.event.id)).toEqual([one])
            expect(yield* log.get("@a", one.event.seq)).toEqual(one)
          }
          expect(yield* log.verify).toEqual({ organizations: 1, records: events.length, broken: [] })
        }),
      ))
  })

  describe(`${name}: reading`, () => {
    it("finds by key, by id over organizations, and by number", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          yield* twoOrganizations
          expect(log.find("@a", "/test", "e-2")).toEqual(record("@a", 2))
          expect(log.find("@a", "/other", "e-2")).toBeUndefined()
          expect(log.find("@c", "/test", "e-2")).toBeUndefined()
          const found = yield* log.findById("e-2")
          expect(found.map(({ event }) => event.org).toSorted()).toEqual(["@a", "@b"])
          expect(yield* log.findById("none")).toEqual([])
          expect(yield* log.get("@b", 3)).toEqual(record("@b", 3))
          expect(yield* log.get("@b", 4)).toBeUndefined()
          expect(yield* log.get("@b", 0)).toBeUndefined()
          expect(yield* log.read("@a", 1, 1)).toEqual([record("@a", 2)])
          expect(yield* log.read("@none", 0, 10)).toEqual([])
        }),
      ))

    it("pages forwards and backwards over the same records, whatever the page size", () =>
      fresh(
        Effect.gen(function* () {
          yield* twoOrganizations
          const all = yield* pageAll({}, 100)
          expect(all).toHaveLength(6)
          for (const limit of [1, 2, 5]) {
            expect(yield* pageAll({}, limit)).toEqual(all)
            expect(yield* latestAll({}, limit)).toEqual(all.toReversed())
          }
          expect((yield* pageAll({ org: "@a" }, 2)).map(({ event }) => event.seq)).toEqual([1, 2, 3])
          expect((yield* latestAll({ org: "@b" }, 2)).map(({ event }) => event.seq)).toEqual([3, 2, 1])
        }),
      ))

    it("filters by type patterns, time and correlation", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          const types = ["a.b", "a.b.c", "a_x.b", "b", "a.bc", "a.[b]", "A.b"]
          const written = types.map((type, index) => record("@a", index + 1, { type, correlationid: `c-${index % 2}` }))
          yield* log.append("@a", 0, epoch, written)
          const typesOf = (filter: ReadFilter) =>
            Effect.map(pageAll(filter, 2), (records) => records.map(({ event }) => event.type))
          expect(yield* typesOf({ types: ["a.*"] })).toEqual(["a.b", "a.bc", "a.[b]"])
          expect(yield* typesOf({ types: ["a.**"] })).toEqual(["a.b", "a.b.c", "a.bc", "a.[b]"])
          expect(yield* typesOf({ types: ["a.b", "b"] })).toEqual(["a.b", "b"])
          expect(yield* typesOf({ types: ["*.b"] })).toEqual(["a.b", "a_x.b", "A.b"])
          expect(yield* typesOf({ types: ["**"] })).toEqual(types)
          expect(yield* typesOf({ types: [] })).toEqual([])
          expect(yield* typesOf({ org: "@a", since: new Date(START + 6000).toISOString() })).toEqual(["a.[b]", "A.b"])
          expect(yield* typesOf({ since: new Date(START + 5001).toISOString() })).toEqual(["a.[b]", "A.b"])
          expect(yield* typesOf({ correlationid: "c-1" })).toEqual(["a.b.c", "b", "a.[b]"])
          expect(yield* typesOf({ correlationid: "c-1", types: ["b"], org: "@a" })).toEqual(["b"])
        }),
      ))

    it("knows how far it has come", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          expect(yield* log.reaches("")).toBe(true)
          expect(yield* log.reaches("1")).toBe(false)
          yield* twoOrganizations
          const end = yield* log.end
          expect(yield* log.reaches(end)).toBe(true)
          expect(yield* log.reaches(String(Number(end) + 1))).toBe(false)
          expect(Result.isFailure(yield* Effect.result(log.reaches("x")))).toBe(true)
        }),
      ))

    it("fails on a cursor that it never gave out, and reads nothing beyond the end", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          yield* twoOrganizations
          for (const cursor of ["x", "-1", "1.5", "1 or 1=1"])
            expect(Result.isFailure(yield* Effect.result(log.page({}, cursor, 1)))).toBe(true)
          const end = yield* log.end
          const page = yield* log.page({}, end, 10)
          expect(page).toEqual({ items: [], next: end, end: true })
        }),
      ))
  })

  describe(`${name}: following`, () => {
    it("gives what is there and what comes, once, in order, to every reader", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          yield* log.append("@a", 0, epoch, run("@a", 1, 2))
          const readers = yield* Effect.forEach(Array.from({ length: 5 }), () =>
            log.follow({}, "").pipe(Stream.take(302), Stream.runCollect, Effect.forkChild({ startImmediately: true })),
          )
          for (let seq = 3; seq <= 302; seq++) yield* log.append("@a", seq - 1, epoch, run("@a", seq, 1))
          for (const reader of readers) {
            const items = yield* Fiber.join(reader)
            expect(items.map((item) => item.record.event.seq)).toEqual(Array.from({ length: 302 }, (_, i) => i + 1))
          }
        }),
      ))

    it("goes on from a cursor and wakes only for what it wants", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          yield* twoOrganizations
          const from = yield* log.end
          const reader = yield* log
            .follow({ org: "@a", types: ["wanted"] }, from)
            .pipe(Stream.take(2), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
          const { epoch, position } = yield* log.open("@a")
          yield* log.append("@a", position, epoch, [record("@a", 4), record("@a", 5, { type: "wanted" })])
          const b = yield* log.open("@b")
          yield* log.append("@b", 3, b.epoch, [record("@b", 4, { type: "wanted" })])
          yield* log.append("@a", 5, epoch, [record("@a", 6, { type: "wanted" })])
          expect((yield* Fiber.join(reader)).map((item) => item.record.event.seq)).toEqual([5, 6])
        }),
      ))

    it("waits for a cursor until it is there", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          const { cursor } = yield* log.append("@a", 0, epoch, run("@a", 1, 1))
          yield* log.waitFor(cursor)
          const page = yield* log.page({}, "", 10)
          expect(page.next).toBe(cursor)
        }),
      ))
  })

  describe(`${name}: snapshots and sources`, () => {
    it("keeps the newest snapshot of each organization", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const { epoch } = yield* log.open("@a")
          yield* log.append("@a", 0, epoch, run("@a", 1, 5))
          yield* log.saveSnapshot("@a", { position: 3, version: 1, body: "three 💥" })
          yield* log.saveSnapshot("@a", { position: 5, version: 2, body: "x".repeat(1_000_000) })
          yield* log.saveSnapshot("@a", { position: 4, version: 1, body: "late" })
          expect((yield* log.open("@a")).snapshot).toEqual({ position: 5, version: 2, body: "x".repeat(1_000_000) })
          expect((yield* log.open("@b")).snapshot).toBeUndefined()
        }),
      ))

    it("archives texts by their hash", () =>
      fresh(
        Effect.gen(function* () {
          const log = yield* EventLog
          const text = "contract: é\n"
          const source = { hash: hash("sha256", text), text }
          yield* log.archive([source, source])
          yield* log.archive([source])
          yield* log.archive([])
          expect(yield* log.source(source.hash)).toBe(source.text)
          expect(yield* log.source("none")).toBeUndefined()
        }),
      ))
  })
}

const twoOrganizations = Effect.gen(function* () {
  const log = yield* EventLog
  const a = yield* log.open("@a")
  const b = yield* log.open("@b")
  yield* log.append("@a", 0, a.epoch, run("@a", 1, 2))
  yield* log.append("@b", 0, b.epoch, run("@b", 1, 3))
  yield* log.append("@a", 2, a.epoch, run("@a", 3, 1))
})

const all = (way: "page" | "latest") =>
  Effect.fnUntraced(function* (filter: ReadFilter, limit: number) {
    const log = yield* EventLog
    const records: Array<LogRecord> = []
    let cursor = ""
    for (;;) {
      const page = yield* log[way](filter, cursor, limit)
      expect(page.items.length).toBeLessThanOrEqual(limit)
      records.push(...page.items.map((item) => item.record))
      if (page.end) return records
      cursor = page.next
    }
  })
const pageAll = all("page")
const latestAll = all("latest")
