/** Text that a command is given: a file, or standard input. */
import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { Failure } from "./failure.ts"

/** Without a file, or with `-`, standard input. */
export const textInput = (file: string | undefined): Promise<string> =>
  file === undefined || file === "-" ? text(process.stdin) : textFile(file)

export const textFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw new Failure(`The file ${file} cannot be read: ${(error as Error).message}.`)
  }
}
