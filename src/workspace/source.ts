/** One file of the workspace as it was read, and what the language makes of it. */
import { hash } from "node:crypto"
import type { ParsedFile } from "../language/load.ts"
import { parseFile } from "../language/load.ts"

export interface Text {
  /** Relative to the workspace, with `/`. */
  readonly file: string
  readonly text: string
  /** SHA-256 of the text, hex. */
  readonly hash: string
}

export interface Source extends Text {
  readonly parsed: ParsedFile
}

/** By file. */
export type Sources = ReadonlyMap<string, Source>

/** Parses, once for each content of each file. */
export type Parse = (text: Text) => Source

export const textOf = (file: string, text: string): Text => ({ file, text, hash: hash("sha256", text) })

/** How much source text the parses that are kept for a return may have had; the least recently used goes first. */
export const MAX_PARSED_CHARACTERS = 128 * 1024 * 1024

export const makeParse = (capacity = MAX_PARSED_CHARACTERS): Parse => {
  const kept = new Map<string, Source>()
  let size = 0
  return (text) => {
    const key = `${text.file}\n${text.hash}`
    const known = kept.get(key)
    if (known !== undefined) {
      kept.delete(key)
      kept.set(key, known)
      return known
    }
    const source: Source = { ...text, parsed: parseFile(text.file, text.text) }
    kept.set(key, source)
    size += text.text.length
    for (const [oldest, { text: { length } }] of kept) {
      if (size <= capacity || oldest === key) break
      kept.delete(oldest)
      size -= length
    }
    return source
  }
}

/** Full names of the contracts, and ids of the organizations, that the file defines. */
export const definitions = ({ parsed }: Source): ReadonlyArray<string> => [
  ...parsed.contracts.map((contract) => contract.fullName),
  ...parsed.organizations.map((organization) => organization.id),
]

export const sameSources = (left: Sources, right: Sources): boolean =>
  left.size === right.size && [...left.values()].every(({ file, hash }) => right.get(file)?.hash === hash)
