/**
 * Files that nobody may write any more, through what he has opened before neither: what a file system is to a program when
 * it turns read-only. To remount one read-only the kernel refuses as long as a file on it is open for writing.
 */
import { execFileSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"

export class Immutable {
  #folder: string | undefined

  /** The folder with all that is in it. False where this machine does not do that. */
  make(folder: string): boolean {
    if (!isEnforcedIn(folder)) return false
    this.#folder = folder
    change("+i", folder)
    return true
  }

  close(): void {
    if (this.#folder !== undefined) change("-i", this.#folder)
    this.#folder = undefined
  }
}

/** Some file systems keep the mark and do not heed it where a file is open. */
const isEnforcedIn = (folder: string): boolean => {
  const probe = mkdtempSync(join(folder, "probe-"))
  const file = openSync(join(probe, "file"), "w")
  try {
    change("+i", probe)
    writeSync(file, "x")
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  } finally {
    closeSync(file)
    try {
      change("-i", probe)
    } catch {
      // Then there is no mark.
    }
    rmSync(probe, { recursive: true })
  }
}

/** Sockets know no marks. */
const change = (mark: "+i" | "-i", folder: string): void => {
  const within = readdirSync(folder, { recursive: true, withFileTypes: true })
  const marked = within.filter((entry) => entry.isFile() || entry.isDirectory())
  const paths = [folder, ...marked.map(({ parentPath, name }) => join(parentPath, name))]
  execFileSync("chattr", [mark, ...paths], { stdio: "ignore" })
}
