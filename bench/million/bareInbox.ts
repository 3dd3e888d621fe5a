/** The same pages by the one prepared statement that somebody would write who knows the tables; nothing is made of its rows. */
import { openReader, text, textOf } from "../../src/log/local/database.ts"
import type { ListFilter } from "../../src/log/Projections.ts"
import type { Prepare } from "../contest/contestant.ts"
import { type InboxInput, reading } from "./pages.ts"

const ALL = ["new", "seen", "acknowledged"]

const prepare: Prepare<InboxInput> = ({ file, filters }) => {
  const connection = openReader(file)
  const state = (filter: ListFilter): string => `
    SELECT ${text("id")} AS id, k.place AS place, ${text("body")} AS body
    FROM read_keys AS k JOIN read_rows USING (model, id)
    WHERE model = 'inbox' AND key = ? AND state = ?
    ${filter.org === undefined ? "" : `AND EXISTS (SELECT 1 FROM read_keys AS o WHERE o.model = 'inbox' AND o.key = ? AND o.state = k.state AND o.place = k.place)`}
    ORDER BY k.place DESC LIMIT ${filter.limit + 1}`
  const statesOf = (filter: ListFilter): ReadonlyArray<string> => (filter.state === undefined ? ALL : [filter.state])
  const sqlOf = (filter: ListFilter): string => {
    const parts = statesOf(filter).map(() => `SELECT * FROM (${state(filter)})`)
    return parts.length === 1
      ? state(filter)
      : `${parts.join(" UNION ALL ")} ORDER BY place DESC LIMIT ${filter.limit + 1}`
  }
  const prepared = new Map(
    filters.map((filter) => [
      filter,
      {
        statement: connection.prepare<[Uint8Array, number, Uint8Array]>(sqlOf(filter)),
        parameters: statesOf(filter).flatMap((one) => [
          `member:${filter.member}`,
          one,
          ...(filter.org === undefined ? [] : [`org:${filter.org}`]),
        ]),
      },
    ]),
  )
  return {
    ...reading(filters, (filter) => {
      const { statement, parameters } = prepared.get(filter)!
      return statement
        .all(parameters)
        .slice(0, filter.limit)
        .map(([id]) => textOf(id))
    }),
    close: () => Promise.resolve(connection.close()),
  }
}

export default prepare
