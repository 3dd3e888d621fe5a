/** Plays contract tests in virtual time through the same kernel as the daemon, and says what no case has decided both ways. */
import type { Contract } from "../domain/contract.ts"
import type { ContractTests, TestCase } from "../domain/contractTests.ts"
import type { Organization } from "../domain/organization.ts"
import { Definitions } from "../kernel/definitions.ts"
import { playCase } from "./playCase.ts"
import { Coverage, type CoverageReport } from "./coverage.ts"

export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly ok: boolean
  /** One sentence for each expectation that was not met, with where it stands. */
  readonly failures: ReadonlyArray<string>
}

export interface ContractTestReport {
  readonly passed: number
  readonly failed: number
  readonly cases: ReadonlyArray<CaseResult>
  readonly coverage: CoverageReport
}

export const runContractTests = (input: {
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
  readonly tests: ReadonlyArray<ContractTests>
}): ContractTestReport => {
  const asWritten = new Definitions({
    revision: "test",
    contracts: input.contracts,
    organizations: input.organizations,
  })
  const coverage = new Coverage(asWritten)
  const cases = input.tests.flatMap((tests) =>
    tests.cases.map((testCase): CaseResult => {
      const definitions = withMembers(asWritten, input, tests, testCase)
      const failures = playCase(definitions, tests, testCase, coverage)
      return {
        file: tests.file,
        line: testCase.position.line,
        name: testCase.name,
        ok: failures.length === 0,
        failures,
      }
    }),
  )
  const failed = cases.filter(({ ok }) => !ok).length
  return { passed: cases.length - failed, failed, cases, coverage: coverage.report() }
}

/** `members:` of a document or a case stand in for those of the organization's file. */
const withMembers = (
  asWritten: Definitions,
  input: { readonly contracts: ReadonlyArray<Contract>; readonly organizations: ReadonlyArray<Organization> },
  tests: ContractTests,
  testCase: TestCase,
): Definitions => {
  const members = testCase.members ?? tests.members
  if (members === undefined) return asWritten
  const organizations = input.organizations.map((one) => (one.id === tests.organization ? { ...one, members } : one))
  return new Definitions({ revision: "test", contracts: input.contracts, organizations }, asWritten)
}
