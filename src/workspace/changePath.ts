/** Which files a change of the rules may be about: those that a scan would read, and nothing outside of the two folders. */
import { lstatSync } from "node:fs"
import { join } from "node:path"
import { FOLDERS, isSourceName, isTestFile, MAX_DEPTH_FOLDERS } from "./scan.ts"

/** Longest path of a file, in characters. */
export const MAX_PATH_CHARACTERS = 512

const SEGMENT = /^[A-Za-z0-9@_][A-Za-z0-9@._ -]*$/

/** What is wrong with the name, as the end of a sentence; `undefined` where nothing is. */
export const wrongPath = (file: string): string | undefined => {
  const [folder, ...rest] = file.split("/")
  const name = rest.at(-1)
  if (file.length > MAX_PATH_CHARACTERS) return `it has more than ${MAX_PATH_CHARACTERS} characters`
  if (name === undefined || !(FOLDERS as ReadonlyArray<string | undefined>).includes(folder))
    return `a file of the rules lies below ${FOLDERS.map((one) => `${one}/`).join(" or ")}`
  const odd = rest.find((segment) => !SEGMENT.test(segment))
  if (odd !== undefined)
    return `"${odd}" is no name of a file here: letters, digits, @, _, -, dots and spaces are, and no dot in front`
  if (rest.length > MAX_DEPTH_FOLDERS - 1) return `folders are read ${MAX_DEPTH_FOLDERS} deep`
  if (rest.slice(0, -1).some(isSourceName)) return "a folder does not end in .yaml"
  if (!isSourceName(name)) return "a file of the rules ends in .yaml or .yml"
  return isTestFile(file) && folder !== "contracts" ? "contract tests lie below contracts/" : undefined
}

/**
 * What stands in the way on disk: on the way to the file there are only folders, and there is a plain file or none. A link
 * anywhere could lead out of the workspace.
 */
export const wrongPlace = (workspace: string, file: string): string | undefined => {
  const segments = file.split("/")
  for (let depth = 1; depth <= segments.length; depth++) {
    const part = segments.slice(0, depth).join("/")
    const found = lstatSync(join(workspace, part), { throwIfNoEntry: false })
    if (found === undefined) return undefined
    if (found.isSymbolicLink()) return `${part} is a link`
    if (depth < segments.length ? !found.isDirectory() : !found.isFile())
      return `${part} is no ${depth < segments.length ? "folder" : "plain file"}`
  }
  return undefined
}
