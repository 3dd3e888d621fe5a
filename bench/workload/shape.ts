/**
 * How many organizations and types there are for a number of contracts: as many as leave about five contracts that may
 * speak to an event, whatever the number. One contract in ten is for all types of a family.
 */

export interface Shape {
  readonly organizations: ReadonlyArray<string>
  /** `deploy`: the first word of a type. */
  readonly families: ReadonlyArray<string>
  readonly types: ReadonlyArray<string>
}

const FAMILIES = ["deploy", "merge", "build", "ticket", "secret", "invoice", "access", "review", "file", "network"]
const ACTIONS = ["requested", "opened", "closed", "failed", "retried"]
const MOST_ORGANIZATIONS = 20
const CANDIDATES = 5

export const shapeFor = (contracts: number): Shape => {
  // A contract for a family stands in as many cells as the family has types: 0.9 + 0.1 * 5 cells each, on average.
  const cells = Math.max(ACTIONS.length, Math.ceil((contracts * 1.4) / CANDIDATES))
  const organizationCount = Math.max(1, Math.min(MOST_ORGANIZATIONS, Math.floor(cells / ACTIONS.length)))
  const familyCount = Math.max(1, Math.round(cells / organizationCount / ACTIONS.length))
  const families = Array.from({ length: familyCount }, (_, index) => {
    const name = FAMILIES[index % FAMILIES.length]!
    return index < FAMILIES.length ? name : `${name}${Math.floor(index / FAMILIES.length)}`
  })
  return {
    organizations: Array.from({ length: organizationCount }, (_, index) => `@org${index}`),
    families,
    types: families.flatMap((family) => ACTIONS.map((action) => `${family}.${action}`)),
  }
}

export const familyOf = (type: string): string => type.slice(0, type.indexOf("."))
