/** What is on the disk when the call returns. */
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs"

/** A file of this mode; what had the name before is gone, with a mode of its own. */
export const writeNew = (path: string, text: string, mode: number): void => {
  rmSync(path, { force: true })
  const descriptor = openSync(path, "wx", mode)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What is in a file, or which names are in a folder. */
export const sync = (path: string): void => {
  const descriptor = openSync(path, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
