/** Cedar (WebAssembly) with a policy set, parsed beforehand, for each organization and type. */
import { preparsePolicySet, statefulIsAuthorized, type CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs"
import type { Contract } from "../../src/domain/contract.ts"
import type { Event } from "../../src/domain/event.ts"
import type { Prepare } from "../contest/contestant.ts"
import { bucketOf, bucketsOf } from "../workload/contracts.ts"
import { familyOf } from "../workload/shape.ts"
import { type ConditionsInput, matching, readWorkload } from "./input.ts"
import { type Dialect, foldersOf, translate } from "./translate.ts"

const text = (value: unknown): string => JSON.stringify(value)

const cedar: Dialect<string> = {
  all: (parts) => `(${parts.join(" && ")})`,
  any: (parts) => `(${parts.join(" || ")})`,
  not: (part) => `!(${part})`,
  equal: (path, value) => `context.${path} == ${text(value)}`,
  in: (path, values) => `${text(values)}.contains(context.${path})`,
  contains: (path, value) => `context.${path}.contains(${text(value)})`,
  greaterThan: (path, value) => `context.${path} > ${value}`,
  lessThanInclusive: (path, value) => `context.${path} <= ${value}`,
  matches: (path, pattern) =>
    `(${foldersOf(pattern)
      .map((folder) => `context.${path} like ${text(`${folder}/*`)}`)
      .join(" || ")})`,
}

const policyOf = ({ scope, on: [pattern], when }: Contract): string => {
  const action = pattern!.endsWith(".*")
    ? `action in Action::${text(familyOf(pattern!))}`
    : `action == Action::${text(pattern)}`
  return `permit(principal, ${action}, resource == Org::${text(scope)}) when { ${translate(when!, cedar)} };`
}

const callFor = (event: Event, preparsedPolicySetId: string) => {
  const { actor, data, org, type } = event
  const family = { type: "Action", id: familyOf(type) }
  return {
    principal: { type: "User", id: actor.name },
    action: { type: "Action", id: type },
    resource: { type: "Org", id: org },
    context: { actor, data } as unknown as Record<string, CedarValueJson>,
    entities: [
      { uid: { type: "Action", id: type }, attrs: {}, parents: [family] },
      { uid: family, attrs: {}, parents: [] },
    ],
    preparsedPolicySetId,
  }
}

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, contracts } = readWorkload(input)
  const buckets = bucketsOf(contracts, events)
  for (const [bucket, candidates] of buckets) {
    const staticPolicies = Object.fromEntries(candidates.map((contract) => [contract.id, policyOf(contract)]))
    const parsed = preparsePolicySet(bucket, { staticPolicies })
    if (parsed.type !== "success") throw new Error(JSON.stringify(parsed))
  }
  return matching(events, (event) => {
    const bucket = bucketOf(event)
    if (!buckets.has(bucket)) return []
    const answer = statefulIsAuthorized(callFor(event, bucket))
    if (answer.type !== "success") throw new Error(JSON.stringify(answer))
    return answer.response.diagnostics.reason
  })
}

export default prepare
