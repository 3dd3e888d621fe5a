/**
 * Changes single bytes of a log's file, each in a copy of its own, and prints for each what `verify` finds, and whether the
 * history reads as before. A process of its own, since a damaged file may end the one that reads it.
 */
import { createHash } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { type Connection, openReader, text, type Value } from "../../src/log/local/database.ts"
import { verify } from "../../src/log/local/verify.ts"

export interface Flip {
  readonly offset: number
  /** From 1 to 255: what the byte is changed by. */
  readonly by: number
}
export interface Flipped extends Flip {
  readonly broken: ReadonlyArray<{ readonly org: string; readonly seq: number; readonly what: string }>
  /** Where nothing was found: is every record, and every archived text, what it was? */
  readonly same: boolean
}

/** A digest over all that the log must never lose. */
const history = (connection: Connection): string => {
  const digest = createHash("sha256")
  const texts = [
    "org",
    "id",
    "source",
    "type",
    "subject",
    "correlationid",
    "verdict",
    "envelope",
    "data",
    "decision",
    "chain",
  ]
  for (const sql of [
    `SELECT +position, +seq, +time, +idkey, typeof(data), ${texts.map(text).join(", ")} FROM records ORDER BY position`,
    `SELECT ${text("hash")}, ${text("text")} FROM sources ORDER BY rowid`,
  ])
    for (const row of connection.prepare<ReadonlyArray<Value>>(sql).all([])) digest.update(JSON.stringify(row))
  return digest.digest("hex")
}

const [file, flips] = process.argv.slice(2)
if (file !== undefined) {
  const original = readFileSync(file)
  const before = openReader(file)
  const expected = history(before)
  before.close()
  const copy = `${file}.flipped`
  const results: Array<Flipped> = (JSON.parse(readFileSync(flips!, "utf8")) as ReadonlyArray<Flip>).map((flip) => {
    const bytes = Buffer.from(original)
    bytes[flip.offset] = (bytes[flip.offset]! + flip.by) % 256
    for (const suffix of ["-wal", "-shm", "-journal"]) rmSync(copy + suffix, { force: true })
    writeFileSync(copy, bytes)
    try {
      const connection = openReader(copy)
      try {
        const { broken } = verify(connection)
        return { ...flip, broken, same: broken.length > 0 || history(connection) === expected }
      } finally {
        connection.close()
      }
    } catch (error) {
      return { ...flip, broken: [{ org: "", seq: 0, what: String(error) }], same: false }
    }
  })
  console.log(JSON.stringify(results))
}
