/** The workload's contracts in the language's normal form, by way of the language itself. */
import type { Contract } from "../../src/domain/contract.ts"
import { formatDiagnostic, hasErrors } from "../../src/domain/diagnostic.ts"
import type { Event } from "../../src/domain/event.ts"
import type { Organization } from "../../src/domain/organization.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"
import { contractTexts, type Effects, organizationsText } from "./rules.ts"
import { familyOf } from "./shape.ts"

export interface Rules {
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
}

/** Contracts of one file. */
const CONTRACTS_PER_FILE = 100

/** Files of the workload, by name. */
export const ruleFiles = (count: number, effects: Effects): Readonly<Record<string, string>> => {
  const texts = contractTexts(count, effects)
  const files: Record<string, string> = { "organizations/all.yaml": organizationsText(count) }
  for (let from = 0; from < count; from += CONTRACTS_PER_FILE)
    files[`contracts/${from}.yaml`] = texts.slice(from, from + CONTRACTS_PER_FILE).join("---\n")
  return files
}

/** @throws where the language finds an error: the workload is meant to have none. */
export const readRules = (count: number, effects: Effects): Rules => {
  const parsed = Object.entries(ruleFiles(count, effects)).map(([file, text]) => parseFile(file, text))
  const diagnostics = [...parsed.flatMap((one) => one.diagnostics), ...checkSet(parsed)]
  if (hasErrors(diagnostics))
    throw new Error(
      diagnostics
        .slice(0, 10)
        .map((one) => formatDiagnostic(one))
        .join("\n"),
    )
  return {
    contracts: parsed.flatMap((one) => one.contracts),
    organizations: parsed.flatMap((one) => one.organizations),
  }
}

/** Contracts that may speak to the events of each organization and type: what a careful user of a peer gives it. */
export const bucketsOf = (
  contracts: ReadonlyArray<Contract>,
  events: ReadonlyArray<Event>,
): ReadonlyMap<string, ReadonlyArray<Contract>> => {
  const byPattern = new Map<string, Array<Contract>>()
  for (const contract of contracts)
    for (const pattern of contract.on) {
      const key = `${contract.scope} ${pattern}`
      const list = byPattern.get(key)
      if (list === undefined) byPattern.set(key, [contract])
      else list.push(contract)
    }
  const buckets = new Map<string, ReadonlyArray<Contract>>()
  for (const { org, type } of events) {
    const key = `${org} ${type}`
    if (buckets.has(key)) continue
    const list = [...(byPattern.get(key) ?? []), ...(byPattern.get(`${org} ${familyOf(type)}.*`) ?? [])]
    if (list.length > 0) buckets.set(key, list)
  }
  return buckets
}

export const bucketOf = ({ org, type }: Event): string => `${org} ${type}`
