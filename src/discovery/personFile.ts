/**
 * `person.json` in the data folder: who has joined from this machine last, and his token. Readable by its owner alone, as
 * `daemon.json` is; whatever runs as the same user can read both.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { writePrivately } from "./writePrivately.ts"

export interface Person {
  /** Without `@`. */
  readonly name: string
  readonly token: string
}

const personFilePath = (data: string): string => join(data, "person.json")

export const writePerson = (data: string, person: Person): void =>
  writePrivately(personFilePath(data), `${JSON.stringify(person, undefined, 2)}\n`)

/** `undefined` where nobody has joined, or what is there says nothing of it. */
export const readPerson = (data: string): Person | undefined => {
  try {
    const { name, token } = JSON.parse(readFileSync(personFilePath(data), "utf8")) as Partial<Person>
    return typeof name === "string" && typeof token === "string" ? { name, token } : undefined
  } catch {
    return undefined
  }
}
