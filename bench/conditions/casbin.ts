/** casbin with an enforcer for each organization and type. It says whether anything matches, not what. */
import { type Enforcer, newEnforcer, newModelFromString } from "casbin"
import type { Prepare } from "../contest/contestant.ts"
import { bucketOf, bucketsOf } from "../workload/contracts.ts"
import { type ConditionsInput, deciding, readWorkload } from "./input.ts"
import { type Dialect, translate } from "./translate.ts"

const MODEL = `
[request_definition]
r = ev
[policy_definition]
p = rule, eft
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = eval(p.rule)
`

const casbin: Dialect<string> = {
  all: (parts) => `(${parts.join(" && ")})`,
  any: (parts) => `(${parts.join(" || ")})`,
  not: (part) => `!(${part})`,
  equal: (path, value) => `r.ev.${path} == '${value}'`,
  in: (path, values) => `(${values.map((value) => `r.ev.${path} == '${value}'`).join(" || ")})`,
  contains: (path, value) => `has(r.ev.${path}, '${value}')`,
  greaterThan: (path, value) => `r.ev.${path} > ${value}`,
  lessThanInclusive: (path, value) => `r.ev.${path} <= ${value}`,
  matches: (path, pattern) => `regexMatch(r.ev.${path}, '${pattern}')`,
}

const prepare: Prepare<ConditionsInput> = async (input) => {
  const { events, contracts } = readWorkload(input)
  const enforcers = new Map<string, Enforcer>()
  for (const [bucket, candidates] of bucketsOf(contracts, events)) {
    const enforcer = await newEnforcer(newModelFromString(MODEL))
    await enforcer.addFunction("has", (list: ReadonlyArray<unknown>, value: unknown) => list.includes(value))
    await enforcer.addPolicies(candidates.map(({ when }) => [translate(when!, casbin), "allow"]))
    enforcers.set(bucket, enforcer)
  }
  return deciding(events, (event) => enforcers.get(bucketOf(event))?.enforceSync(event) ?? false)
}

export default prepare
