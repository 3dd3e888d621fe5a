/** Named conditions of organizations, as seen from a contract's scope. */
import { GLOBAL } from "../domain/names.ts"
import type { Organization } from "../domain/organization.ts"
import type { SharedConditions } from "./facts.ts"

/** Looks in the scope's organization, then in its parents, then in `@global`. A cycle of parents ends the search. */
export const sharedConditions = (organizations: ReadonlyMap<string, Organization>, scope: string): SharedConditions => {
  const chain: Array<Organization> = []
  const seen = new Set<string>()
  for (let at: string | undefined = scope; at !== undefined && !seen.has(at); at = organizations.get(at)?.parent) {
    seen.add(at)
    const organization = organizations.get(at)
    if (organization !== undefined) chain.push(organization)
  }
  const global = seen.has(GLOBAL) ? undefined : organizations.get(GLOBAL)
  if (global !== undefined) chain.push(global)
  return (name) => {
    for (const organization of chain)
      if (Object.hasOwn(organization.conditions, name)) return organization.conditions[name]
    return undefined
  }
}
