/** The folders that runs have for themselves. What goes wrong with one is no end of the daemon, nor of what was done. */
import { rm } from "node:fs/promises"
import { Effect } from "effect"
import { makeFolder } from "../platform/makeFolder.ts"

/** Succeeds with what stood in the way, if anything. */
export const makeScratch = (folder: string): Effect.Effect<string | undefined> =>
  Effect.sync(() => {
    try {
      makeFolder(folder)
      return undefined
    } catch (error) {
      return `its folder cannot be made: ${(error as Error).message}`
    }
  })

/** A run may leave behind what cannot be removed, such as a folder that nobody may look into. */
export const removeScratch = (folder: string): Effect.Effect<void> =>
  Effect.catch(
    Effect.tryPromise(() => rm(folder, { recursive: true, force: true })),
    ({ cause }) =>
      Effect.logWarning(`what a run has left behind cannot be removed; it is tried again at the next start`, cause),
  )
