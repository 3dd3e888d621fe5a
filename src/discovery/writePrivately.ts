/** Files with secrets: for their owner alone, and always whole. */
import { mkdirSync, renameSync } from "node:fs"
import { dirname } from "node:path"
import { writeNew } from "../platform/durable.ts"

/** Replaces what is there, whole or not at all; mode 0600. Makes the folder where it is missing. */
export const writePrivately = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}`
  writeNew(temporary, text, 0o600)
  renameSync(temporary, path)
}
