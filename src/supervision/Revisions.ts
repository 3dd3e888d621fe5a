/**
 * Contract sets by their hash: the one in force now, and any earlier one that a log still names, made again from the
 * texts that were archived with it.
 */
import { Context, Effect, Layer, Schema } from "effect"
import type { Origin } from "../domain/change.ts"
import { sha256 } from "../domain/sha256.ts"
import { Definitions } from "../kernel/definitions.ts"
import { conditionOf } from "../kernel/linkedContract.ts"
import { type Compiler, createCompiler } from "../language/conditions/compile.ts"
import { parseFile } from "../language/load.ts"
import { EventLog, LogUnavailable } from "../log/EventLog.ts"
import type { LoadedSet } from "../workspace/loadedSet.ts"

/** One set, linked, and where its texts are kept. */
export interface Revision {
  readonly definitions: Definitions
  /** File → hash of its text. */
  readonly files: Readonly<Record<string, string>>
  /** Of the one in force, where it is known. */
  readonly origin?: Origin
  /** Hash of the archived manifest. */
  readonly manifest: string
}

/** What is archived for each revision. */
const Manifest = Schema.Struct({
  revision: Schema.String,
  /** File → hash of its text. */
  files: Schema.Record(Schema.String, Schema.String),
})
const readManifest = Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest))

/** What conditions are compiled with. Tests put one here that is wrong, to see that it is found out. */
export const ConditionCompiler = Context.Reference<Compiler>("charter/supervision/ConditionCompiler", {
  defaultValue: () => createCompiler(),
})

/** Earlier revisions kept linked, beside the one in force. */
const MAX_KEPT_REVISIONS = 16

export class Revisions extends Context.Service<
  Revisions,
  {
    /** The set that new decisions are made under. Synchronous: every turn asks. */
    readonly current: () => Revision
    /**
     * Archives the texts of a set and makes it the current one. Mailboxes adopt it with their next turn. Those that
     * `before` has, too, are in the archive already.
     */
    readonly switchTo: (set: LoadedSet, origin?: Origin, before?: LoadedSet) => Effect.Effect<Revision, LogUnavailable>
    /** An earlier set, from its manifest. */
    readonly load: (manifest: string) => Effect.Effect<Revision, LogUnavailable>
  }
>()("charter/supervision/Revisions") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const log = yield* EventLog
      const compiler = yield* ConditionCompiler
      const kept = new Map<string, Revision>()
      const none: Revision = {
        definitions: new Definitions(
          { revision: EMPTY_REVISION, contracts: [], organizations: [] },
          undefined,
          compiler,
        ),
        files: {},
        manifest: "",
      }
      let current = none

      const keep = (revision: Revision): Revision => {
        kept.delete(revision.manifest)
        kept.set(revision.manifest, revision)
        if (kept.size > MAX_KEPT_REVISIONS) kept.delete(kept.keys().next().value!)
        return revision
      }

      const switchTo = Effect.fn("Revisions.switchTo")(function* (set: LoadedSet, origin?: Origin, before?: LoadedSet) {
        const files = Object.fromEntries(Object.entries(set.files).map(([file, { hash }]) => [file, hash]))
        const manifest = JSON.stringify({ revision: set.revision, files })
        const hash = sha256(manifest)
        if (hash === current.manifest) return current
        const fresh = new Set(
          Object.keys(set.files).filter((file) => set.files[file]!.hash !== before?.files[file]?.hash),
        )
        yield* log.archive([...[...fresh].map((file) => set.files[file]!), { hash, text: manifest }])
        const definitions = new Definitions(set, current.definitions)
        // A condition with which the compiler fails is found out now, and not by the first event that it is for.
        for (const linked of definitions.contracts.values())
          if (fresh.has(linked.contract.position.file)) conditionOf(linked)
        const revision = { definitions, files, manifest: hash }
        keep(revision)
        current = origin === undefined ? revision : { ...revision, origin }
        return current
      })

      const load = Effect.fn("Revisions.load")(function* (manifest: string) {
        const known = kept.get(manifest)
        if (known !== undefined) return keep(known)
        if (manifest === "") return none
        const { revision, files } = yield* archived(manifest).pipe(
          Effect.flatMap(readManifest),
          Effect.mapError((error) => (error instanceof LogUnavailable ? error : unreadable(manifest, error.message))),
        )
        const parsed = yield* Effect.forEach(Object.entries(files), ([file, hash]) =>
          Effect.map(archived(hash), (text) => parseFile(file, text)),
        )
        const contracts = parsed.flatMap((one) => one.contracts)
        const organizations = parsed.flatMap((one) => one.organizations)
        return keep({
          definitions: new Definitions({ revision, contracts, organizations }, current.definitions),
          files,
          manifest,
        })
      })

      const archived = (hash: string): Effect.Effect<string, LogUnavailable> =>
        Effect.flatMap(log.source(hash), (text) =>
          text === undefined ? Effect.fail(unreadable(hash, "it is not in the archive")) : Effect.succeed(text),
        )

      return Revisions.of({ current: () => current, switchTo, load })
    }),
  )
}

/** The name of a set with nothing in it. */
export const EMPTY_REVISION = sha256("")

const unreadable = (hash: string, reason: string): LogUnavailable =>
  new LogUnavailable({ operation: `read the archived text ${hash.slice(0, 12)}`, reason })
