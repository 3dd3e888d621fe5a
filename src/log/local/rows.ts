/** Rows of the read models in SQL. */
import { isDeepStrictEqual } from "node:util"
import { listRows, type Walk } from "../projections/list.ts"
import type { Listed, ListFilter } from "../Projections.ts"
import { keysOf, type Placed, type RowStore, stateOf, statesOf } from "../projections/project.ts"
import { decodeRow, encodeRow, type ModelName } from "../projections/readModel.ts"
import { type Connection, type Statement, text, textOf } from "./database.ts"

/** `suffix` as in `schema.readTables`. */
export const makeRowStore = (connection: Connection, suffix: string): RowStore => {
  const byId = connection.prepare<StoredRow>(
    `SELECT ${text("id")}, place, ${text("body")} FROM read_rows${suffix} WHERE model = ? AND id = ?`,
  )
  const byKey = connection.prepare<StoredRow>(
    `SELECT ${text("id")}, r.place, ${text("body")}
     FROM read_keys${suffix} AS k JOIN read_rows${suffix} AS r USING (model, id) WHERE model = ? AND key = ?`,
  )
  const insertRow = connection.prepare(`INSERT INTO read_rows${suffix} (model, id, place, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (model, id) DO UPDATE SET place = excluded.place, body = excluded.body`)
  const insertKey = connection.prepare(
    `INSERT INTO read_keys${suffix} (model, key, state, place, id) VALUES (?, ?, ?, ?, ?)`,
  )
  const deleteKey = connection.prepare(
    `DELETE FROM read_keys${suffix} WHERE model = ? AND key = ? AND state = ? AND place = ?`,
  )
  return {
    byId: (model, id) => placed(byId.get([model, id])),
    byLink: (model, link) => byKey.all([model, linkKey(link)]).map((row) => placed(row)!),
    put: (model, after, before) => {
      insertRow.run([model, after.id, after.place, encodeRow(after.row)])
      const state = stateOf(model, after.row)
      const keys = allKeys(model, after)
      if (before !== undefined) {
        const oldState = stateOf(model, before.row)
        const oldKeys = allKeys(model, before)
        if (state === oldState && before.place === after.place && isDeepStrictEqual(keys, oldKeys)) return
        for (const key of oldKeys) deleteKey.run([model, key, oldState, before.place])
      }
      for (const key of keys) insertKey.run([model, key, state, after.place, after.id])
    },
  }
}

export interface RowReader {
  readonly byId: <View>(model: ModelName, id: string) => View | undefined
  readonly byLink: <View>(model: ModelName, link: string) => View | undefined
  readonly list: <View>(model: ModelName, filter: ListFilter) => Listed<View>
}

export const makeRowReader = (connection: Connection): RowReader => {
  const { byId, byLink } = makeRowStore(connection, "")
  const statements = new Map<string, Statement<StoredRow>>()
  /** Along the first key; a row that lacks one of the `others` is left out before its body is read. */
  const statement = (newest: boolean, others: number): Statement<StoredRow> => {
    const name = `${newest} ${others}`
    const known = statements.get(name)
    if (known !== undefined) return known
    const [comparison, order] = newest ? ["<", "DESC"] : [">", "ASC"]
    const made = connection.prepare<StoredRow>(
      `SELECT ${text("id")}, r.place, ${text("body")} FROM read_keys AS k JOIN read_rows AS r USING (model, id)
       WHERE model = ? AND key = ? AND state = ? AND k.place ${comparison} ?
       ${`AND EXISTS (SELECT 1 FROM read_keys AS o
         WHERE o.model = k.model AND o.key = ? AND o.state = k.state AND o.place = k.place)`.repeat(others)}
       ORDER BY k.place ${order} LIMIT ?`,
    )
    statements.set(name, made)
    return made
  }
  const walk =
    (model: ModelName): Walk =>
    ({ keys: [key, ...others], state, newest, after = newest ? Number.MAX_SAFE_INTEGER : 0, limit }) => {
      const found = (state === undefined ? statesOf(model) : [state]).flatMap((one) =>
        statement(newest, others.length).all([model, key, one, after, ...others, limit]),
      )
      return found
        .toSorted(([, a], [, b]) => (newest ? b - a : a - b))
        .slice(0, limit)
        .map((row) => placed(row)!)
    }
  return {
    byId: <View>(model: ModelName, id: string) => byId(model, id)?.row.view as View | undefined,
    byLink: <View>(model: ModelName, link: string) => byLink(model, link)[0]?.row.view as View | undefined,
    list: (model, filter) => listRows(filter, walk(model)),
  }
}

type StoredRow = readonly [id: Uint8Array, place: number, body: Uint8Array]

const placed = (row: StoredRow | undefined): Placed | undefined =>
  row === undefined ? undefined : { id: textOf(row[0]), place: row[1], row: decodeRow(textOf(row[2])) }

const linkKey = (link: string): string => `link:${link}`

const allKeys = (model: ModelName, { row }: Placed): ReadonlyArray<string> =>
  row.link === undefined ? keysOf(model, row) : [...keysOf(model, row), linkKey(row.link)]
