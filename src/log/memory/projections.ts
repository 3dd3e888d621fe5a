/** Read models in memory. Rows take the same way through JSON as in every other adapter, so they digest the same. */
import { Effect } from "effect"
import type { LogRecord } from "../../domain/record.ts"
import type { Stored } from "../EventLog.ts"
import {
  type DocumentView,
  type HoldView,
  type InboxItem,
  type MessageView,
  Projections,
  type ProposalView,
  type ResourceView,
  type TaskView,
  type TokenView,
} from "../Projections.ts"
import { documentKey, versionKey } from "../projections/documents.ts"
import { resourceKey } from "../projections/resources.ts"
import { digestRows, listRows, type Walk } from "../projections/list.ts"
import { applyRecord, keysOf, MODEL_NAMES, type Placed, type RowStore, stateOf } from "../projections/project.ts"
import { decodeRow, encodeRow, type ModelName } from "../projections/readModel.ts"

/** `records` is the log that `rebuild` reads. */
export const makeMemoryProjections = (
  records: () => ReadonlyArray<Stored>,
): {
  readonly project: (record: LogRecord, place: number) => void
  readonly projections: typeof Projections.Service
} => {
  let rows = emptyRows()

  const store: RowStore = {
    byId: (model, id) => rows[model].get(id),
    byLink: (model, link) => [...rows[model].values()].filter(({ row }) => row.link === link),
    put: (model, after) => rows[model].set(after.id, { ...after, row: decodeRow(encodeRow(after.row)) }),
  }
  const project = (record: LogRecord, place: number): void => applyRecord(store, record, place)

  const walk =
    (model: ModelName): Walk =>
    ({ keys, state, newest, after, limit }) =>
      [...rows[model].values()]
        .filter(
          ({ place, row }) =>
            (after === undefined || (newest ? place < after : place > after)) &&
            (state === undefined || stateOf(model, row) === state) &&
            keys.every((key) => keysOf(model, row).includes(key)),
        )
        .toSorted((a, b) => (newest ? b.place - a.place : a.place - b.place))
        .slice(0, limit)

  const view = <View>(model: ModelName, id: string): View | undefined =>
    rows[model].get(id)?.row.view as View | undefined

  return {
    project,
    projections: Projections.of({
      proposals: (filter) => Effect.sync(() => listRows<ProposalView>(filter, walk("proposals"))),
      proposal: (id) => Effect.sync(() => view<ProposalView>("proposals", id)),
      holds: (filter) => Effect.sync(() => listRows<HoldView>(filter, walk("holds"))),
      hold: (id) => Effect.sync(() => view<HoldView>("holds", id)),
      tasks: (filter) => Effect.sync(() => listRows<TaskView>(filter, walk("tasks"))),
      task: (id) => Effect.sync(() => view<TaskView>("tasks", id)),
      tokens: (filter) => Effect.sync(() => listRows<TokenView>(filter, walk("tokens"))),
      messages: (filter) => Effect.sync(() => listRows<MessageView>(filter, walk("messages"))),
      message: (id) => Effect.sync(() => view<MessageView>("messages", id)),
      inbox: (filter) => Effect.sync(() => listRows<InboxItem>(filter, walk("inbox"))),
      inboxItem: (id) => Effect.sync(() => view<InboxItem>("inbox", id)),
      documents: (filter) => Effect.sync(() => listRows<DocumentView>(filter, walk("documents"))),
      document: (org, name, version) =>
        Effect.sync(() =>
          version === undefined
            ? (store.byLink("documents", documentKey(org, name))[0]?.row.view as DocumentView | undefined)
            : view<DocumentView>("documents", versionKey(org, name, version)),
        ),
      resource: (org, hash) => Effect.sync(() => view<ResourceView>("resources", resourceKey(org, hash))),
      tokenByHash: (hash) => store.byLink("tokens", hash)[0]?.row.view as TokenView | undefined,
      rebuild: (progress) =>
        Effect.sync(() => {
          rows = emptyRows()
          records().forEach(({ record }, index) => project(record, index + 1))
          progress(records().length)
          return { records: records().length }
        }),
      digest: Effect.sync(() =>
        digestRows(
          MODEL_NAMES.toSorted().flatMap((model) =>
            [...rows[model].values()]
              .toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
              .map(({ id, row }) => ({ model, id, body: encodeRow(row) })),
          ),
        ),
      ),
    }),
  }
}

const emptyRows = (): Record<ModelName, Map<string, Placed>> => ({
  proposals: new Map(),
  holds: new Map(),
  tasks: new Map(),
  tokens: new Map(),
  messages: new Map(),
  inbox: new Map(),
  documents: new Map(),
  resources: new Map(),
})
