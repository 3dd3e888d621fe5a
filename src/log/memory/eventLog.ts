/** The log in memory: for tests, and for programs that use Charter as a library and keep nothing. It grows for ever. */
import { Effect } from "effect"
import { eventKey } from "../../domain/event.ts"
import { type LogRecord, MAX_COMMIT_BYTES } from "../../domain/record.ts"
import { commitBytes, commitProblem, commitTooLarge } from "../commit.ts"
import { followPages, FOLLOW_PAGE_RECORDS, makeCommits, makeTail } from "../commits.ts"
import { cursorOf, positionOf } from "../cursor.ts"
import {
  AppendConflict,
  type Appended,
  EventLog,
  LogUnavailable,
  type Opened,
  type Page,
  type ReadFilter,
  type Stored,
} from "../EventLog.ts"
import { recordMatches } from "../filter.ts"

interface Organization {
  readonly records: Array<LogRecord>
  epoch: number
  snapshot?: NonNullable<Opened["snapshot"]>
}

/** `project` is called with each record as it is committed, and its place. */
export const makeMemoryLog = (
  project: (record: LogRecord, place: number) => void,
): { readonly log: typeof EventLog.Service; readonly records: ReadonlyArray<Stored> } => {
  const records: Array<Stored> = []
  const byKey = new Map<string, LogRecord>()
  const byId = new Map<string, Array<LogRecord>>()
  const organizations = new Map<string, Organization>()
  const sources = new Map<string, string>()
  const commits = makeCommits(0)

  const organization = (org: string): Organization => {
    const known = organizations.get(org)
    if (known !== undefined) return known
    const made: Organization = { records: [], epoch: 0 }
    organizations.set(org, made)
    return made
  }

  const append: (typeof EventLog.Service)["append"] = (org, expected, epoch, commit) =>
    Effect.suspend((): Effect.Effect<Appended, AppendConflict | LogUnavailable> => {
      const bytes = commitBytes(commit)
      const problem =
        commitProblem(org, expected, commit) ?? (bytes > MAX_COMMIT_BYTES ? commitTooLarge(bytes) : undefined)
      if (problem !== undefined) return Effect.fail(new LogUnavailable({ operation: "append", reason: problem }))
      const into = organization(org)
      const actual = into.records.length
      const fenced = epoch !== into.epoch || epoch === 0
      const keys = commit.map(({ event }) => eventKey(event))
      if (fenced || actual !== expected || new Set(keys).size < keys.length || keys.some((key) => byKey.has(key)))
        return Effect.fail(new AppendConflict({ org, expected, actual, fenced }))
      commit.forEach((record, index) => {
        const place = records.length + 1
        records.push({ record, cursor: cursorOf(place) })
        into.records.push(record)
        byKey.set(keys[index]!, record)
        byId.set(record.event.id, [...(byId.get(record.event.id) ?? []), record])
        project(record, place)
      })
      commits.advance(records.length)
      return Effect.succeed({ position: into.records.length, cursor: cursorOf(records.length) })
    })

  const page = (filter: ReadFilter, cursor: string, limit: number): Effect.Effect<Page, LogUnavailable> =>
    Effect.map(positionOf(cursor), (after) => {
      const matches = recordMatches(filter)
      const items: Array<Stored> = []
      let at = after
      for (; at < records.length && items.length < limit; at++)
        if (matches(records[at]!.record)) items.push(records[at]!)
      return { items, next: cursorOf(at), end: at >= records.length }
    })

  const latest = (filter: ReadFilter, cursor: string, limit: number): Effect.Effect<Page, LogUnavailable> =>
    Effect.map(positionOf(cursor), (before) => {
      const matches = recordMatches(filter)
      const items: Array<Stored> = []
      let at = cursor === "" ? records.length : Math.min(before - 1, records.length)
      for (; at > 0 && items.length < limit; at--) if (matches(records[at - 1]!.record)) items.push(records[at - 1]!)
      return { items, next: cursorOf(at + 1), end: at <= 0 }
    })

  const reached = (cursor: string, more: number): Effect.Effect<void, LogUnavailable> =>
    Effect.flatMap(positionOf(cursor), (position) => commits.reached(position + more))
  const tail = makeTail(commits, (cursor) => page({}, cursor, FOLLOW_PAGE_RECORDS))

  const written = (): ReadonlyArray<string> =>
    [...organizations].flatMap(([org, into]) => (into.records.length > 0 ? [org] : [])).toSorted()

  return {
    records,
    log: EventLog.of({
      open: (org) =>
        Effect.sync(() => {
          const into = organization(org)
          into.epoch++
          const snapshot = into.snapshot === undefined ? {} : { snapshot: into.snapshot }
          return { position: into.records.length, epoch: into.epoch, ...snapshot }
        }),
      append,
      read: (org, position, limit) =>
        Effect.sync(() => (organizations.get(org)?.records ?? []).slice(position, position + limit)),
      page,
      latest,
      find: (org, source, id) => byKey.get(eventKey({ org, source, id })),
      findById: (id) => Effect.sync(() => byId.get(id) ?? []),
      get: (org, seq) => Effect.sync(() => organizations.get(org)?.records[seq - 1]),
      waitFor: (cursor) => reached(cursor, 0),
      follow: (filter, cursor) =>
        followPages(
          cursor,
          (from) => page(filter, from, FOLLOW_PAGE_RECORDS),
          (from) => reached(from, 1),
          tail(filter),
        ),
      reaches: (cursor) => Effect.map(positionOf(cursor), (position) => position <= records.length),
      end: Effect.sync(() => cursorOf(records.length)),
      saveSnapshot: (org, snapshot) =>
        Effect.sync(() => {
          const into = organization(org)
          if (into.snapshot === undefined || into.snapshot.position <= snapshot.position) into.snapshot = snapshot
        }),
      archive: (texts) => Effect.sync(() => texts.forEach(({ hash, text }) => sources.set(hash, text))),
      source: (hash) => Effect.sync(() => sources.get(hash)),
      organizations: Effect.sync(written),
      verify: Effect.sync(() => ({
        organizations: written().length,
        records: records.length,
        broken: [],
      })),
    }),
  }
}
