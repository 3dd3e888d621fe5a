/** What stands in a data folder where the daemon keeps its own. */
import { accessSync, constants, statSync } from "node:fs"
import { daemonFilePath } from "./daemonFile.ts"
import { databaseFile, holderFile, journalFolder, lockFile, outputFile, socketFile } from "./folders.ts"

/** Why the daemon cannot use what is there, with its path; `undefined` where it can, or where nothing is. */
export const wrongEntry = (data: string): string | undefined => {
  const database = databaseFile(data)
  const journals = journalFolder(data)
  const socket = socketFile(data)
  const paths = [
    database,
    `${database}-wal`,
    `${database}-shm`,
    lockFile(data),
    holderFile(data),
    daemonFilePath(data),
    outputFile(data),
    ...(socket === undefined ? [] : [socket]),
    journals,
  ]
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) continue
    if (path === journals && !found.isDirectory()) return `${path} is no folder, and the daemon keeps one there`
    if (path !== journals && found.isDirectory()) return `${path} is a folder, and the daemon keeps a file there`
    if (path === socket) continue
    try {
      accessSync(path, path === journals ? constants.R_OK | constants.X_OK : constants.R_OK)
    } catch {
      return `${path} may not be read by the user that this runs as`
    }
  }
  return undefined
}
