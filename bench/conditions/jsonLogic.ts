/** json-logic-engine, each rule compiled to a function, the candidates found as an index of ours would. */
import { LogicEngine } from "json-logic-engine"
import type { Prepare } from "../contest/contestant.ts"
import { bucketOf, bucketsOf } from "../workload/contracts.ts"
import { type ConditionsInput, matching, readWorkload } from "./input.ts"
import { type Dialect, translate } from "./translate.ts"

const fact = (path: string): unknown => ({ var: path })

const logic: Dialect<unknown> = {
  all: (parts) => ({ and: parts }),
  any: (parts) => ({ or: parts }),
  not: (part) => ({ "!": [part] }),
  equal: (path, value) => ({ "===": [fact(path), value] }),
  in: (path, values) => ({ in: [fact(path), values] }),
  contains: (path, value) => ({ in: [value, fact(path)] }),
  greaterThan: (path, value) => ({ ">": [fact(path), value] }),
  lessThanInclusive: (path, value) => ({ "<=": [fact(path), value] }),
  matches: (path, pattern) => ({ matches: [fact(path), pattern] }),
}

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, contracts } = readWorkload(input)
  const engine = new LogicEngine()
  const patterns = new Map<string, RegExp>()
  const matches = ([text, pattern]: [unknown, string]): boolean => {
    let compiled = patterns.get(pattern)
    if (compiled === undefined) patterns.set(pattern, (compiled = new RegExp(pattern)))
    return typeof text === "string" && compiled.test(text)
  }
  engine.addMethod("matches", matches as never, { deterministic: true, sync: true } as never)
  const compiled = new Map(
    contracts.map(({ id, when }) => [
      id,
      engine.build(translate(when!, logic) as never) as (event: unknown) => unknown,
    ]),
  )
  const rules = new Map(
    [...bucketsOf(contracts, events)].map(([bucket, candidates]) => [
      bucket,
      candidates.map(({ id }) => ({ id, test: compiled.get(id)! })),
    ]),
  )
  return matching(events, (event) => {
    const candidates = rules.get(bucketOf(event))
    const ids: Array<string> = []
    if (candidates !== undefined) for (const { id, test } of candidates) if (test(event) === true) ids.push(id)
    return ids
  })
}

export default prepare
