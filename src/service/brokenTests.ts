/** Contract tests that a change would break. */
import { type CaseResult, runContractTests } from "../testing/runContractTests.ts"
import { decidingOrganizations } from "../supervision/deciding.ts"
import { Definitions } from "../kernel/definitions.ts"
import type { LoadedSet } from "../workspace/loadedSet.ts"
import type { Preview } from "../workspace/preview.ts"

/**
 * Cases that fail with the change and did not fail before it, or were not there. Only those of organizations that the
 * change binds are played; what failed already is nobody's obstacle.
 */
export const brokenTests = (preview: Preview): ReadonlyArray<CaseResult> => {
  const { next, previous, files } = preview
  const concerned = new Set([...decidingOrganizations(preview), ...preview.touched])
  const definitions = new Definitions({ revision: "", contracts: [], organizations: next.organizations })
  const changed = new Set(files.map(({ file }) => file))
  const tests = next.tests.filter(
    ({ organization, file }) =>
      changed.has(file) || definitions.view(organization).chain.some((org) => concerned.has(org)),
  )
  const failing = failed({ ...next, tests })
  if (failing.length === 0) return failing
  const names = new Set(failing.map(nameOf))
  const before = failed({
    ...previous,
    tests: previous.tests.filter(({ file }) => tests.some((one) => one.file === file)),
  })
  const already = new Set(before.map(nameOf).filter((name) => names.has(name)))
  return failing.filter((one) => !already.has(nameOf(one)))
}

const failed = (set: Pick<LoadedSet, "contracts" | "organizations" | "tests">): ReadonlyArray<CaseResult> =>
  set.tests.length === 0 ? [] : runContractTests(set).cases.filter(({ ok }) => !ok)

const nameOf = ({ file, name }: CaseResult): string => `${file}\n${name}`
