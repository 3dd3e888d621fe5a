/** Folders of YAML below `test/scenarios`: one for each effect, with its rules and the cases that it is shown by. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseAllDocuments } from "yaml"
import { isChangeRequest } from "../../../src/domain/change.ts"
import type { Contract } from "../../../src/domain/contract.ts"
import type { ContractTests } from "../../../src/domain/contractTests.ts"
import { type Diagnostic, formatDiagnostic, hasErrors } from "../../../src/domain/diagnostic.ts"
import { GLOBAL } from "../../../src/domain/names.ts"
import type { Organization } from "../../../src/domain/organization.ts"
import { checkSet, parseFile } from "../../../src/language/load.ts"

export interface Scenario {
  readonly folder: string
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
  readonly tests: ReadonlyArray<ContractTests>
  /** The documents of its rules as they were written. */
  readonly documents: ReadonlyArray<RuleDocument>
  /** Member lists of its tests as they were written, by the line of the document or case that has one. */
  readonly writtenMembers: ReadonlyMap<string, unknown>
  /** Does it have rules for everybody? Then it cannot share a daemon. */
  readonly global: boolean
  /** Does something happen in it by time alone? Then its time begins with its cases. */
  readonly timed: boolean
  /** Are its rules changed in it? Then nobody else's are beside them. */
  readonly changing: boolean
}

export interface RuleDocument {
  readonly text: string
  /** The organization that it defines. */
  readonly organization?: string
  readonly global: boolean
}

const ROOT = fileURLToPath(new URL("../../scenarios/", import.meta.url))

/** @throws where a file has an error: with where it stands */
export const loadScenarios = (): ReadonlyArray<Scenario> =>
  readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map(loadScenario)

const loadScenario = (folder: string): Scenario => {
  const files = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".yaml"))
    .sort()
  const texts = new Map(files.map((file) => [`${folder}/${file}`, readFileSync(join(ROOT, folder, file), "utf8")]))
  const parsed = [...texts].map(([file, text]) => parseFile(file, text))
  const diagnostics: ReadonlyArray<Diagnostic> = [...parsed.flatMap((one) => one.diagnostics), ...checkSet(parsed)]
  if (hasErrors(diagnostics)) throw new Error(diagnostics.map((one) => formatDiagnostic(one)).join("\n"))
  const documents = [...texts].flatMap(([file, text]) => (file.endsWith(".test.yaml") ? [] : documentsOf(text)))
  return {
    folder,
    contracts: parsed.flatMap(({ contracts }) => contracts),
    organizations: parsed.flatMap(({ organizations }) => organizations),
    tests: parsed.flatMap(({ tests }) => tests),
    documents,
    writtenMembers: new Map(
      [...texts].flatMap(([file, text]) => (file.endsWith(".test.yaml") ? writtenMembersOf(file, text) : [])),
    ),
    global: documents.some(({ global }) => global),
    timed: parsed
      .flatMap(({ organizations }) => organizations)
      .some(({ members }) => members.some(({ schedule }) => schedule !== undefined)),
    changing: parsed
      .flatMap(({ tests }) => tests)
      .some(({ cases }) => cases.some(({ event }) => isChangeRequest(event.type))),
  }
}

const documentsOf = (text: string): ReadonlyArray<RuleDocument> =>
  text
    .split(/^---$/m)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [document] = parseAllDocuments(part)
      const { organization, scope } = (document as { toJS: () => { organization?: string; scope?: string } }).toJS()
      return {
        text: part,
        ...(organization === undefined ? undefined : { organization }),
        global: organization === GLOBAL || scope === GLOBAL,
      }
    })

interface WrittenTests {
  readonly members?: unknown
  readonly cases: ReadonlyArray<{ readonly name: string; readonly members?: unknown }>
}

const writtenMembersOf = (file: string, text: string): ReadonlyArray<readonly [string, unknown]> =>
  parseAllDocuments(text).flatMap((document) => {
    const { members, cases } = (document as { toJS: () => WrittenTests }).toJS()
    return cases.flatMap((one): ReadonlyArray<readonly [string, unknown]> => {
      const written = one.members ?? members
      return written === undefined ? [] : [[memberKey(file, one.name), written]]
    })
  })

export const memberKey = (file: string, name: string): string => `${file}\n${name}`
