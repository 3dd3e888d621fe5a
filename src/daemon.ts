/**
 * The whole graph, composed in one place: the log in its data folder, the rules from the workspace, mailboxes,
 * supervisors, the service, and the doors.
 */
import { statSync } from "node:fs"
import { join, resolve } from "node:path"
import { Context, Data, Deferred, Effect, Layer, type Scope } from "effect"
import { removeDaemonFile, writeDaemonFile } from "./discovery/daemonFile.ts"
import { databaseFile, journalFolder, runMark, socketFile } from "./discovery/folders.ts"
import type { DiskEdits } from "./domain/change.ts"
import { type Diagnostic, formatDiagnostic } from "./domain/diagnostic.ts"
import { Server } from "./http/Server.ts"
import { withObservability } from "./observability/observability.ts"
import { makeFolder } from "./platform/makeFolder.ts"
import { acquireDataFolder } from "./log/local/lock.ts"
import { checkExecutorConfig } from "./executors/registry.ts"
import { notAcceptable } from "./language/acceptance.ts"
import { EventLog } from "./log/EventLog.ts"
import { newestReport } from "./log/newestReport.ts"
import { layerMemory } from "./log/memory/layer.ts"
import { layerLocal } from "./log/local/layer.ts"
import { serviceLayer } from "./service/layer.ts"
import type { Lifecycle } from "./service/operations/dependencies.ts"
import type { Service } from "./service/Service.ts"
import { hashOf, makeRunTokens, newSecret } from "./service/tokens.ts"
import { Changes } from "./supervision/Changes.ts"
import { followFiles } from "./supervision/followFiles.ts"
import { lastGoodFiles } from "./supervision/lastGoodFiles.ts"
import { Mailboxes } from "./supervision/Mailboxes.ts"
import { Oracle } from "./supervision/Oracle.ts"
import { Revisions } from "./supervision/Revisions.ts"
import { report } from "./supervision/report.ts"
import { Rules } from "./supervision/Rules.ts"
import { MAX_RUNS, Supervisors } from "./supervision/Supervisors.ts"
import type { LoadedSet } from "./workspace/loadedSet.ts"
import { noMemory, openMemory } from "./workspace/memory.ts"
import { Workspace } from "./workspace/Workspace.ts"
import { BUILD, VERSION } from "./version.ts"

export interface CoreOptions {
  /** The folder with `contracts/` and `organizations/`. */
  readonly workspace: string
  /** The folder with the database; made where it is missing. */
  readonly data: string
  /** The log lives and dies with the daemon; the folder holds what runs need meanwhile. */
  readonly ephemeral?: boolean
  /** For secrets of webhooks; nothing of it reaches a run. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /**
   * What becomes of edits on disk: `apply` takes them for the operator's word, `confirm` lets them wait for it. Absent: as
   * the last daemon on this data folder had it, else `apply`.
   */
  readonly diskEdits?: DiskEdits
  /** Where runs reach the daemon; told to them as `CHARTER_URL`. */
  readonly url: () => string
  /** Runs at the same time, over all agents; {@link MAX_RUNS} where it is not said. */
  readonly maxRuns?: number
  /** Longest wait for runs to end when the daemon stops; {@link DRAIN_GRACE_MS} where it is not said. */
  readonly graceMs?: number
}

/** Longest wait for runs to end when the daemon stops, before they are stopped and given again later. */
export const DRAIN_GRACE_MS = 10_000

/**
 * Everything but the doors: a daemon inside another program. Lives as long as its scope. `open` is run when the rules
 * are in force and before the first task is given out: what it opens is there for the runs, and until they have ended.
 */
export const startCore = Effect.fn("startCore")(function* <A = void, E = never>(
  options: CoreOptions,
  open: (core: {
    readonly context: Context.Context<Service>
    readonly operatorToken: string
    readonly startedAt: string
  }) => Effect.Effect<A, E, Scope.Scope>,
) {
  const folder = resolve(options.workspace)
  const startedAt = new Date().toISOString()
  const worker = `${process.pid}-${startedAt}`
  const { maxRuns = MAX_RUNS, graceMs = DRAIN_GRACE_MS } = options
  const lifecycle: Lifecycle = { state: "starting" }
  const operatorToken = newSecret()
  const runTokens = makeRunTokens()
  const stopping = yield* Deferred.make<void>()
  let edits: DiskEdits = "apply"
  const hurry = yield* Deferred.make<void>()
  yield* Effect.sync(() => makeFolder(options.data, 0o700))

  const logLive = options.ephemeral === true ? layerMemory : layerLocal({ file: databaseFile(options.data) })
  const recall = () =>
    BUILD === undefined ? noMemory : openMemory({ file: join(options.data, "checked-rules"), build: BUILD })
  const rulesLive = Revisions.layer.pipe(Layer.provideMerge(logLive))
  const workspaceLive = Layer.unwrap(
    Effect.gen(function* () {
      const log = yield* EventLog
      const lastGood = yield* lastGoodFiles(log)
      edits = options.diskEdits ?? (yield* newestReport(log, "daemon.started"))?.edits ?? "apply"
      return Workspace.layer({
        folder,
        lastGood,
        accept: acceptable,
        confirmsEdits: edits === "confirm",
        journal: journalFolder(options.data),
        memory: recall(),
      })
    }),
  ).pipe(Layer.provideMerge(rulesLive))
  const mailboxesLive = Changes.layer.pipe(
    Layer.provideMerge(Rules.layer),
    Layer.provideMerge(Mailboxes.layer),
    Layer.provideMerge(workspaceLive),
  )
  const supervisorsLive = Supervisors.layer({
    worker,
    workspace: folder,
    mark: (run) => runMark(options.data, run),
    scratch: join(options.data, "runs"),
    maxRuns,
    access: {
      issue: (run) => ({ CHARTER_URL: options.url(), CHARTER_TOKEN: runTokens.issue(run) }),
      revoke: runTokens.revoke,
    },
  })
  const serviceLive = serviceLayer({
    version: VERSION,
    workspace: folder,
    startedAt,
    operatorHash: hashOf(operatorToken),
    runTokens,
    environment: options.environment,
    logBytes: () => bytesOf(options.data),
    lifecycle,
    maxRuns,
    shutdown: (now) =>
      Effect.andThen(
        now ? Deferred.succeed(hurry, undefined) : Effect.void,
        Effect.asVoid(Deferred.succeed(stopping, undefined)),
      ),
  })
  const context = yield* Layer.build(
    Layer.mergeAll(supervisorsLive, serviceLive, Oracle.layer).pipe(Layer.provideMerge(mailboxesLive)),
  )

  yield* refuseInvalidStart(folder, context)
  yield* Effect.provide(run(edits), context)
  const opened = yield* open({ context, operatorToken, startedAt })
  yield* Context.get(context, Supervisors).start
  lifecycle.state = "running"
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      lifecycle.state = "draining"
      lifecycle.until = new Date(Date.now() + graceMs).toISOString()
      return Effect.provide(drain(graceMs, Deferred.await(hurry)), context)
    }),
  )
  return {
    context,
    operatorToken,
    startedAt,
    lifecycle,
    opened,
    /** Done when somebody has asked for the shutdown. */
    stopping: Deferred.await(stopping),
  }
})

export interface DaemonOptions extends Omit<CoreOptions, "url"> {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** A daemon inside another program: alone on its data folder, and reached through its service alone. */
export const startInside = (options: Omit<CoreOptions, "url">) =>
  withObservability(
    options.environment,
    VERSION,
    Effect.andThen(
      acquireDataFolder(options.data),
      startCore({ ...options, url: () => "" }, () => Effect.void),
    ),
  )

/** A daemon with its doors open: alone on its data folder, listening, and found through `daemon.json` there. */
export const startDaemon = (options: DaemonOptions) =>
  withObservability(options.environment, VERSION, startObserved(options))

const startObserved = Effect.fn("startDaemon")(function* (options: DaemonOptions) {
  yield* Effect.addFinalizer(() => Effect.logInfo("the daemon has stopped"))
  const { data, host, port } = options
  const folder = yield* acquireDataFolder(data)
  let url = ""
  const core = yield* startCore({ ...options, url: () => url }, ({ startedAt, operatorToken, context }) =>
    Effect.gen(function* () {
      const socket = socketFile(data)
      const doors = Server.layer({
        host,
        port,
        hosts: listed(options.environment["CHARTER_HOSTS"]),
        origins: listed(options.environment["CHARTER_ORIGINS"]),
        ...(socket === undefined ? undefined : { socket }),
      })
      const server = Context.get(yield* Layer.build(Layer.provide(doors, Layer.succeedContext(context))), Server)
      url = server.url
      yield* folder.announce(server.port)
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          writeDaemonFile(data, {
            pid: process.pid,
            workspace: options.workspace,
            host: server.host,
            port: server.port,
            ...(server.socket === undefined ? undefined : { socket: server.socket }),
            startedAt,
            token: operatorToken,
          }),
        ),
        () => Effect.sync(() => removeDaemonFile(data, process.pid)),
      )
      return server
    }),
  )
  const { workspace } = options
  yield* Effect.annotateLogs(Effect.logInfo("events are taken"), {
    version: VERSION,
    url: core.opened.url,
    workspace,
    data,
  })
  yield* Effect.addFinalizer(() => Effect.logInfo("the daemon stops: what is under way may end"))
  return { ...core, url: core.opened.url, host: core.opened.host, port: core.opened.port }
})

/** The first start of a workspace whose files have errors: without them nothing has ever been in force. */
export class WorkspaceInvalid extends Data.TaggedError("WorkspaceInvalid")<{
  readonly folder: string
  readonly diagnostics: ReadonlyArray<Diagnostic>
}> {
  override get message(): string {
    const errors = this.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n")
    return `the rules in ${this.folder} have errors, and no earlier set could stand in for them:\n${errors}`
  }
}

/** A rule that cannot be read must not be missing in silence. */
const refuseInvalidStart = Effect.fnUntraced(function* (
  folder: string,
  context: Context.Context<EventLog | Workspace>,
) {
  const log = Context.get(context, EventLog)
  if ((yield* newestReport(log, "contracts.revised")) !== undefined) return
  const { rejected } = yield* Context.get(context, Workspace).status
  if (rejected.length > 0) return yield* new WorkspaceInvalid({ folder, diagnostics: rejected })
})

/** Puts the workspace's set in force, wakes every organization, and follows the files from then on. */
const run = Effect.fnUntraced(function* (edits: DiskEdits) {
  yield* (yield* Rules).takeUp
  yield* report("daemon.started", { version: VERSION, epoch: `${process.pid}`, edits })
  yield* (yield* Changes).start
  yield* followFiles
})

const drain = (graceMs: number, hurry: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const mailboxes = yield* Mailboxes
    const supervisors = yield* Supervisors
    yield* supervisors.drain(graceMs, hurry)
    yield* Effect.ignore(report("daemon.stopped", { reason: "asked to stop" }))
    yield* mailboxes.drain
  })

/** Of the database and what is beside it: the write-ahead log. */
const bytesOf = (data: string): number =>
  [databaseFile(data), `${databaseFile(data)}-wal`].reduce(
    (bytes, file) => bytes + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

/** `a.example, b.example` */
const listed = (text = ""): ReadonlyArray<string> =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")

/** A set that this version cannot run whole is refused: nothing in it is accepted and ignored. */
const acceptable = (candidate: LoadedSet): Effect.Effect<void, ReadonlyArray<Diagnostic>> =>
  Effect.suspend(() => {
    const organizations = new Map(candidate.organizations.map((organization) => [organization.id, organization]))
    const errors = notAcceptable(candidate.contracts, organizations, checkExecutorConfig).filter(
      ({ severity }) => severity === "error",
    )
    return errors.length === 0 ? Effect.void : Effect.fail(errors)
  })
