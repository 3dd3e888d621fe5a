/** What stands in a data folder where the daemon keeps its own. */
import { accessSync, constants, statSync } from "node:fs"
import { join } from "node:path"

const FILES = ["charter.db", "charter.db-wal", "charter.db-shm", "lock.db", "lock.json", "daemon.json", "daemon.log"]
/** The journals of changes of the rules. */
const FOLDERS = ["changes"]
const SOCKET = "daemon.sock"

/** Why the daemon cannot use what is there, with its path; `undefined` where it can, or where nothing is. */
export const wrongEntry = (data: string): string | undefined => {
  for (const name of [...FILES, ...FOLDERS, SOCKET]) {
    const path = join(data, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) continue
    const mustBeFolder = FOLDERS.includes(name)
    if (found.isDirectory() !== mustBeFolder)
      return mustBeFolder
        ? `${path} is no folder, and the daemon keeps one there`
        : `${path} is a folder, and the daemon keeps a file there`
    if (name === SOCKET) continue
    try {
      accessSync(path, mustBeFolder ? constants.R_OK | constants.X_OK : constants.R_OK)
    } catch {
      return `${path} may not be read by the user that this runs as`
    }
  }
  return undefined
}
