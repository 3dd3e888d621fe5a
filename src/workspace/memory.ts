/**
 * What the language made of the files when they were last in force, kept beside the log so that the next start need not
 * parse and check them again. It is a cache and no more: what it holds is what parsing gives, for the same text under
 * the same build of Charter; whatever is damaged, changed or another build's is not read, and is parsed instead.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { sha256 } from "../domain/sha256.ts"
import type { Places } from "../language/findings.ts"
import { organizationsIn, type ParsedFile, parseFile } from "../language/load.ts"
import type { Source, Sources, Text } from "./source.ts"

export interface MemoryOptions {
  readonly file: string
  /** Names the build whose language it is. */
  readonly build: string
}

export interface Memory {
  readonly parsed: (text: Text) => ParsedFile | undefined
  /** The warnings about exactly these files, where they have been checked together and accepted. */
  readonly accepted: (sources: Sources) => ReadonlyArray<Diagnostic> | undefined
  readonly accept: (sources: Sources, warnings: ReadonlyArray<Diagnostic>) => void
  /** Writes what was accepted last, with `tests`, where something of it is new. What cannot be written is not kept. */
  readonly save: (tests: Sources) => Effect.Effect<void>
}

/** A daemon without a memory: everything is parsed. */
export const noMemory: Memory = {
  parsed: () => undefined,
  accepted: () => undefined,
  accept: () => undefined,
  save: () => Effect.void,
}

/** Larger memories are not kept: reading one must not take longer than it saves, nor fill the heap. */
export const MAX_MEMORY_BYTES = 256 * 1024 * 1024

export const openMemory = (options: MemoryOptions): Memory => {
  const kept = read(options)
  const files = new Map(kept.files.map((entry) => [keyOf(entry), entry]))
  let accepted:
    | { readonly key: string; readonly sources: Sources; readonly warnings: ReadonlyArray<Diagnostic> }
    | undefined
  let unsaved = false
  return {
    parsed: (text) => {
      const entry = files.get(keyOf(text))
      if (entry === undefined) {
        unsaved = true
        return undefined
      }
      return {
        ...entry,
        drafts: NO_DRAFTS,
        concerns: new Set(organizationsIn(entry)),
        unreadable: new Set(),
        places: placesOf(text, entry),
      }
    },
    accepted: (sources) => (kept.set?.key === setKey(sources) ? kept.set.warnings : undefined),
    accept: (sources, warnings) => {
      const key = setKey(sources)
      accepted = { key, sources, warnings }
      if (key !== kept.set?.key) unsaved = true
    },
    save: (tests) =>
      Effect.gen(function* () {
        // What was read is in use by now, or of no use any more.
        files.clear()
        if (!unsaved || accepted === undefined) return
        unsaved = false
        const { key, sources, warnings } = accepted
        const lines = [lineOf({ key, warnings })]
        let bytes = 0
        for (const source of [...sources.values(), ...tests.values()]) {
          const line = lineOf(entryOf(source))
          if (line !== undefined) lines.push(line)
          if ((bytes += Buffer.byteLength(line ?? "")) > MAX_MEMORY_BYTES) return
          yield* Effect.yieldNow
        }
        yield* Effect.ignore(
          Effect.try({ try: () => write(options.file, options.build, lines), catch: () => undefined }),
        )
      }),
  }
}

const NO_DRAFTS = { contracts: [], organizations: [] }

/** Of a file without errors. */
type Entry = Pick<ParsedFile, "file" | "hash" | "contracts" | "organizations" | "tests" | "diagnostics">

interface AcceptedSet {
  readonly key: string
  readonly warnings: ReadonlyArray<Diagnostic>
}

const entryOf = ({ parsed }: Source): Entry => {
  const { file, hash, contracts, organizations, tests, diagnostics } = parsed
  return { file, hash, contracts, organizations, tests, diagnostics }
}

const keyOf = ({ file, hash }: { readonly file: string; readonly hash: string }): string => `${file}\n${hash}`

const setKey = (sources: Sources): string => {
  let key = setKeys.get(sources)
  if (key === undefined) setKeys.set(sources, (key = sha256([...sources.values()].map(keyOf).toSorted().join("\n"))))
  return key
}

const setKeys = new WeakMap<Sources, string>()

/** One line of JSON; `undefined` where that would give back anything else. */
const lineOf = (value: object): string | undefined => {
  const json = JSON.stringify(value)
  return isDeepStrictEqual(JSON.parse(json), value) ? json : undefined
}

/** The build, a checksum of all that follows, and the lines. Whole or not at all. */
const write = (file: string, build: string, lines: ReadonlyArray<string | undefined>): void => {
  if (lines.includes(undefined)) return
  const temporary = `${file}.${process.pid}`
  const body = lines.join("\n")
  writeFileSync(temporary, `${build}\n${sha256(body)}\n${body}`, { mode: 0o600 })
  renameSync(temporary, file)
}

const read = ({ file, build }: MemoryOptions): { readonly set?: AcceptedSet; readonly files: ReadonlyArray<Entry> } => {
  try {
    const text = readFileSync(file, "utf8")
    const head = `${build}\n`
    const bodyAt = head.length + SHA256_CHARACTERS + 1
    const body = text.slice(bodyAt)
    if (!text.startsWith(head) || text.slice(head.length, bodyAt) !== `${sha256(body)}\n`) return { files: [] }
    const [set, ...files] = body.split("\n")
    return { set: JSON.parse(set!) as AcceptedSet, files: files.map((line) => JSON.parse(line) as Entry) }
  } catch {
    return { files: [] }
  }
}

const SHA256_CHARACTERS = 64

/** Places are asked for where something is to be said about a part: then the text is parsed after all. */
const placesOf = ({ file, text }: Text, entry: Entry): Places => {
  let found: { readonly places: Places; readonly twins: ReadonlyMap<object, object> } | undefined
  const parseAgain = () => {
    const { contracts, organizations, tests, places } = parseFile(file, text)
    const twins = new Map<object, object>()
    pair([entry.contracts, entry.organizations, entry.tests], [contracts, organizations, tests], twins)
    return { places, twins }
  }
  return {
    get: (part, key) => {
      found ??= parseAgain()
      const twin = found.twins.get(part)
      return twin === undefined ? undefined : found.places.get(twin, key)
    },
  }
}

/** Two values of the same shape: which object of the one stands where which of the other does. */
const pair = (left: unknown, right: unknown, twins: Map<object, object>): void => {
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) return
  twins.set(left, right)
  for (const [key, part] of Object.entries(left)) pair(part, (right as Readonly<Record<string, unknown>>)[key], twins)
}
