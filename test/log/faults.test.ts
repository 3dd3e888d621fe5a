import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Result, Scope } from "effect"
import Database from "libsql"
import { afterAll, describe, expect, it } from "vitest"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { Mounts } from "../support/faults/mounts.ts"
import { allowed, record, run } from "./records.ts"

const root = mkdtempSync(join(tmpdir(), "charter-faults-"))
const mounts = new Mounts()
afterAll(() => {
  mounts.close()
  rmSync(root, { recursive: true })
})

let folders = 0
const folder = (): string => {
  const made = join(root, String(++folders))
  mkdirSync(made)
  return made
}

/** A file system of its own, where the machine lets us make one. */
const mounted = (options: string): string | undefined => {
  const made = folder()
  return mounts.make(made, options) ? made : undefined
}

const withLog = <A, E>(file: string, body: Effect.Effect<A, E, EventLog>) =>
  Effect.runPromise(body.pipe(Effect.provide(layerLocal({ file }))))

const big = (org: string, seq: number) => record(org, seq, { data: "x".repeat(60_000) }, allowed)

const small = mounted("size=3m")
const tiny = mounted("size=40k")

describe("a log that cannot be written", () => {
  it.skipIf(small === undefined)("disk full: nothing has happened, and it goes on when there is room", () =>
    withLog(
      join(small!, "log.db"),
      Effect.gen(function* () {
        const log = yield* EventLog
        writeFileSync(join(small!, "ballast"), Buffer.alloc(1_000_000))
        const { epoch } = yield* log.open("@a")
        const other = yield* log.open("@b")
        let position = 0
        let failure: unknown
        while (failure === undefined) {
          const result = yield* Effect.result(log.append("@a", position, epoch, [big("@a", position + 1)]))
          if (Result.isSuccess(result)) position = result.success.position
          else failure = result.failure
        }
        expect(failure).toMatchObject({ _tag: "LogUnavailable", reason: expect.stringContaining("the disk is full") })
        expect(yield* log.read("@a", position, 10)).toEqual([])
        expect(log.find("@a", "/test", `e-${position + 1}`)).toBeUndefined()
        // Everybody in a group that cannot be written hears of it.
        const both = yield* Effect.all(
          [
            Effect.result(log.append("@a", position, epoch, [big("@a", position + 1)])),
            Effect.result(log.append("@b", 0, other.epoch, [big("@b", 1)])),
          ],
          { concurrency: "unbounded" },
        )
        expect(both.every(Result.isFailure)).toBe(true)
        rmSync(join(small!, "ballast"))
        expect((yield* log.append("@a", position, epoch, [big("@a", position + 1)])).position).toBe(position + 1)
        yield* log.append("@b", 0, other.epoch, [big("@b", 1)])
        expect((yield* log.verify).broken).toEqual([])
      }),
    ),
  )

  it.skipIf(tiny === undefined)("a disk without room for an empty log says so", async () => {
    const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(layerLocal({ file: join(tiny!, "log.db") }))))
    expect(Exit.isFailure(exit) && String(exit.cause)).toMatch(/the disk is full/)
  })

  it("a folder that may not be written says so at once", async () => {
    // Modes do not bind root, which is the one who can mount.
    const readOnly = folder()
    if (!mounts.make(readOnly, "size=1m,ro")) chmodSync(readOnly, 0o500)
    const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(layerLocal({ file: join(readOnly, "log.db") }))))
    expect(Exit.isFailure(exit) && String(exit.cause)).toMatch(/the log cannot open/)
  })

  it("a lock that another process holds: refused after a while, and it goes on when that is gone", () => {
    const file = join(folder(), "log.db")
    return withLog(
      file,
      Effect.gen(function* () {
        const log = yield* EventLog
        const { epoch } = yield* log.open("@a")
        const other = new Database(file)
        other.exec("BEGIN IMMEDIATE")
        const result = yield* Effect.result(log.append("@a", 0, epoch, run("@a", 1, 1)))
        expect(Result.isFailure(result) && result.failure.message).toContain("another process holds the file")
        other.exec("ROLLBACK")
        other.close()
        yield* log.append("@a", 0, epoch, run("@a", 1, 1))
      }),
    )
  }, 30_000)

  it("a file that was removed or replaced takes nothing more, and goes on when it is back", () => {
    const place = folder()
    const file = join(place, "log.db")
    return withLog(
      file,
      Effect.gen(function* () {
        const log = yield* EventLog
        const { epoch } = yield* log.open("@a")
        yield* log.append("@a", 0, epoch, run("@a", 1, 1))
        renameSync(file, join(place, "away"))
        const gone = yield* Effect.result(log.append("@a", 1, epoch, run("@a", 2, 1)))
        expect(Result.isFailure(gone) && gone.failure._tag).toBe("LogUnavailable")
        writeFileSync(file, "")
        const replaced = yield* Effect.result(log.append("@a", 1, epoch, run("@a", 2, 1)))
        expect(Result.isFailure(replaced) && replaced.failure.message).toContain("was replaced while it was in use")
        renameSync(join(place, "away"), file)
        yield* log.append("@a", 1, epoch, run("@a", 2, 1))
        expect((yield* log.verify).broken).toEqual([])
      }),
    )
  })

  it("after its scope has closed", async () => {
    const file = join(folder(), "log.db")
    const log = await Effect.runPromise(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = yield* Layer.buildWithScope(layerLocal({ file }), scope)
        yield* Scope.close(scope, Exit.void)
        return Context.get(services, EventLog)
      }),
    )
    const result = await Effect.runPromise(Effect.result(log.append("@a", 0, 1, run("@a", 1, 1))))
    expect(Result.isFailure(result) && result.failure.message).toBe("the log cannot append: it is closed")
  })
})

describe("a file that is not ours", () => {
  const refused = async (file: string): Promise<string> => {
    const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(layerLocal({ file }))))
    return Exit.isFailure(exit) ? String(exit.cause) : "opened"
  }

  it("of a newer version, of another program, or no database is refused with a sentence", async () => {
    const newer = join(folder(), "log.db")
    await withLog(newer, Effect.void)
    const database = new Database(newer)
    database.exec("PRAGMA user_version = 2")
    database.close()
    expect(await refused(newer)).toContain("the file has format 2 and this version of Charter knows formats up to 1")

    const foreign = join(folder(), "log.db")
    const other = new Database(foreign)
    other.exec("CREATE TABLE t (a)")
    other.close()
    expect(await refused(foreign)).toContain("another program")

    const text = join(folder(), "log.db")
    writeFileSync(text, "no database at all, ".repeat(500))
    expect(await refused(text)).toContain("the file is no database")
  })
})

describe("two writers on one file", () => {
  it("the second one fences the first, which hears of what was written behind its back", () => {
    const file = join(folder(), "log.db")
    return withLog(
      file,
      Effect.gen(function* () {
        const first = yield* EventLog
        const old = yield* first.open("@a")
        yield* first.append("@a", 0, old.epoch, run("@a", 1, 2))
        yield* Effect.promise(() =>
          withLog(
            file,
            Effect.gen(function* () {
              const second = yield* EventLog
              const young = yield* second.open("@a")
              expect(young.position).toBe(2)
              yield* second.append("@a", 2, young.epoch, run("@a", 3, 1))
            }),
          ),
        )
        const result = yield* Effect.result(first.append("@a", 2, old.epoch, run("@a", 3, 1)))
        expect(Result.isFailure(result) && result.failure).toMatchObject({
          _tag: "AppendConflict",
          actual: 3,
          fenced: true,
        })
        const again = yield* first.open("@a")
        const { cursor } = yield* first.append("@a", 3, again.epoch, run("@a", 4, 1))
        expect(cursor).toBe("4")
        expect((yield* first.verify).broken).toEqual([])
      }),
    )
  })
})
