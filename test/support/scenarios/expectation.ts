/** What has come of a case so far, and where that is not what it expects. */
import type { Expectation } from "../../../src/domain/contractTests.ts"
import type { Verdict } from "../../../src/domain/decision.ts"
import type { ProposalState } from "../../../src/domain/proposal.ts"

export interface Observed {
  readonly verdict: Verdict
  readonly reason: string
  readonly contracts: ReadonlyArray<string>
  readonly tasks: ReadonlyArray<string>
  readonly emits: ReadonlyArray<string>
  readonly state?: ProposalState
  readonly winner?: string
}

export const differences = (expect: Expectation, seen: Observed): ReadonlyArray<string> => {
  const found: Array<string> = []
  const say = (what: string, expected: unknown, actual: unknown): void =>
    void found.push(`${what}: expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(actual)}`)
  if (expect.verdict !== undefined && expect.verdict !== seen.verdict)
    say("verdict", expect.verdict, `${seen.verdict} (${seen.reason})`)
  for (const name of expect.contracts ?? [])
    if (!seen.contracts.some((contract) => contract === name || contract.endsWith(`/${name}`)))
      say("contracts", name, seen.contracts)
  if (expect.reason !== undefined && !seen.reason.includes(expect.reason)) say("reason", expect.reason, seen.reason)
  if (expect.tasks !== undefined && expect.tasks.join() !== seen.tasks.join()) say("tasks", expect.tasks, seen.tasks)
  for (const type of expect.emits ?? []) if (!seen.emits.includes(type)) say("emits", type, seen.emits)
  if (expect.state !== undefined && expect.state !== seen.state) say("state", expect.state, seen.state)
  if (expect.winner !== undefined && expect.winner !== seen.winner) say("winner", expect.winner, seen.winner)
  return found
}
