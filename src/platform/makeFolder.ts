/** Folders, and those that they lie in. */
import { mkdirSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

/**
 * Makes what is missing; what is there stays as it is. Node's own `recursive` never returns where the nearest folder that
 * is there takes no others, such as `/proc`.
 */
export const makeFolder = (path: string, mode = 0o777): void => {
  const missing: Array<string> = []
  for (let folder = resolve(path); !isThere(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) makeOne(folder, mode)
  if (missing.length === 0 && !statSync(path).isDirectory())
    throw withCode("EEXIST", `${path} is there, and is no folder`)
}

const makeOne = (folder: string, mode: number): void => {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Somebody else has made it meanwhile.
    if (code === "EEXIST" && statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
    if (code === "ENOENT") throw withCode(code, `${dirname(folder)} takes no folders`)
    throw error
  }
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code })
