/** Says that something stirs in the watched folders, and no more: what it was, the scan finds out. */
import { join } from "node:path"
import { FSWatcher } from "chokidar"
import { Effect, type Scope } from "effect"
import { FOLDERS, isSourceName } from "./scan.ts"

/**
 * Calls `stirred` after each change, once the watcher is ready too. The folders may appear and vanish. Where the
 * system refuses to watch, `failed` is told, and nothing else happens.
 */
export const watch = (
  workspace: string,
  stirred: () => void,
  failed: (error: unknown) => void,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new FSWatcher({
        ignoreInitial: true,
        followSymlinks: false,
        atomic: false,
        ignored: (path, stats) => stats?.isFile() === true && !isSourceName(path.slice(path.lastIndexOf("/") + 1)),
      })
        .on("all", stirred)
        .on("ready", stirred)
        .on("error", failed)
        .add(FOLDERS.map((folder) => join(workspace, folder))),
    ),
    (watcher) => Effect.promise(() => watcher.close()),
  ).pipe(Effect.asVoid)
