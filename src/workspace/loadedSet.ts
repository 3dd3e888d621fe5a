/** Everything that the files say at one moment, and how two such moments differ. */
import { sha256 } from "../domain/sha256.ts"
import { changedKeys } from "../domain/changedKeys.ts"
import type { Contract } from "../domain/contract.ts"
import type { ContractTests } from "../domain/contractTests.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Organization } from "../domain/organization.ts"
import type { Sources } from "./source.ts"

export interface LoadedSet {
  /** SHA-256, hex, over the sorted names and versions of the contracts and organizations: place and wording do not count. */
  readonly revision: string
  /** In the order of their files. */
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
  /** No part of the revision. */
  readonly tests: ReadonlyArray<ContractTests>
  /** The files that contracts and organizations come from: parsing these texts gives this set again. */
  readonly files: Readonly<Record<string, { readonly hash: string; readonly text: string }>>
  /** Warnings; a set in force has no errors. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

export interface Difference {
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
}

/** `added`, `removed` and `changed` are full names of contracts. */
export interface SetChange extends Difference {
  readonly set: LoadedSet
  readonly previous?: LoadedSet
  readonly organizationsChanged: Difference
  /** Files that came, went, or have another text; contract tests are not among them. */
  readonly filesChanged: ReadonlyArray<string>
}

export const assemble = (sources: Sources, tests: Sources, warnings: ReadonlyArray<Diagnostic>): LoadedSet => {
  const ordered = inOrder(sources)
  const contracts = ordered.flatMap(({ parsed }) => parsed.contracts)
  const organizations = ordered.flatMap(({ parsed }) => parsed.organizations)
  return {
    revision: revisionOf([...versions(contracts, fullName), ...versions(organizations, id)]),
    contracts,
    organizations,
    tests: testsOf(tests),
    files: Object.fromEntries(ordered.map(({ file, hash, text }) => [file, { hash, text }])),
    diagnostics: ordered.flatMap(({ parsed }) => parsed.diagnostics).concat(warnings),
  }
}

export const withTests = (set: LoadedSet, tests: Sources): LoadedSet => ({ ...set, tests: testsOf(tests) })

export const compareSets = (set: LoadedSet, previous: LoadedSet | undefined): SetChange => ({
  set,
  ...(previous === undefined ? {} : { previous }),
  ...difference(versions(set.contracts, fullName), versions(previous?.contracts ?? [], fullName)),
  organizationsChanged: difference(versions(set.organizations, id), versions(previous?.organizations ?? [], id)),
  filesChanged: filesChanged(set, previous),
})

/** Files that came, went, or have another text, in order. */
export const filesChanged = ({ files }: LoadedSet, previous: LoadedSet | undefined): ReadonlyArray<string> =>
  changedKeys(previous?.files ?? {}, files, (file) => file?.hash)

const testsOf = (sources: Sources) => inOrder(sources).flatMap(({ parsed }) => parsed.tests)

const inOrder = (sources: Sources) => [...sources.values()].toSorted((a, b) => (a.file < b.file ? -1 : 1))

const fullName = (contract: Contract) => contract.fullName
const id = (organization: Organization) => organization.id

const versions = <A extends { readonly version: string }>(items: ReadonlyArray<A>, name: (item: A) => string) =>
  new Map(items.map((item) => [name(item), item.version]))

const revisionOf = (definitions: ReadonlyArray<readonly [name: string, version: string]>): string =>
  sha256(
    definitions
      .map(([name, version]) => `${name} ${version}\n`)
      .toSorted()
      .join(""),
  )

const difference = (now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): Difference => ({
  added: [...now.keys()].filter((name) => !before.has(name)).toSorted(),
  removed: [...before.keys()].filter((name) => !now.has(name)).toSorted(),
  changed: [...now]
    .filter(([name, version]) => before.has(name) && before.get(name) !== version)
    .map(([name]) => name)
    .toSorted(),
})
