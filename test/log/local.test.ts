import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Fiber, Stream } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { EventLog } from "../../src/log/EventLog.ts"
import { Projections } from "../../src/log/Projections.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { layerMemory } from "../../src/log/memory/layer.ts"
import { conformance } from "./conformance.ts"
import { modelTest } from "./model.ts"
import { EVERYTHING_RECORDS, everything, projections } from "./projections.ts"
import { record, run } from "./records.ts"

const folder = mkdtempSync(join(tmpdir(), "charter-log-"))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const layer = () => layerLocal({ file: join(folder, `${++files}.db`) })

conformance("libSQL", layer)
projections("libSQL", layer)
modelTest("libSQL", layer, 40)

describe("libSQL: rebuild", () => {
  it("goes on in slices while others write, and ends with what they wrote", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const log = yield* EventLog
        const views = yield* Projections
        yield* everything
        const { epoch } = yield* log.open("@b")
        let position = 0
        for (; position < 9_000; position += 500) yield* log.append("@b", position, epoch, run("@b", position + 1, 500))
        const slices: Array<number> = []
        const rebuild = yield* views
          .rebuild((done) => slices.push(done))
          .pipe(Effect.forkChild({ startImmediately: true }))
        for (let index = 0; index < 50; index++, position++)
          yield* log.append("@b", position, epoch, [
            record("@b", position + 1, {
              type: "token.created",
              data: { id: `late-${index}`, identity: "@d", kind: "human", hash: `${index}` },
            }),
          ])
        const { records } = yield* Fiber.join(rebuild)
        expect(slices.length).toBeGreaterThan(2)
        expect(records).toBeGreaterThan(9_000)
        const { items } = yield* views.tokens({ limit: 100 })
        expect(items).toHaveLength(51)
        const before = yield* views.digest
        yield* views.rebuild(() => {})
        expect(yield* views.digest).toBe(before)
      }).pipe(Effect.provide(layer())),
    ))

  it("read models of the file and of memory are the same to the byte", async () => {
    const digest = Effect.gen(function* () {
      yield* everything
      return yield* (yield* Projections).digest
    })
    expect(await Effect.runPromise(Effect.provide(digest, layer()))).toBe(
      await Effect.runPromise(Effect.provide(digest, layerMemory)),
    )
  })
})

describe("libSQL: reopening", () => {
  it("goes on with everything where it was, and followers too", async () => {
    const file = join(folder, "again.db")
    const first = await Effect.runPromise(
      Effect.gen(function* () {
        const log = yield* EventLog
        yield* everything
        yield* log.saveSnapshot("@a", { position: EVERYTHING_RECORDS, version: 1, body: "state" })
        return { cursor: yield* log.end, digest: yield* (yield* Projections).digest }
      }).pipe(Effect.provide(layerLocal({ file }))),
    )
    await Effect.runPromise(
      Effect.gen(function* () {
        const log = yield* EventLog
        expect(yield* log.end).toBe(first.cursor)
        expect(yield* (yield* Projections).digest).toBe(first.digest)
        const { position, epoch, snapshot } = yield* log.open("@a")
        expect(position).toBe(EVERYTHING_RECORDS)
        expect(snapshot).toEqual({ position: EVERYTHING_RECORDS, version: 1, body: "state" })
        const reader = yield* log
          .follow({}, first.cursor)
          .pipe(Stream.take(1), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
        yield* log.append("@a", position, epoch, [record("@a", position + 1)])
        expect((yield* Fiber.join(reader))[0]?.record).toEqual(record("@a", position + 1))
      }).pipe(Effect.provide(layerLocal({ file }))),
    )
  })
})
