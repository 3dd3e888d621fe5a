/** The log in one libSQL file, with its read models. One process at a time: hold the data folder (`lock.ts`). */
import { Context, Effect, Layer, type Scope } from "effect"
import { commitProblem } from "../commit.ts"
import { FOLLOW_PAGE_RECORDS, followPages, makeCommits, makeTail } from "../commits.ts"
import { cursorOf, positionOf } from "../cursor.ts"
import { EventLog, LogUnavailable, type Page, type ReadFilter } from "../EventLog.ts"
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
import { type Connection, openReader, openWriter, reasonOf } from "./database.ts"
import { makeReader } from "./reader.ts"
import { readInThread } from "./readerThread.ts"
import { makeRowReader } from "./rows.ts"
import { makeScan } from "./scan.ts"
import { migrate } from "./schema.ts"
import { makeWriterThread, type WriterThread } from "./writerThread.ts"

export interface LocalLogOptions {
  /** Path of the database; made where it is not there, in a folder that is. */
  readonly file: string
}

/** Fails where the file cannot be opened, is another program's, or was written by a newer version. */
export const layerLocal = ({ file }: LocalLogOptions): Layer.Layer<EventLog | Projections, LogUnavailable> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const commits = makeCommits(0)
      const writer = yield* Effect.acquireRelease(
        Effect.sync(() => makeWriterThread(file, commits.advance)),
        (thread) => thread.close,
      )
      const connection = yield* openedFile(file)
      const reader = makeReader(connection)
      commits.advance(reader.end())
      return Context.make(EventLog, makeLog(file, connection, reader, commits, writer)).pipe(
        Context.add(Projections, makeProjections(file, connection, writer)),
      )
    }),
  )

const openedFile = (file: string): Effect.Effect<Connection, LogUnavailable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const made = openWriter(file)
        try {
          migrate(made)
        } finally {
          made.close()
        }
        return openReader(file)
      },
      catch: (error) => new LogUnavailable({ operation: "open", reason: `${file}: ${reasonOf(error)}` }),
    }),
    (connection) => Effect.sync(() => connection.close()),
  )

const makeLog = (
  file: string,
  connection: Connection,
  reader: ReturnType<typeof makeReader>,
  commits: ReturnType<typeof makeCommits>,
  writer: WriterThread,
): typeof EventLog.Service => {
  const scan = makeScan(connection, reader.organizations)
  const page = (filter: ReadFilter, cursor: string, limit: number): Effect.Effect<Page, LogUnavailable> =>
    Effect.flatMap(positionOf(cursor), (from) =>
      sliced("read", () => scan(filter, "forwards", from, commits.end(), limit)),
    )
  const reached = (cursor: string, more: number): Effect.Effect<void, LogUnavailable> =>
    Effect.flatMap(positionOf(cursor), (position) => commits.reached(position + more))

  const tail = makeTail(commits, (cursor) => page({}, cursor, FOLLOW_PAGE_RECORDS))

  return EventLog.of({
    open: (org) => writer.run({ kind: "open", org }),
    append: (org, expected, epoch, commit) => {
      const problem = commitProblem(org, expected, commit)
      return problem === undefined
        ? writer.append(org, expected, epoch, commit)
        : Effect.fail(new LogUnavailable({ operation: "append", reason: problem }))
    },
    read: (org, position, limit) => sliced("read", () => reader.read(org, position, limit)),
    page,
    latest: (filter, cursor, limit) =>
      Effect.flatMap(positionOf(cursor), (before) =>
        sliced("read", () =>
          scan(filter, "backwards", cursor === "" ? commits.end() + 1 : before, commits.end(), limit),
        ),
      ),
    find: (org, source, id) => orThrow("find", () => reader.find(org, source, id)),
    findById: (id) => attempt("find", () => reader.findById(id)),
    get: (org, seq) => attempt("read", () => reader.get(org, seq)),
    waitFor: (cursor) => reached(cursor, 0),
    follow: (filter, cursor) =>
      followPages(
        cursor,
        (from) => page(filter, from, FOLLOW_PAGE_RECORDS),
        (from) => reached(from, 1),
        tail(filter),
      ),
    reaches: (cursor) =>
      Effect.flatMap(positionOf(cursor), (position) =>
        position <= commits.end()
          ? Effect.succeed(true)
          : // What the read models show may be written a moment before this thread is told.
            attempt("read", () => position <= reader.end()),
      ),
    end: Effect.sync(() => cursorOf(commits.end())),
    saveSnapshot: (org, snapshot) => writer.run({ kind: "saveSnapshot", org, snapshot }),
    archive: (sources) => writer.run({ kind: "archive", sources }),
    source: (hash) => attempt("read", () => reader.source(hash)),
    organizations: attempt("read", () => reader.organizations()),
    verify: readInThread(file, { kind: "verify" }),
  })
}

const makeProjections = (file: string, connection: Connection, writer: WriterThread): typeof Projections.Service => {
  const rows = makeRowReader(connection)
  return Projections.of({
    proposals: (filter) => attempt("list", () => rows.list<ProposalView>("proposals", filter)),
    proposal: (id) => attempt("read", () => rows.byId<ProposalView>("proposals", id)),
    holds: (filter) => attempt("list", () => rows.list<HoldView>("holds", filter)),
    hold: (id) => attempt("read", () => rows.byId<HoldView>("holds", id)),
    tasks: (filter) => attempt("list", () => rows.list<TaskView>("tasks", filter)),
    task: (id) => attempt("read", () => rows.byId<TaskView>("tasks", id)),
    tokens: (filter) => attempt("list", () => rows.list<TokenView>("tokens", filter)),
    messages: (filter) => attempt("list", () => rows.list<MessageView>("messages", filter)),
    message: (id) => attempt("read", () => rows.byId<MessageView>("messages", id)),
    inbox: (filter) => attempt("list", () => rows.list<InboxItem>("inbox", filter)),
    inboxItem: (id) => attempt("read", () => rows.byId<InboxItem>("inbox", id)),
    documents: (filter) => attempt("list", () => rows.list<DocumentView>("documents", filter)),
    document: (org, name, version) =>
      attempt("read", () =>
        version === undefined
          ? rows.byLink<DocumentView>("documents", documentKey(org, name))
          : rows.byId<DocumentView>("documents", versionKey(org, name, version)),
      ),
    resource: (org, hash) => attempt("read", () => rows.byId<ResourceView>("resources", resourceKey(org, hash))),
    tokenByHash: (hash) => orThrow("find", () => rows.byLink<TokenView>("tokens", hash)),
    rebuild: (progress) => Effect.map(writer.run({ kind: "rebuild" }, progress), (records) => ({ records })),
    digest: readInThread(file, { kind: "digest" }),
  })
}

const orThrow = <A>(operation: string, body: () => A): A => {
  try {
    return body()
  } catch (error) {
    throw new LogUnavailable({ operation, reason: reasonOf(error) })
  }
}

const attempt = <A>(operation: string, body: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.try({ try: body, catch: (error) => new LogUnavailable({ operation, reason: reasonOf(error) }) })

/** Runs a read slice by slice; the event loop has its turn at every `yield`. */
const sliced = <A>(operation: string, start: () => Generator<void, A>): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => {
    const slices = start()
    const step: Effect.Effect<A, LogUnavailable> = Effect.flatMap(
      attempt(operation, () => slices.next()),
      (slice) => (slice.done === true ? Effect.succeed(slice.value) : Effect.andThen(Effect.yieldNow, step)),
    )
    return step
  })
