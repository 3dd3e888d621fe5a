/** Files with secrets: for their owner alone, and always whole. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

/** Replaces what is there, whole or not at all; mode 0600. Makes the folder where it is missing. */
export const writePrivately = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}`
  // A leftover of the same name may have another mode.
  rmSync(temporary, { force: true })
  const descriptor = openSync(temporary, "wx", 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}
