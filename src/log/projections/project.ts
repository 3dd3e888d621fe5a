/** The one projector: what a record changes in the read models, and how a store is brought up to date with it. */
import type { LogRecord } from "../../domain/record.ts"
import { GLOBAL, memberName } from "../../domain/names.ts"
import type { ListFilter } from "../Projections.ts"
import { documents } from "./documents.ts"
import { holds } from "./holds.ts"
import { inbox } from "./inbox.ts"
import { messages } from "./messages.ts"
import { proposals } from "./proposals.ts"
import type { Change, ModelName, ReadModel, Row } from "./readModel.ts"
import { resources } from "./resources.ts"
import { tasks } from "./tasks.ts"
import { tokens } from "./tokens.ts"

const MODELS = { proposals, holds, tasks, tokens, messages, inbox, documents, resources } as const
export const MODEL_NAMES = Object.keys(MODELS) as ReadonlyArray<ModelName>

const modelOf = (name: ModelName): ReadModel<object> => MODELS[name] as unknown as ReadModel<object>

const handlers = new Map<string, Array<(record: LogRecord) => ReadonlyArray<Change>>>()
for (const name of MODEL_NAMES)
  for (const [type, handler] of Object.entries(modelOf(name).on))
    handlers.set(type, [...(handlers.get(type) ?? []), handler])

/** Every type that some read model is made from. */
export const PROJECTED_TYPES: ReadonlyArray<string> = [...handlers.keys()]

/** Does any read model look at events of this type? */
export const isProjected = (type: string): boolean => handlers.has(type)

/** What one record changes. Pure; the same record gives the same changes for ever. */
export const project = (record: LogRecord): ReadonlyArray<Change> =>
  (handlers.get(record.event.type) ?? []).flatMap((handler) => handler(record))

/** Where an adapter keeps rows. `place` is that of the record which opened the row: the order of lists. */
export interface RowStore {
  readonly byId: (model: ModelName, id: string) => Placed | undefined
  readonly byLink: (model: ModelName, link: string) => ReadonlyArray<Placed>
  readonly put: (model: ModelName, after: Placed, before: Placed | undefined) => void
}

export interface Placed {
  readonly id: string
  readonly place: number
  readonly row: Row
}

/** Brings a store up to date with one record at `place`. */
export const applyRecord = (store: RowStore, record: LogRecord, place: number): void => {
  for (const change of project(record)) {
    if (change.kind === "open") {
      store.put(change.model, { id: change.id, place, row: change.row }, store.byId(change.model, change.id))
      continue
    }
    const found =
      "id" in change.find ? [store.byId(change.model, change.find.id)] : store.byLink(change.model, change.find.link)
    for (const before of found)
      if (before !== undefined) store.put(change.model, { ...before, row: change.update(before.row) }, before)
  }
}

/** The state that lists are filtered by. */
export const stateOf = (model: ModelName, row: Row): string => modelOf(model).state(row.view)

export const statesOf = (model: ModelName): ReadonlyArray<string> => modelOf(model).states

/** What a row is found by. `""` stands for all rows of the model. */
export const keysOf = (model: ModelName, row: Row): ReadonlyArray<string> => {
  const { members, event, channel } = modelOf(model)
  const about = event(row.view)
  const where = channel?.(row.view)
  return [
    ...new Set([
      "",
      `org:${row.org}`,
      ...members(row.view).map((member) => `member:${member}`),
      ...(about === undefined ? [] : [`event:${about}`]),
      ...(where === undefined ? [] : [`channel:${row.org}#${where}`]),
    ]),
  ]
}

/** The keys that a row must have all of to be listed, the most selective first; never empty. */
export const keysWanted = ({ org, member, event, channel }: ListFilter): readonly [string, ...Array<string>] => {
  const wanted = [
    ...(channel === undefined ? [] : [`channel:${org ?? GLOBAL}#${channel}`]),
    ...(event === undefined ? [] : [`event:${event}`]),
    ...(member === undefined ? [] : [`member:${memberName(member)}`]),
    ...(org === undefined ? [] : [`org:${org}`]),
  ]
  const [first = "", ...rest] = wanted
  return [first, ...rest]
}
