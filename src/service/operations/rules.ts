/** Contracts and organizations: reading, linting, describing and testing them. */
import { Effect } from "effect"
import type { Contract } from "../../domain/contract.ts"
import { type Diagnostic, hasErrors } from "../../domain/diagnostic.ts"
import type { Organization } from "../../domain/organization.ts"
import { GLOBAL } from "../../domain/names.ts"
import { describeContract } from "../../language/describe/describeContract.ts"
import { describeSet } from "../../language/describe/describeSet.ts"
import { checkExecutorConfig } from "../../executors/registry.ts"
import { notAcceptable } from "../../language/acceptance.ts"
import { checkSet, parseFile } from "../../language/load.ts"
import { orDidYouMean } from "../../language/suggest.ts"
import { runContractTests } from "../../testing/runContractTests.ts"
import { checkOrganization, fail, visibleContracts, visibleOrganizations } from "../access.ts"
import type { Service } from "../Service.ts"
import type { OrganizationSummary } from "../views/organizations.ts"
import type { ContractView } from "../views/rules.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"

type Operations = Pick<
  typeof Service.Service,
  "contracts" | "contract" | "lint" | "describe" | "test" | "organizations" | "organization"
>

export const ruleOperations = (dependencies: Dependencies): Operations => {
  const { workspace } = dependencies

  const view = (contract: Contract): ContractView => ({
    name: contract.fullName,
    scope: contract.scope,
    version: contract.version,
    mode: contract.mode,
    on: contract.on,
    priority: contract.priority,
    ...(contract.name === undefined ? undefined : { title: contract.name }),
    file: contract.position.file,
    line: contract.position.line,
    description: describeContract(contract, { organizations: definitionsOf(dependencies).organizations }),
  })

  return {
    contracts: Effect.fnUntraced(function* (identity, org) {
      const definitions = definitionsOf(dependencies)
      if (org !== undefined) yield* checkOrganization(definitions, identity, org)
      const chain = org === undefined ? undefined : definitions.view(org).chain
      return visibleContracts(definitions, identity)
        .filter(({ scope }) => chain === undefined || chain.includes(scope))
        .map(view)
    }),
    contract: Effect.fnUntraced(function* (identity, name) {
      const contracts = visibleContracts(definitionsOf(dependencies), identity)
      const found =
        contracts.find((contract) => contract.fullName === name) ?? only(contracts.filter(({ id }) => id === name))
      if (found === undefined) {
        const names = contracts.flatMap(({ fullName, id }) => [fullName, id])
        return yield* fail(
          "not-found",
          "contract-unknown",
          `there is no contract "${name}"${orDidYouMean(name, names)}`,
        )
      }
      const { files } = yield* workspace.current
      return { ...view(found), source: documentAt(files[found.position.file]?.text ?? "", found.position.line) }
    }),
    lint: (_, files) => Effect.sync(() => lintFiles(files)),
    describe: (_, files) =>
      Effect.sync(() => {
        const parsed = Object.entries(files).map(([file, text]) => parseFile(file, text))
        const contracts = parsed.flatMap((one) => one.contracts)
        const organizations = parsed.flatMap((one) => one.organizations)
        const context = { organizations: new Map(organizations.map((one) => [one.id, one])) }
        const text =
          contracts.length === 1 && organizations.length === 0
            ? describeContract(contracts[0]!, context)
            : describeSet(contracts, context.organizations)
        return { text, diagnostics: parsed.flatMap((one) => one.diagnostics) }
      }),
    test: Effect.fnUntraced(function* (_, files) {
      if (files === undefined) {
        const { contracts, organizations, tests } = yield* workspace.current
        return runContractTests({ contracts, organizations, tests })
      }
      const diagnostics = lintFiles(files)
      if (hasErrors(diagnostics))
        return yield* fail("invalid", "files-invalid", "the files have errors; nothing was tested", { diagnostics })
      const parsed = Object.entries(files).map(([file, text]) => parseFile(file, text))
      return runContractTests({
        contracts: parsed.flatMap((one) => one.contracts),
        organizations: parsed.flatMap((one) => one.organizations),
        tests: parsed.flatMap((one) => one.tests),
      })
    }),
    organizations: (identity) =>
      Effect.sync(() => {
        const definitions = definitionsOf(dependencies)
        const visible = visibleOrganizations(definitions, identity)
        return [...definitions.organizations.values()]
          .filter(({ id }) => visible === undefined || visible.has(id))
          .sort((a, b) => Number(b.id === GLOBAL) - Number(a.id === GLOBAL) || (a.id < b.id ? -1 : 1))
          .map(summaryOf)
      }),
    organization: Effect.fnUntraced(function* (identity, org) {
      const definitions = definitionsOf(dependencies)
      yield* checkOrganization(definitions, identity, org)
      return summaryOf(definitions.view(org).organization)
    }),
  }
}

const lintFiles = (files: Readonly<Record<string, string>>): ReadonlyArray<Diagnostic> => {
  const parsed = Object.entries(files).map(([file, text]) => parseFile(file, text))
  const contracts = parsed.flatMap((one) => one.contracts)
  const organizations = new Map(
    parsed.flatMap((one) => one.organizations.map((organization) => [organization.id, organization])),
  )
  return [
    ...parsed.flatMap((one) => one.diagnostics),
    ...checkSet(parsed),
    ...notAcceptable(contracts, organizations, checkExecutorConfig),
  ]
}

const only = <A>(items: ReadonlyArray<A>): A | undefined => (items.length === 1 ? items[0] : undefined)

const summaryOf = (organization: Organization): OrganizationSummary => ({
  id: organization.id,
  ...(organization.name === undefined ? undefined : { name: organization.name }),
  ...(organization.description === undefined ? undefined : { description: organization.description }),
  ...(organization.parent === undefined ? undefined : { parent: organization.parent }),
  default: organization.default,
  timezone: organization.timezone,
  ...(organization.owner === undefined ? undefined : { owner: organization.owner }),
  members: organization.members.map(({ name, kind, roles, weight }) => ({ name, kind, roles, weight })),
  channels: organization.channels,
})

/** Of a file's documents, which may be of several organizations, the one that begins on this line, or right before it. */
const documentAt = (source: string, line: number): string => {
  const lines = source.split("\n")
  const isBreak = (text: string | undefined): boolean => text !== undefined && /^---(?:\s|$)/.test(text)
  let start = line - 1
  while (start > 0 && !isBreak(lines[start - 1])) start--
  let end = line
  while (end < lines.length && !isBreak(lines[end])) end++
  return lines.slice(start, end).join("\n").trimEnd()
}
