/**
 * The power goes. What is simulated: of the database's write-ahead log only the beginning has reached the disk, up to
 * any byte, and the last page of it may be torn, since a disk writes sectors in any order. An append is answered after
 * fsync, so whatever had been answered while the log on disk was no longer than that must be there; what comes after
 * is there whole, by commits, or not at all. The database file itself is as it was: a checkpoint is synced before the
 * write-ahead log begins anew.
 */
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, expect, it } from "vitest"
import { makeRandom } from "../../bench/workload/random.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { run } from "./records.ts"

const SEED = Number(process.env["CHARTER_SEED"] ?? 1)
const CUTS = process.env["CHARTER_FAULTS"] === "all" ? 400 : 10
const COMMITS = 60
const RECORDS_PER_COMMIT = 3
const PAGE_BYTES = 4_096

const root = mkdtempSync(join(tmpdir(), "charter-power-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it(`${CUTS} times at any byte, from seed ${SEED}`, { timeout: 60_000 + CUTS * 5_000 }, async () => {
  const random = makeRandom(SEED)
  const file = join(root, "log.db")
  const copies = { database: join(root, "copy.db"), wal: join(root, "copy.db-wal") }
  /** Length of the write-ahead log when each commit was answered. */
  const lengths: Array<number> = []
  await Effect.gen(function* () {
    const log = yield* EventLog
    const { epoch } = yield* log.open("@a")
    for (let number = 0; number < COMMITS; number++) {
      const position = number * RECORDS_PER_COMMIT
      yield* log.append("@a", position, epoch, run("@a", position + 1, RECORDS_PER_COMMIT))
      lengths.push(statSync(`${file}-wal`).size)
    }
    copyFileSync(file, copies.database)
    copyFileSync(`${file}-wal`, copies.wal)
  }).pipe(Effect.provide(layerLocal({ file })), Effect.runPromise)
  const end = lengths.at(-1)!
  expect(end).toBeGreaterThan(PAGE_BYTES)
  for (let cut = 0; cut < CUTS; cut++) {
    const length = cut === 0 ? end : random.below(end)
    const torn = cut > 0 && random.next() < 0.5
    const after = join(root, `after-${cut}.db`)
    copyFileSync(copies.database, after)
    copyFileSync(copies.wal, `${after}-wal`)
    truncateSync(`${after}-wal`, length)
    if (torn) tear(`${after}-wal`, random.below(PAGE_BYTES), random.below)
    const synced = torn ? length - PAGE_BYTES : length
    const answered = lengths.filter((one) => one <= synced).length * RECORDS_PER_COMMIT
    const what = `seed ${SEED}, cut ${cut}, at byte ${length} of ${end}${torn ? ", torn" : ""}`
    await Effect.gen(function* () {
      const log = yield* EventLog
      const { position, epoch } = yield* log.open("@a")
      expect(position, what).toBeGreaterThanOrEqual(answered)
      expect(position % RECORDS_PER_COMMIT, what).toBe(0)
      expect(yield* log.read("@a", 0, 1_000), what).toEqual(position === 0 ? [] : run("@a", 1, position))
      yield* log.append("@a", position, epoch, run("@a", position + 1, 1))
      expect(yield* log.verify, what).toEqual({ organizations: 1, records: position + 1, broken: [] })
    }).pipe(Effect.provide(layerLocal({ file: after })), Effect.runPromise)
    for (const name of [after, `${after}-wal`, `${after}-shm`]) rmSync(name, { force: true })
  }
})

/** Some of the last bytes are what was there before. */
const tear = (file: string, bytes: number, below: (limit: number) => number): void => {
  const text = readFileSync(file)
  for (let at = Math.max(0, text.length - bytes); at < text.length; at++) if (below(3) > 0) text[at] = 0
  writeFileSync(file, text)
}
