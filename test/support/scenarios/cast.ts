/**
 * One workspace for many cases: each case gets the rules of its scenario in organizations of its own, so that none
 * sees what another does, and one daemon plays them all.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Document, parseDocument } from "yaml"
import { type ContractTests, DEFAULT_TEST_TIME_MS, type TestCase } from "../../../src/domain/contractTests.ts"
import { GLOBAL } from "../../../src/domain/names.ts"
import { memberKey, type Scenario } from "./load.ts"

/** One case and the names that its organizations have in the shared workspace. */
export interface CastCase {
  readonly scenario: Scenario
  readonly tests: ContractTests
  readonly testCase: TestCase
  /** What tells its organizations from those of other cases: `-k7`. */
  readonly suffix: string
  /** The organization of its events, as it is called in the workspace. */
  readonly org: string
  readonly start: number
}

export const castOf = (scenarios: ReadonlyArray<Scenario>): ReadonlyArray<CastCase> => {
  let number = 0
  return scenarios.flatMap((scenario) =>
    scenario.tests.flatMap((tests) =>
      tests.cases.map((testCase): CastCase => {
        const suffix = `-k${++number}`
        return {
          scenario,
          tests,
          testCase,
          suffix,
          org: `${tests.organization}${suffix}`,
          start: testCase.at ?? tests.at ?? DEFAULT_TEST_TIME_MS,
        }
      }),
    ),
  )
}

export const writeWorkspace = (folder: string, cast: ReadonlyArray<CastCase>): void => {
  for (const name of ["contracts", "organizations"]) mkdirSync(join(folder, name), { recursive: true })
  for (const scenario of new Set(cast.map((one) => one.scenario))) {
    const shared = scenario.documents.filter(({ global }) => global)
    if (shared.length > 0)
      writeFileSync(
        join(folder, "contracts", `${scenario.folder}.yaml`),
        shared.map(({ text }) => text).join("\n---\n"),
      )
  }
  for (const one of cast) {
    const { scenario, testCase, tests, suffix } = one
    const members = scenario.writtenMembers.get(memberKey(tests.file, testCase.name))
    const documents = scenario.documents
      .filter(({ global }) => !global)
      .map(({ text, organization }) =>
        organization === tests.organization && members !== undefined ? withMembers(text, members) : text,
      )
    writeFileSync(
      join(folder, "contracts", `${scenario.folder}${suffix}.yaml`),
      rename(documents.join("\n---\n"), scenario, suffix),
    )
  }
}

/** The text with every organization of the scenario under its name in the workspace. */
export const rename = (text: string, scenario: Scenario, suffix: string): string =>
  scenario.organizations.reduce(
    (renamed, { id }) =>
      id === GLOBAL ? renamed : renamed.replaceAll(new RegExp(`${id}(?![a-z0-9-])`, "g"), `${id}${suffix}`),
    text,
  )

const withMembers = (text: string, members: unknown): string => {
  const document = parseDocument(text)
  document.set("members", new Document(members).contents)
  return String(document)
}
