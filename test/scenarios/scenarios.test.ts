/**
 * Every effect, shown allowed, denied, held, in shadow, across a kill -9 and from a rebuild. The folders beside this
 * file say what must come out; here the same cases are played in every way in which the rules can be run.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runContractTests } from "../../src/testing/runContractTests.ts"
import { inspect } from "../../src/testing/inspect.ts"
import { bundleDaemon } from "../support/bundledDaemon.ts"
import { type CastCase, castOf, writeWorkspace } from "../support/scenarios/cast.ts"
import { loadScenarios } from "../support/scenarios/load.ts"
import { playOverRest } from "../support/scenarios/playOverRest.ts"
import { Stage } from "../support/scenarios/Stage.ts"

const scenarios = loadScenarios()

describe("in contract tests", () => {
  it.each(scenarios.map((scenario) => [scenario.folder, scenario] as const))("%s", (_, scenario) => {
    const report = runContractTests(scenario)
    expect(
      report.cases.filter(({ ok }) => !ok).map(({ line, name, failures }) => `${line} ${name}: ${failures.join("; ")}`),
    ).toEqual([])
  })
})

const lasts = ({ testCase: { given, then } }: CastCase): boolean =>
  [...given, ...then].some((step) => step.kind === "after" && step.after > 0)

/**
 * Scenarios with rules for everybody, or whose rules change, have a daemon of their own, and so has each start of one
 * where time alone makes something happen; the others share two, each case in its own organization. Cases that last meet
 * many kills, each for one or two of them: those that are over in a moment need not be started again as often.
 */
const shared = castOf(scenarios.filter(({ global, timed, changing }) => !global && !timed && !changing))
const groups: ReadonlyArray<readonly [string, ReadonlyArray<CastCase>]> = [
  ["all that bind one organization, in a moment", shared.filter((one) => !lasts(one))],
  ["all that bind one organization, while time passes", shared.filter(lasts)],
  ...scenarios
    .filter(({ global, changing }) => global || changing)
    .map((scenario) => [scenario.folder, castOf([scenario])] as const),
  ...scenarios
    .filter(({ timed }) => timed)
    .flatMap((scenario) =>
      [...Map.groupBy(castOf([scenario]), ({ start }) => start)].map(
        ([start, cast]) => [`${scenario.folder} from ${new Date(start).toISOString()}`, cast] as const,
      ),
    ),
]

let program: string
let entry: string
beforeAll(async () => {
  program = mkdtempSync(join(tmpdir(), "charter-program-"))
  entry = await bundleDaemon(join(program, "bundle"))
})
afterAll(() => rmSync(program, { recursive: true, force: true }))

describe.each(groups)("through a daemon: %s", (_name, cast) => {
  it.each([
    ["over REST", false],
    ["over REST, killed after each step", true],
  ] as const)("%s", { timeout: 600_000 }, async (_, kill) => {
    const folder = mkdtempSync(join(tmpdir(), "charter-scenarios-"))
    const [workspace, data] = [join(folder, "workspace"), join(folder, "data")]
    writeWorkspace(workspace, cast)
    const stage = await Stage.open({ workspace, data, entry }, Math.min(...cast.map(({ start }) => start)))
    try {
      expect(await playOverRest(stage, cast, kill)).toEqual([])
      const longest = Math.max(...cast.map(({ testCase: { given, then } }) => given.length + 1 + then.length))
      if (kill) expect(stage.starts).toBeGreaterThanOrEqual(longest)
      const states = await stage.daemon.ask("states", {})
      expect(Object.keys(states)).toEqual(expect.arrayContaining(cast.map(({ org }) => org)))
      await stage.close()
      const { violations, records } = await inspect(data, states)
      expect(violations).toEqual([])
      expect(records.filter(({ event }) => event.type === "oracle.differed")).toEqual([])
      console.log(`${cast.length} cases, ${stage.starts} daemons, ${records.length} records`)
    } finally {
      await stage.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
