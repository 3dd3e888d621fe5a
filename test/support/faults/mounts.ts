/** File systems of their own, where the machine lets us make one: small, or read-only. */
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"

export class Mounts {
  readonly #made: Array<string> = []

  /** Mounts one over the folder, which is made where it is missing. False where that is not permitted. */
  make(folder: string, options: string): boolean {
    mkdirSync(folder, { recursive: true })
    if (!mount(["-t", "tmpfs", "-o", options, "none", folder])) return false
    this.#made.push(folder)
    return true
  }

  change(folder: string, options: string): void {
    execFileSync("mount", ["-o", `remount,${options}`, folder], { stdio: "ignore" })
  }

  /** Lazily: the binding closes a file only when the last prepared statement on it is collected. */
  close(): void {
    for (const folder of this.#made.splice(0)) execFileSync("umount", ["-l", folder])
  }
}

const mount = (args: ReadonlyArray<string>): boolean => {
  try {
    execFileSync("mount", args, { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
