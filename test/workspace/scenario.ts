/** A workspace in a temporary folder, changed as people and programs change files, and what is told about it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, Layer, Queue, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { WorkspaceEvent } from "../../src/workspace/standing.ts"
import { Workspace, type WorkspaceOptions } from "../../src/workspace/Workspace.ts"

/** A contract of everybody; `reason` makes it another version. */
export const contract = (id: string, reason = "no", scope = "@global"): string =>
  `contract: ${id}\nscope: "${scope}"\non: deploy.requested\nthen:\n  - deny: ${reason}\n`

export const organization = (id: string, member = "dana"): string =>
  `organization: "${id}"\nmembers:\n  - human: ${member}\n`

export const several = (...documents: ReadonlyArray<string>): string => documents.join("---\n")

/** An unfinished quotation: no parser takes it. */
export const BROKEN = 'contract: "a\n'

export interface Folder {
  readonly path: string
  readonly write: (file: string, text: string | Uint8Array) => void
  readonly remove: (file: string) => void
  readonly rename: (from: string, to: string) => void
}

export interface Open {
  readonly workspace: Workspace["Service"]
  /** What was told, in order; each once. */
  readonly next: Effect.Effect<WorkspaceEvent>
  /** Takes what was told until one is of the kind, and fits. Fails on the way where `never` says so. */
  readonly until: <K extends WorkspaceEvent["kind"]>(
    kind: K,
    fits?: (event: Extract<WorkspaceEvent, { kind: K }>) => boolean,
    each?: (event: WorkspaceEvent) => void,
  ) => Effect.Effect<Extract<WorkspaceEvent, { kind: K }>>
}

/** Runs `body` in real time with a folder of its own, and ends everything that it opened. */
export const inFolder = (body: (folder: Folder) => Effect.Effect<void, unknown, Scope.Scope>) => (): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(temporaryFolder, body)))

/** The same in virtual time, which stands still but for `TestClock.adjust`. */
export const inVirtualTime =
  (body: (folder: Folder) => Effect.Effect<void, unknown, Scope.Scope>) => (): Promise<void> =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(temporaryFolder, body)).pipe(Effect.provide(TestClock.layer())))

export const open = Effect.fnUntraced(function* (folder: Folder, options: Omit<WorkspaceOptions, "folder"> = {}) {
  const context = yield* Layer.build(Workspace.layer({ folder: folder.path, ...options }))
  const workspace = yield* Effect.provideContext(Effect.service(Workspace), context)
  const told = yield* Queue.unbounded<WorkspaceEvent>()
  yield* Effect.forkScoped(Stream.runForEach(workspace.changes, (event) => Queue.offer(told, event)))
  const until: Open["until"] = (kind, fits = () => true, each = () => {}) =>
    Effect.gen(function* () {
      for (;;) {
        const event = yield* Queue.take(told)
        each(event)
        if (event.kind === kind && fits(event as never)) return event as never
      }
    })
  return { workspace, next: Queue.take(told), until } satisfies Open
})

/** Lets virtual time pass, and looks at the files: a stray event of the watcher may make the daemon wait a little longer. */
export const after = (ms: number, { workspace }: Pick<Open, "workspace">) =>
  Effect.andThen(TestClock.adjust(ms), workspace.reload)

/** Full names of what is in force. */
export const names = Effect.fnUntraced(function* ({ workspace }: Open) {
  const { contracts, organizations } = yield* workspace.current
  return [...contracts.map(({ fullName }) => fullName), ...organizations.map(({ id }) => id)].toSorted()
})

const temporaryFolder = Effect.acquireRelease(
  Effect.sync((): Folder => {
    const path = mkdtempSync(join(tmpdir(), "charter workspace "))
    return {
      path,
      write: (file, text) => {
        mkdirSync(dirname(join(path, file)), { recursive: true })
        writeFileSync(join(path, file), text)
      },
      remove: (file) => rmSync(join(path, file), { recursive: true }),
      rename: (from, to) => renameSync(join(path, from), join(path, to)),
    }
  }),
  ({ path }) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)
