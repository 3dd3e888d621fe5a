import { digestRows } from "../projections/list.ts"
import { type Connection, text, textOf } from "./database.ts"

const SLICE_ROWS = 100

/** Over every read model, in bounded memory. */
export const digest = (connection: Connection): string => {
  connection.exec("BEGIN")
  return digestRows(allRows(connection))
}

function* allRows(
  connection: Connection,
): Generator<{ readonly model: string; readonly id: string; readonly body: string }> {
  const slice = connection.prepare<[Uint8Array, Uint8Array, Uint8Array]>(
    `SELECT ${text("model")}, ${text("id")}, ${text("body")} FROM read_rows
     WHERE (model, id) > (?, ?) ORDER BY model, id LIMIT ?`,
  )
  let after: [model: string, id: string] = ["", ""]
  for (;;) {
    const rows = slice.all([...after, SLICE_ROWS])
    for (const [model, id, body] of rows) {
      after = [textOf(model), textOf(id)]
      yield { model: after[0], id: after[1], body: textOf(body) }
    }
    if (rows.length < SLICE_ROWS) return
  }
}
