/** Files with secrets: for their owner alone, and always whole. */
import { renameSync } from "node:fs"
import { dirname } from "node:path"
import { writeNew } from "../platform/durable.ts"
import { makeFolder } from "../platform/makeFolder.ts"

/** Replaces what is there, whole or not at all; mode 0600. Makes the folder where it is missing. */
export const writePrivately = (path: string, text: string): void => {
  makeFolder(dirname(path), 0o700)
  const temporary = `${path}.${process.pid}`
  writeNew(temporary, text, 0o600)
  renameSync(temporary, path)
}
