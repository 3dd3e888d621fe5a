/** One file of the workspace as it was read, and what the language makes of it. */
import { sha256 } from "../domain/sha256.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
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
  /** Full names of the contracts, and ids of the organizations, in the file. */
  readonly defines: ReadonlyArray<string>
}

/** By file. */
export type Sources = ReadonlyMap<string, Source>

/** Parses, once for each content of each file. */
export type Parse = (text: Text) => Source

export const textOf = (file: string, text: string): Text => ({ file, text, hash: sha256(text) })

/** How much source text the parses that are kept for a return may have had; the least recently used goes first. */
export const MAX_PARSED_CHARACTERS = 128 * 1024 * 1024

/** `remembered`: what is known of a text already. */
export const makeParse = (
  remembered: (text: Text) => ParsedFile | undefined = () => undefined,
  capacity = MAX_PARSED_CHARACTERS,
): Parse => {
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
    const source = sourceOf(text, remembered(text) ?? parseFile(text.file, text.text))
    kept.set(key, source)
    size += text.text.length
    for (const [
      oldest,
      {
        text: { length },
      },
    ] of kept) {
      if (size <= capacity || oldest === key) break
      kept.delete(oldest)
      size -= length
    }
    return source
  }
}

export const isError = ({ severity }: Diagnostic): boolean => severity === "error"

export const errorsOf = ({ parsed }: Source): ReadonlyArray<Diagnostic> => parsed.diagnostics.filter(isError)

export const isValid = ({ parsed }: Source): boolean => !parsed.diagnostics.some(isError)

/** Whose they are, sorted; `undefined` where one of them does not say, or none does. */
export const concernedBy = (sources: ReadonlyArray<Source | undefined>): ReadonlyArray<string> | undefined => {
  const all = new Set<string>()
  for (const source of sources) {
    if (source === undefined) continue
    if (source.parsed.concerns === undefined) return undefined
    for (const org of source.parsed.concerns) all.add(org)
  }
  return all.size === 0 ? undefined : [...all].toSorted()
}

export const sameSources = (left: Sources, right: Sources): boolean =>
  left.size === right.size && [...left.values()].every(({ file, hash }) => right.get(file)?.hash === hash)

const sourceOf = (text: Text, parsed: ParsedFile): Source => {
  const contracts = parsed.contracts.map(({ fullName }) => fullName)
  const organizations = parsed.organizations.map(({ id }) => id)
  return { ...text, parsed, defines: [...contracts, ...organizations] }
}
