/** The same from nothing: text → parse → lint → check → link. A daemon pays it once for each content of each file. */
import { checkWithLibrary } from "../../src/language/conditions/oracle.ts"
import { checkSet, parseFile, sharedConditions } from "../../src/language/load.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"

export interface ColdInput {
  readonly contracts: number
}

const prepare: Prepare<ColdInput> = ({ contracts: count }) => {
  const files = Object.entries(ruleFiles(count, "effects"))
  const times: Record<string, number> = {}
  const timed = <A>(what: string, work: () => A): A => {
    const start = performance.now()
    const result = work()
    times[what] = performance.now() - start
    return result
  }
  const parsed = timed("parseMs", () => files.map(([file, text]) => parseFile(file, text)))
  timed("lintMs", () => checkSet(parsed))
  const contracts = parsed.flatMap((one) => one.contracts)
  const organizations = parsed.flatMap((one) => one.organizations)
  timed("libraryMs", () => {
    const byName = new Map(organizations.map((organization) => [organization.id, organization]))
    for (const { when, scope } of contracts)
      if (when !== undefined) checkWithLibrary(when, sharedConditions(byName, scope))
  })
  timed("linkMs", () => new Definitions({ revision: "bench", contracts, organizations }))
  return { slice: () => 1, figures: () => times }
}

export default prepare
