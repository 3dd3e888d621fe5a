/**
 * What a read model is: rows that are made and changed by records alone. Adapters keep rows as JSON with their state and
 * keys; everything that is particular to a model stands in its own file.
 */
import type { BuiltinData } from "../../domain/builtins.ts"
import type { Event } from "../../domain/event.ts"
import type { LogRecord } from "../../domain/record.ts"

export type ModelName = "proposals" | "holds" | "tasks" | "tokens" | "messages" | "inbox" | "documents" | "resources"

/** One row: the view that is answered, and what the model needs beside it to go on. */
export interface Row {
  readonly org: string
  /** A key by which a later record finds the row again where it does not know its id. */
  readonly link?: string
  readonly view: object
}

export type Change =
  | { readonly kind: "open"; readonly model: ModelName; readonly id: string; readonly row: Row }
  /** The row of this id, or every row of this link; nothing where there is none. */
  | {
      readonly kind: "update"
      readonly model: ModelName
      readonly find: { readonly id: string } | { readonly link: string }
      readonly update: (row: Row) => Row
    }

export interface ReadModel<View extends object> {
  readonly name: ModelName
  /** Every state that a row can be in, for lists over all of them. */
  readonly states: ReadonlyArray<string>
  readonly state: (view: View) => string
  /** Whose row it is; `ListFilter.member` asks for it. */
  readonly members: (view: View) => ReadonlyArray<string>
  /** The event that it is about; `ListFilter.event` asks for it. */
  readonly event: (view: View) => string | undefined
  /** The channel that it is in; `ListFilter.channel` asks for it. */
  readonly channel?: (view: View) => string | undefined
  readonly on: Readonly<Record<string, (record: LogRecord) => ReadonlyArray<Change>>>
}

type Types = keyof BuiltinData

/** A handler with the `data` of its type: the log holds only what the daemon itself wrote under it. */
export const on = <const Type extends Types>(
  types: ReadonlyArray<Type>,
  changes: (data: BuiltinData[Type], event: Event, record: LogRecord) => ReadonlyArray<Change>,
): Readonly<Record<string, (record: LogRecord) => ReadonlyArray<Change>>> =>
  Object.fromEntries(
    types.map((type) => [
      type,
      (record: LogRecord) => changes(record.event.data as BuiltinData[Type], record.event, record),
    ]),
  )

/** The view of a row, changed. */
export const updateView =
  <View extends object>(update: (view: View) => View) =>
  (row: Row): Row => ({ ...row, view: update(row.view as View) })

/** A row as it is stored and digested: the same text in every adapter. */
export const encodeRow = ({ org, link, view }: Row): string =>
  JSON.stringify(link === undefined ? { org, view } : { org, link, view })
export const decodeRow = (text: string): Row => JSON.parse(text) as Row
