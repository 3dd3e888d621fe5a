/** The files that a command without a daemon works on: those of the workspace, and those that it was given. */
import { existsSync, globSync, statSync } from "node:fs"
import { join, relative, resolve, sep } from "node:path"
import { Effect } from "effect"
import type { Contract } from "../domain/contract.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import { isKebabCase } from "../domain/names.ts"
import type { Organization } from "../domain/organization.ts"
import { checkExecutorConfig } from "../executors/registry.ts"
import { notAcceptable } from "../language/acceptance.ts"
import { checkSet, type ParsedFile, parseFile } from "../language/load.ts"
import { readText } from "../workspace/readText.ts"
import { FOLDERS, isSourceName, makeScan } from "../workspace/scan.ts"
import { Failure } from "./failure.ts"

/** Is there anything of a workspace in the folder? */
export const hasDefinitions = (workspace: string): boolean => FOLDERS.some((name) => existsSync(join(workspace, name)))

export interface Sources {
  /** Everything that is looked at together. */
  readonly parsed: ReadonlyArray<ParsedFile>
  /** By file, as the diagnostics name it. */
  readonly texts: ReadonlyMap<string, string>
  /** Those that were asked about. */
  readonly chosen: ReadonlySet<string>
  /** What could not be read, of those that were asked about. */
  readonly faults: ReadonlyArray<Diagnostic>
}

/**
 * Without `given`, the whole workspace. What is given from within the workspace is seen with all of it. What lies outside
 * is seen by itself, beside the workspace's organizations where it defines none.
 */
export const readSources = async (workspace: string, given: ReadonlyArray<string>): Promise<Sources> => {
  const scan = await Effect.runPromise(makeScan(workspace)(Date.now()))
  if (given.length === 0) {
    if (scan.vanished.length === FOLDERS.length)
      throw new Failure(`${workspace} has neither contracts/ nor organizations/.`, {
        next: ["Go to a workspace, or name one: --workspace FOLDER", "Or name files: charter lint FILE"],
      })
    const texts = new Map([...scan.texts].map(([file, { text }]) => [file, text]))
    return {
      texts,
      parsed: parseAll(texts),
      chosen: new Set([...texts.keys(), ...scan.faults.map(({ file }) => file)]),
      faults: scan.faults,
    }
  }

  const texts = new Map<string, string>()
  const faults: Array<Diagnostic> = []
  for (const path of given.flatMap(filesIn)) {
    const file = nameOf(workspace, path)
    const text = readText(file, path)
    if (typeof text === "string") texts.set(file, text)
    else faults.push(text)
  }
  const chosen = new Set([...texts.keys(), ...faults.map(({ file }) => file)])
  const inside = [...chosen].every((file) => FOLDERS.some((folder) => file.startsWith(`${folder}/`)))
  const parsed = parseAll(texts)
  const company = parseAll(
    new Map([...scan.texts].flatMap(([file, { text }]) => (chosen.has(file) ? [] : [[file, text] as const]))),
  )
  const organized = parsed.some(({ organizations, unreadable }) => organizations.length > 0 || unreadable.size > 0)
  const beside = company.filter(
    ({ contracts, organizations }) => inside || (!organized && organizations.length > 0 && contracts.length === 0),
  )
  for (const { file } of beside) texts.set(file, scan.texts.get(file)!.text)
  return { texts, parsed: [...parsed, ...beside], chosen, faults }
}

/** All that would keep a file out of force, and all warnings; of the chosen files, in their order. */
export const diagnose = ({ parsed, chosen, faults }: Sources): ReadonlyArray<Diagnostic> => {
  const across = checkSet(parsed)
  const found = [...parsed.flatMap(({ diagnostics }) => diagnostics), ...across]
  const organizations = new Map(organizationsOf(parsed).map((organization) => [organization.id, organization]))
  // The library is asked only about contracts with which nothing else is wrong: it would say the same less well.
  const sound = parsed.flatMap((file) => {
    const faulty = documentsWith(file, across)
    return file.contracts.filter((contract) => !faulty.has(contract))
  })
  found.push(...notAcceptable(sound, organizations, checkExecutorConfig))
  return [...faults, ...found]
    .filter(({ file }) => chosen.has(file))
    .sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1))
}

/** The contracts and organizations of the file in which one of the errors stands. */
export const documentsWith = (file: ParsedFile, errors: ReadonlyArray<Diagnostic>): ReadonlySet<object> => {
  const documents = [file, file.drafts]
    .flatMap((part) => [...part.contracts, ...part.organizations])
    .toSorted((a, b) => a.position.line - b.position.line)
  return new Set(
    errors.flatMap((error) => {
      if (error.file !== file.file || error.severity !== "error") return []
      return documents.findLast(({ position }) => position.line <= error.line) ?? documents.slice(0, 1)
    }),
  )
}

export const contractsOf = (parsed: ReadonlyArray<ParsedFile>): ReadonlyArray<Contract> =>
  parsed.flatMap(({ contracts }) => contracts)

export const organizationsOf = (parsed: ReadonlyArray<ParsedFile>): ReadonlyArray<Organization> =>
  parsed.flatMap(({ organizations }) => organizations)

const parseAll = (texts: ReadonlyMap<string, string>): ReadonlyArray<ParsedFile> =>
  [...texts].map(([file, text]) => parseFile(file, text))

/** Of a folder every YAML file below it. */
const filesIn = (path: string): ReadonlyArray<string> => {
  if (!existsSync(path)) {
    const next = isKebabCase(path) ? [`The contract of that name: charter contracts describe ${path}`] : []
    throw new Failure(`There is no file ${path}.`, { next })
  }
  if (!statSync(path).isDirectory()) return [resolve(path)]
  const files = globSync("**/*.{yaml,yml}", { cwd: path }).filter((file) => isSourceName(file.split(sep).at(-1)!))
  if (files.length === 0) throw new Failure(`There are no YAML files in ${path}.`)
  return files.toSorted().map((file) => resolve(join(path, file)))
}

/** Relative to the workspace where it lies in it, else as the shell would name it from here. */
const nameOf = (workspace: string, path: string): string => {
  const inside = relative(workspace, path)
  const name = inside.startsWith("..") ? relative(process.cwd(), path) : inside
  return name.split(sep).join("/")
}
