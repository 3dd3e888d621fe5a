/** json-rules-engine with an engine for each organization and type, so that it sees candidates only. */
import { Engine } from "json-rules-engine"
import type { TopLevelCondition } from "json-rules-engine"
import type { Prepare } from "../contest/contestant.ts"
import { bucketOf, bucketsOf } from "../workload/contracts.ts"
import { type ConditionsInput, matchingLater, readWorkload } from "./input.ts"

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, contracts } = readWorkload(input)
  const engines = new Map<string, Engine>()
  const patterns = new Map<string, RegExp>()
  const matches = (text: unknown, pattern: string): boolean => {
    let compiled = patterns.get(pattern)
    if (compiled === undefined) patterns.set(pattern, (compiled = new RegExp(pattern)))
    return typeof text === "string" && compiled.test(text)
  }
  for (const [bucket, candidates] of bucketsOf(contracts, events)) {
    const engine = new Engine([], { allowUndefinedFacts: true })
    engine.addOperator("matches", matches)
    for (const { id, when } of candidates)
      engine.addRule({ conditions: when as unknown as TopLevelCondition, event: { type: id } })
    engines.set(bucket, engine)
  }
  return matchingLater(events, async (event) => {
    const engine = engines.get(bucketOf(event))
    return engine === undefined ? [] : (await engine.run({ ...event })).events.map(({ type }) => type)
  })
}

export default prepare
