import { execFileSync } from "node:child_process"
import { hash } from "node:crypto"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import fc from "fast-check"
import Database from "libsql"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventLog, type VerifyReport } from "../../src/log/EventLog.ts"
import { openReader } from "../../src/log/local/database.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { verify } from "../../src/log/local/verify.ts"
import { makeWriter } from "../../src/log/local/writer.ts"
import { allowed, record } from "./records.ts"
import type { Flip, Flipped } from "./tamperer.ts"

const folder = mkdtempSync(join(tmpdir(), "charter-verify-"))
const file = join(folder, "log.db")
const ORGANIZATIONS = ["@a", "@b"]
const RECORDS = 60
const SNAPSHOT = { position: 30, version: 1, body: '{"votes":[]}' }

beforeAll(async () => {
  await Effect.runPromise(
    Effect.gen(function* () {
      const log = yield* EventLog
      for (const org of ORGANIZATIONS) {
        const { epoch } = yield* log.open(org)
        for (let seq = 1; seq <= RECORDS; seq++)
          yield* log.append(org, seq - 1, epoch, [
            record(
              org,
              seq,
              { subject: `s-${seq}`, data: { text: `payload ${org} ${seq} é`, padding: "x".repeat(seq * 20) } },
              seq % 2 === 0 ? allowed : undefined,
            ),
          ])
      }
      yield* log.saveSnapshot("@a", SNAPSHOT)
      const text = "contract: a\n"
      yield* log.archive([{ hash: hash("sha256", text), text }])
    }).pipe(Effect.provide(layerLocal({ file }))),
  )
  // Old copies of payloads lie in free space, where a changed byte changes nothing: after this only before the real ones.
  const database = new Database(file)
  database.exec("VACUUM")
  database.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

type Change = (database: InstanceType<typeof Database>) => void

let copies = 0
const changedCopy = (change: Change): string => {
  const copy = join(folder, `copy-${++copies}.db`)
  copyFileSync(file, copy)
  const database = new Database(copy)
  change(database)
  database.close()
  return copy
}

/** What is found after `change` was made to a copy of the log. */
const after = (change: Change): VerifyReport => {
  const copy = changedCopy(change)
  const connection = openReader(copy)
  try {
    return verify(connection)
  } finally {
    connection.close()
    rmSync(copy)
  }
}

describe("verify", () => {
  it("finds nothing where nothing was changed", () => {
    expect(after(() => {})).toEqual({ organizations: 2, records: 2 * RECORDS, broken: [] })
  })

  it("finds a change of any column, at its organization and number", () => {
    const texts = ["org", "id", "source", "type", "subject", "correlationid", "verdict", "envelope", "data", "decision"]
    fc.assert(
      fc.property(
        fc.constantFrom(...texts, "seq", "time", "idkey", "chain", "position"),
        fc.constantFrom(...ORGANIZATIONS),
        fc.integer({ min: 1, max: RECORDS }),
        fc.nat(),
        (column, org, seq, at) => {
          const report = after((database) => {
            const value = textual(database, column, org, seq)
            const changed =
              value === null
                ? "'new'"
                : texts.includes(column)
                  ? literal(flipText(value, at))
                  : column === "chain"
                    ? `x'${Buffer.alloc(32, at % 256).toString("hex")}'`
                    : `${column} + 1000`
            database.exec(`UPDATE records SET ${column} = ${changed} WHERE org = '${org}' AND seq = ${seq}`)
          })
          // A record that says it is of another organization, or has another number, is missed where it was.
          expect(report.broken).toContainEqual(expect.objectContaining({ org, seq }))
        },
      ),
      { numRuns: 120 },
    )
  })

  it("finds records that were taken out, exchanged, or put in", () => {
    const place = (sql: string) => after((database) => database.exec(sql)).broken
    expect(place("DELETE FROM records WHERE org = '@a' AND seq = 7")).toContainEqual(
      expect.objectContaining({ org: "@a", seq: 7 }),
    )
    expect(place(`DELETE FROM records WHERE org = '@b' AND seq > 50`)).toContainEqual(
      expect.objectContaining({ org: "@b", seq: 51 }),
    )
    expect(place("DELETE FROM records WHERE org = '@b'")).toContainEqual(expect.objectContaining({ org: "@b", seq: 1 }))
    expect(
      place(`UPDATE records SET (envelope, data, decision) =
        (SELECT envelope, data, decision FROM records WHERE org = '@b' AND seq = 9) WHERE org = '@a' AND seq = 9`),
    ).toContainEqual(expect.objectContaining({ org: "@a", seq: 9 }))
    expect(
      place(`INSERT INTO records SELECT position + 1000, org, ${RECORDS + 1}, idkey, id || 'x', source, type, subject, time,
        correlationid, verdict, envelope, data, decision, chain FROM records WHERE org = '@a' AND seq = ${RECORDS}`),
    ).toContainEqual(expect.objectContaining({ org: "@a", seq: RECORDS + 1 }))
    expect(place(`UPDATE records SET position = position + 1000 WHERE org = '@a' AND seq = ${RECORDS}`)).toContainEqual(
      expect.objectContaining({ org: "@a", seq: RECORDS }),
    )
    expect(place("UPDATE heads SET chain = zeroblob(32) WHERE org = '@a'")).toContainEqual(
      expect.objectContaining({ org: "@a", seq: RECORDS }),
    )
    expect(place("DELETE FROM heads WHERE org = '@a'")).toContainEqual(
      expect.objectContaining({ org: "@a", seq: RECORDS }),
    )
    expect(place("UPDATE sources SET text = 'contract: b'")[0]?.what).toContain("archived text")
  })

  it("finds a changed snapshot", () => {
    for (const change of ["body = '{}'", "version = 2", "position = 29", "seal = zeroblob(32)"])
      expect(after((database) => database.exec(`UPDATE snapshots SET ${change}`)).broken).toEqual([
        { org: "", seq: 0, what: expect.stringContaining("the snapshot of @a was changed") },
      ])
  })

  it("verifies a payload that was erased, and not one whose digest was changed", () => {
    const erase = (digest: (text: string) => string) =>
      after((database) => {
        const text = textual(database, "data", "@a", 5)!
        database.exec(`UPDATE records SET data = x'${digest(text)}' WHERE org = '@a' AND seq = 5`)
      }).broken
    expect(erase((text) => hash("sha256", text))).toEqual([])
    expect(erase(() => "00".repeat(32))).toEqual([{ org: "@a", seq: 5, what: expect.any(String) }])
    expect(erase(() => "00".repeat(33))).toEqual([{ org: "@a", seq: 5, what: expect.any(String) }])
  })

  it("finds any byte of the file that matters", () => {
    const bytes = readFileSync(file)
    const payloads = ORGANIZATIONS.flatMap((org) =>
      Array.from({ length: RECORDS }, (_, index) => ({
        org,
        seq: index + 1,
        at: bytes.lastIndexOf(`payload ${org} ${index + 1} é`),
      })),
    )
    const inPayloads = payloads.map(({ at }, index): Flip => ({ offset: at + (index % 12), by: 1 + (index % 255) }))
    const seed = Date.now()
    const anywhere = fc.sample(fc.record({ offset: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) }), {
      numRuns: 300,
      seed,
    })
    const flips = join(folder, "flips.json")
    writeFileSync(flips, JSON.stringify([...inPayloads, ...anywhere]))
    const results = JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(new URL("tamperer.ts", import.meta.url)), file, flips], {
        maxBuffer: 64 * 1024 * 1024,
      }).toString(),
    ) as ReadonlyArray<Flipped>

    payloads.forEach(({ org, seq }, index) =>
      expect(results[index]!.broken).toContainEqual(expect.objectContaining({ org, seq })),
    )
    const missed = results.slice(payloads.length).filter(({ broken, same }) => broken.length === 0 && !same)
    expect({ seed, missed }).toEqual({ seed, missed: [] })
  }, 120_000)
})

const textual = (database: InstanceType<typeof Database>, column: string, org: string, seq: number): string | null => {
  const row = database.prepare(`SELECT ${column} FROM records WHERE org = ? AND seq = ?`).raw().get([org, seq])
  const value = (row as unknown as ReadonlyArray<string | number | null>)[0]
  return value === null || value === undefined ? null : String(value)
}

/** Another text of the same length. */
const flipText = (text: string, at: number): string => {
  const index = at % text.length
  return text.slice(0, index) + (text[index] === "z" ? "y" : "z") + text.slice(index + 1)
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

describe("taking a log over that somebody else has written into", () => {
  const open = (sql: string) => {
    const copy = changedCopy((database) => database.exec(sql))
    const writer = makeWriter(copy)
    try {
      return writer.open("@a")
    } finally {
      writer.close()
      rmSync(copy)
    }
  }

  it("has the snapshot where nothing was changed", () => {
    expect(open("SELECT 1")).toMatchObject({ position: RECORDS, snapshot: SNAPSHOT })
  })

  it("leaves a changed snapshot aside", () => {
    for (const change of ["body = 'junk'", "version = 2", "position = 29", "seal = zeroblob(32)"])
      expect(open(`UPDATE snapshots SET ${change}`)).toEqual({ position: RECORDS, epoch: expect.any(Number) })
  })

  it("refuses where the end was cut off, the head is gone, or a record that it would read was changed", () => {
    const cutOff = `DELETE FROM records WHERE org = '@a' AND seq > 20`
    expect(() => open(cutOff)).toThrow("it had come to 60 and ends at 20")
    expect(() => open(`${cutOff}; UPDATE heads SET seq = 20`)).toThrow("it had come to 30 and ends at 20")
    expect(() => open("DELETE FROM heads")).toThrow("the head of @a is missing")
    const change = (seq: number) => `UPDATE records SET data = '{}' WHERE org = '@a' AND seq = ${seq}`
    expect(() => open(change(31))).toThrow("@a number 31 is not as it was written")
    expect(() => open(`${change(7)}; UPDATE snapshots SET body = 'junk'`)).toThrow("@a number 7 is not")
  })
})
