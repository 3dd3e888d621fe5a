/** `charter test` */
import { amount } from "../../domain/amount.ts"
import { hasErrors } from "../../domain/diagnostic.ts"
import type { CoverageReport } from "../../testing/coverage.ts"
import { type CaseResult, runContractTests } from "../../testing/runContractTests.ts"
import { isTestFile } from "../../workspace/scan.ts"
import type { Given, Invocation } from "../command.ts"
import { diagnosticText } from "../diagnosticText.ts"
import { EXIT_FAILED, Failure } from "../failure.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { contractsOf, diagnose, organizationsOf, readSources, type Sources } from "../sources.ts"
import { plain } from "../text.ts"

export const test = async ({ output, folders }: Invocation, given: Given): Promise<number> => {
  const sources = await readSources(folders.workspace, given.arguments)
  const diagnostics = diagnose({ ...sources, chosen: new Set(sources.texts.keys()) }).filter(
    ({ severity }) => severity === "error",
  )
  if (hasErrors(diagnostics)) {
    output.answer({ passed: 0, failed: 0, cases: [], diagnostics }, () =>
      [
        ...diagnostics.map((one) => diagnosticText(one, sources.texts.get(one.file), process.stdout)),
        red("The files have errors, so nothing was tested."),
      ].join("\n"),
    )
    return EXIT_FAILED
  }
  const tests = testsOf(sources)
  const whole = given.arguments.length === 0
  if (tests.length === 0)
    throw new Failure(`There are no contract tests${whole ? ` in ${folders.workspace}` : " in these files"}.`, {
      next: ["Tests stand in files named *.test.yaml below contracts/, as cases: with an event and what is expected."],
    })
  const contracts = contractsOf(sources.parsed)
  const report = runContractTests({ contracts, organizations: organizationsOf(sources.parsed), tests })
  output.answer(report, () =>
    [
      ...report.cases.filter(({ ok }) => !ok).flatMap(failureLines),
      summary(report.passed, report.failed),
      // Of some of the tests it would say that the others' contracts were not looked at.
      ...(whole ? coverageLines(report.coverage) : []),
    ].join("\n"),
  )
  return report.failed === 0 ? 0 : EXIT_FAILED
}

/** Those of the files that were named; of contracts that were named, all. */
const testsOf = ({ parsed, chosen }: Sources) => {
  const tests = parsed.filter(({ file }) => isTestFile(file))
  const named = tests.filter(({ file }) => chosen.has(file))
  return (named.length > 0 ? named : tests).flatMap((one) => one.tests)
}

const failureLines = ({ file, line, name, failures }: CaseResult): ReadonlyArray<string> => [
  `${red("failed")}  ${bold(plain(name))}  ${dim(`${file}:${line}`)}`,
  ...failures.map((failure) => `        ${plain(failure)}`),
  "",
]

const summary = (passed: number, failed: number): string => {
  const cases = amount(passed + failed, "case")
  return failed === 0 ? green(`${cases}, all passed`) : red(`${cases}: ${passed} passed, ${failed} failed`)
}

const coverageLines = ({ contracts, contractsBothWays, uncovered }: CoverageReport): ReadonlyArray<string> => [
  `${contractsBothWays} of ${amount(contracts, "contract")} decided both ways${uncovered.length === 0 ? ", and every condition" : ""}`,
  ...(uncovered.length === 0 ? [] : [yellow("No case has seen:"), ...uncovered.map((line) => `  ${plain(line)}`)]),
]
