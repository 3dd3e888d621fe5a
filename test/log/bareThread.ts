/** The least that a durable writer can do: takes what has queued, inserts the rows, commits, answers how many. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { openWriter, type Value } from "../../src/log/local/database.ts"
import { migrate } from "../../src/log/local/schema.ts"

const connection = openWriter(workerData as string)
migrate(connection)
const begin = connection.prepare("BEGIN IMMEDIATE")
const insert = connection.prepare(`INSERT INTO records VALUES (${Array(15).fill("?").join(", ")})`)
const commit = connection.prepare("COMMIT")
let position = 0

parentPort!.on("message", (first: ReadonlyArray<Value>) => {
  const rows = [first]
  for (;;) {
    const more = receiveMessageOnPort(parentPort!) as { readonly message: ReadonlyArray<Value> } | undefined
    if (more === undefined) break
    rows.push(more.message)
  }
  begin.run([])
  for (const row of rows) insert.run([++position, ...row])
  commit.run([])
  parentPort!.postMessage(rows.length)
})
parentPort!.postMessage(0)
