import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { COMMIT_RECORDS } from "./appender.ts"
import { startChild } from "./processes.ts"

const folder = mkdtempSync(join(tmpdir(), "charter-crash-"))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = 6
const ORGANIZATIONS = 8

describe("kill -9 while it appends", () => {
  it("keeps every acknowledged commit, whole and once, and the chain verifies", async () => {
    const file = join(folder, "log.db")
    const acknowledged = new Map<string, number>()
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startChild("appender.ts", [file, String(ORGANIZATIONS)])
      const enough = 20 + Math.floor(Math.random() * 300)
      let seen = 0
      await new Promise<void>((resolve, reject) => {
        child.lines.on("line", (line) => {
          const [org, position] = line.split(" ")
          acknowledged.set(org!, Math.max(acknowledged.get(org!) ?? 0, Number(position)))
          if (++seen === enough) child.process.kill("SIGKILL")
        })
        child.lines.on("close", resolve)
        child.process.once("exit", (code) => {
          if (code !== null) reject(new Error(`the appender ended with ${code}`))
        })
      })
      await child.ended

      await Effect.runPromise(
        Effect.gen(function* () {
          const log = yield* EventLog
          expect((yield* log.verify).broken).toEqual([])
          for (const [org, position] of acknowledged) {
            const records = yield* log.read(org, 0, Number.MAX_SAFE_INTEGER)
            expect(records.length).toBeGreaterThanOrEqual(position)
            expect(records.length % COMMIT_RECORDS).toBe(0)
            expect(records.map(({ event }) => event.seq)).toEqual(records.map((_, index) => index + 1))
            expect(new Set(records.map(({ event }) => event.id)).size).toBe(records.length)
          }
        }).pipe(Effect.provide(layerLocal({ file }))),
      )
    }
    expect(acknowledged.size).toBe(ORGANIZATIONS)
  }, 120_000)
})
