/**
 * The least that can be done: a thread that inserts the rows it is sent, whatever has gathered in one transaction, into
 * the same tables with the same indexes and settings. It checks nothing, links no chain and looks for no duplicates.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { openWriter } from "../../src/log/local/database.ts"
import { migrate } from "../../src/log/local/schema.ts"
import type { PublishRows } from "./rows.ts"

/** One message of a producer: rows of publishes that are acknowledged together. */
export interface BareRequest {
  readonly producer: number
  readonly publishes: ReadonlyArray<PublishRows>
}

/** Rows of one transaction, as many as in the product. */
const MAX_GROUP_RECORDS = 1_000
const CHAIN = new Uint8Array(32).fill(7)

const port = parentPort!
const connection = openWriter((workerData as { readonly file: string }).file)
migrate(connection)
const begin = connection.prepare("BEGIN IMMEDIATE")
const commit = connection.prepare("COMMIT")
const insertRecord = connection.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
const insertRow = connection.prepare("INSERT INTO read_rows (model, id, place, body) VALUES (?, ?, ?, ?)")
const insertKey = connection.prepare("INSERT INTO read_keys (model, key, state, place, id) VALUES (?, ?, ?, ?, ?)")
let position = 0

const insert = ({ records, readRows, readKeys }: PublishRows): void => {
  for (const [, org, , , ...others] of records) {
    position++
    // Ids come in no order, so their keys do not either.
    const key = Math.imul(position, 0x9e3779b1) >>> 0
    insertRecord.run([position, org!, position, key, ...others.slice(0, -1), CHAIN])
  }
  for (const [model, id, , body] of readRows) insertRow.run([model!, `${id}-${position}`, position, body!])
  for (const [index, [model, key, state, , id]] of readKeys.entries())
    insertKey.run([model!, key!, state!, position * 100 + index, `${id}-${position}`])
}

port.on("message", (first: BareRequest) => {
  const acknowledged: Array<number> = []
  begin.run([])
  const before = position
  for (let request: BareRequest | undefined = first; request !== undefined;) {
    for (const publish of request.publishes) insert(publish)
    acknowledged.push(request.producer)
    request =
      position - before < MAX_GROUP_RECORDS
        ? (receiveMessageOnPort(port) as { readonly message: BareRequest } | undefined)?.message
        : undefined
  }
  commit.run([])
  port.postMessage(acknowledged)
})
