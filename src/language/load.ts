/** Files of the contract language: text → contracts, organizations and tests, with everything that is wrong. */
import type { Contract } from "../domain/contract.ts"
import type { ContractTests } from "../domain/contractTests.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Organization } from "../domain/organization.ts"
import { sha256 } from "../domain/sha256.ts"
import { isOrganizationName } from "../domain/names.ts"
import { readContract } from "./contractDocument.ts"
import { Findings, type Places } from "./findings.ts"
import { internalError } from "./internalError.ts"
import { lintContract } from "./lint/contract.ts"
import { readOrganization } from "./organizationDocument.ts"
import { nearest } from "./suggest.ts"
import { readContractTests } from "./testDocument.ts"
import { child, inWords, type Node } from "./tree.ts"
import { readYaml } from "./yaml.ts"

export { checkSet } from "./lint/checkSet.ts"
export { sharedConditions } from "./sharedConditions.ts"

export interface ParsedFile {
  /** Relative to the workspace, with `/`. */
  readonly file: string
  /** SHA-256 of the text, hex. */
  readonly hash: string
  /** Those without errors. */
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
  readonly tests: ReadonlyArray<ContractTests>
  /** Contracts and organizations with errors, as far as they could be read; only to find what else is wrong with them. */
  readonly drafts: { readonly contracts: ReadonlyArray<Contract>; readonly organizations: ReadonlyArray<Organization> }
  /** In the order of the file. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /** Whose its documents are, valid or not; absent where one of them does not say. */
  readonly concerns: ReadonlySet<string> | undefined
  /** Organizations of documents with errors: that they are absent above says nothing about them. */
  readonly unreadable: ReadonlySet<string>
  /** Where the parts of the contracts and organizations stand. */
  readonly places: Places
}

/** Whose the valid documents of a file are. */
export const organizationsIn = ({
  contracts,
  organizations,
  tests,
}: Pick<ParsedFile, "contracts" | "organizations" | "tests">): ReadonlyArray<string> => [
  ...contracts.map(({ scope }) => scope),
  ...organizations.map(({ id }) => id),
  ...tests.map(({ organization }) => organization),
]

/** Total and pure: the same file and text give the same result, whatever the text is. */
export const parseFile = (file: string, text: string): ParsedFile => {
  const findings = new Findings(file, text)
  try {
    return parseWith(findings, text)
  } catch (thrown) {
    return unparsed(findings, text, thrown)
  }
}

/** What becomes of a file at which the language itself fails: an error of this file, and nothing of any other one. */
const unparsed = (findings: Findings, text: string, thrown: unknown): ParsedFile => ({
  file: findings.file,
  hash: sha256(text),
  contracts: [],
  organizations: [],
  tests: [],
  drafts: { contracts: [], organizations: [] },
  diagnostics: [...findings.diagnostics, internalError(findings.position(0), thrown)],
  concerns: undefined,
  unreadable: new Set([...text.matchAll(/^organization:[ ]*["']?(@[a-z0-9-]+)/gm)].map(([, id]) => id!)),
  places: findings.places,
})

const parseWith = (findings: Findings, text: string): ParsedFile => {
  const { file } = findings
  const contracts: Array<Contract> = []
  const organizations: Array<Organization> = []
  const tests: Array<ContractTests> = []
  const drafts = { contracts: new Array<Contract>(), organizations: new Array<Organization>() }
  const unreadable = new Set<string>()
  const { documents, isWhole } = readYaml(findings, text)
  const concerns = new Set<string>()
  let allSay = isWhole
  const note = (org: string): void => {
    if (isOrganizationName(org)) concerns.add(org)
    else allSay = false
  }
  for (const { tree, broken, sound: isYaml } of documents) {
    const kind = kindOf(findings, tree)
    if (kind === undefined) {
      allSay = false
      continue
    }
    const earlier = findings.diagnostics.length
    const errors = findings.errorCount
    const sort = <T>(part: T, sound: Array<T>, draft: Array<T>): void => {
      if (findings.errorCount === errors && isYaml) sound.push(part)
      else if (broken === undefined) draft.push(part)
    }
    if (kind === "contract") {
      const contract = readContract(findings, tree)
      note(contract.scope)
      sort(contract, contracts, drafts.contracts)
    } else if (kind === "tests") {
      const test = readContractTests(findings, tree)
      note(test.organization)
      sort(test, tests, [])
    } else {
      const organization = readOrganization(findings, tree)
      note(organization.id)
      sort(organization, organizations, drafts.organizations)
      if (organizations.at(-1) !== organization) unreadable.add(organization.id)
    }
    if (broken !== undefined) dropConsequences(findings, earlier, broken)
  }
  for (const contract of contracts) findings.diagnostics.push(...lintContract(contract, findings.places))
  const diagnostics = findings.diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return {
    file,
    hash: sha256(text),
    contracts,
    organizations,
    tests,
    drafts,
    diagnostics,
    concerns: allSay ? concerns : undefined,
    unreadable,
    places: findings.places,
  }
}

type Kind = "contract" | "organization" | "tests"

const KIND_KEYS = ["contract", "organization", "workflow"] as const

const kindOf = (findings: Findings, tree: Node): Kind | undefined => {
  const isTestFile = findings.file.endsWith(".test.yaml") || findings.file.endsWith(".test.yml")
  if (tree.kind !== "map") {
    findings.error(
      tree,
      "unknown-document",
      `A document begins with "contract:" or "organization:"; this is ${inWords(tree)}.`,
    )
    return undefined
  }
  const kind = tree.entries.find(({ key }) => (KIND_KEYS as ReadonlyArray<string>).includes(key))
  if (kind === undefined) {
    const [first] = tree.entries
    const expected = isTestFile ? '"organization:" and has "cases:"' : '"contract:" or "organization:"'
    const meant = first && nearest(first.key, KIND_KEYS)
    // The misspelt key itself is reported where the document's keys are read.
    if (meant === "contract" || meant === "organization")
      return meant === "organization" && isTestFile ? "tests" : meant
    findings.error(first?.keySpan ?? tree, "unknown-document", `A document begins with ${expected}.`)
    return undefined
  }
  if (kind.key === "workflow") {
    findings.error(
      kind.keySpan,
      "not-yet-supported",
      "Workflows are not supported by this version.",
      "Write contracts that route.",
    )
    return undefined
  }
  if (isTestFile && kind.key === "contract") {
    findings.error(
      kind.keySpan,
      "wrong-file",
      "A *.test.yaml file holds tests only; contracts are in a file of their own.",
    )
    return undefined
  }
  const cases = child(tree, "cases")
  if (kind.key === "organization" && cases !== undefined && !isTestFile) {
    findings.error(kind.keySpan, "wrong-file", "Contract tests are in a file whose name ends in .test.yaml.")
    return undefined
  }
  return kind.key === "contract" ? "contract" : isTestFile ? "tests" : "organization"
}

/** Behind a syntax error, what is said of the content may only follow from it. */
const dropConsequences = (findings: Findings, from: number, broken: number): void => {
  const { line } = findings.position(broken)
  const kept = findings.diagnostics.slice(from).filter((found) => found.line < line && found.code !== "missing-key")
  findings.diagnostics.splice(from, findings.diagnostics.length - from, ...kept)
}
