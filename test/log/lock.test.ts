import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Result } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { acquireDataFolder } from "../../src/log/local/lock.ts"
import { startChild } from "./processes.ts"

const root = mkdtempSync(join(tmpdir(), "charter-lock-"))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const fresh = (): string => join(root, String(++folders), "data")

const attempt = (folder: string) => Effect.runPromise(Effect.scoped(Effect.result(acquireDataFolder(folder))))

describe("the data folder", () => {
  it("is held by one process, and whoever is refused learns by whom; kill -9 leaves no stale lock", async () => {
    const folder = fresh()
    const first = startChild("lockHolder.ts", [folder, "5099"])
    expect(await first.line()).toBe("held")

    const second = startChild("lockHolder.ts", [folder, "6000"])
    expect(await second.line()).toMatch(
      new RegExp(`a daemon holds .*: process ${first.process.pid} on ${hostname()}, since 2.*Z, on port 5099$`),
    )
    await second.ended
    const refused = await attempt(folder)
    expect(Result.isFailure(refused) && refused.failure).toMatchObject({
      _tag: "DataFolderHeld",
      holder: { pid: first.process.pid, host: hostname(), port: 5099 },
    })

    first.process.kill("SIGKILL")
    await first.ended
    expect(Result.isSuccess(await attempt(folder))).toBe(true)
  }, 30_000)

  it("is free again when the scope closes, and held within one process too", async () => {
    const folder = fresh()
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          yield* acquireDataFolder(folder)
          const again = yield* Effect.result(Effect.scoped(acquireDataFolder(folder)))
          expect(Result.isFailure(again) && again.failure._tag).toBe("DataFolderHeld")
        }),
      ),
    )
    expect(Result.isSuccess(await attempt(folder))).toBe(true)
  })

  it("is refused without a holder where the file beside the lock is gone or nonsense", async () => {
    const folder = fresh()
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          yield* acquireDataFolder(folder)
          for (const spoil of [(file: string) => writeFileSync(file, "{"), (file: string) => rmSync(file)]) {
            spoil(join(folder, "lock.json"))
            const again = yield* Effect.result(Effect.scoped(acquireDataFolder(folder)))
            expect(Result.isFailure(again) && again.failure.message).toBe(`another daemon holds ${folder}`)
          }
        }),
      ),
    )
  })

  it("says why it cannot be used", async () => {
    const file = fresh()
    mkdirSync(join(file, ".."), { recursive: true })
    writeFileSync(file, "a file")
    const result = await attempt(file)
    expect(Result.isFailure(result) && result.failure._tag).toBe("DataFolderUnusable")
    expect(readFileSync(file, "utf8")).toBe("a file")
  })

  it.each(["charter.db", "lock.db", "lock.json", "daemon.json", "daemon.sock", "daemon.log"])(
    "is refused with the path where %s is a folder",
    async (name) => {
      const folder = fresh()
      mkdirSync(join(folder, name), { recursive: true })
      expect(await attempt(folder)).toMatchObject(unusable(`${join(folder, name)} is a folder`))
    },
  )

  it("is refused with the path where a file stands in for a folder", async () => {
    const folder = fresh()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "changes"), "")
    expect(await attempt(folder)).toMatchObject(unusable(`${join(folder, "changes")} is no folder`))
  })

  it("is refused with the path where what is there may not be read", () => {
    const folder = fresh()
    mkdirSync(join(folder, "changes"), { recursive: true, mode: 0o700 })
    chmodSync(join(folder, "changes"), 0o300)
    const module = new URL("../../src/discovery/wrongEntry.ts", import.meta.url).href
    const program = `import { wrongEntry } from ${JSON.stringify(module)}; console.log(wrongEntry(process.argv[1]))`
    const node = [process.execPath, "--input-type=module", "-e", program, folder]
    // Root reads everything, unless its capabilities are taken away.
    const [command, ...words] = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", ...node] : node
    expect(execFileSync(command!, words, { encoding: "utf8" })).toContain(`${join(folder, "changes")} may not be read`)
  })
})

const unusable = (reason: string) => ({
  failure: { _tag: "DataFolderUnusable", reason: expect.stringContaining(reason) },
})
