/** What `contracts.revised` says of an organization's new revision. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Definitions } from "../kernel/definitions.ts"
import type { EncodedCounter } from "../kernel/counters.ts"
import type { Revision } from "./Revisions.ts"

/** Names listed of each kind of change; the summary has the numbers. */
const MAX_NAMES = 100

/** Only contracts that are in force for the organization count as its changes. */
export const describeAdoption = (
  org: string,
  previous: Definitions | undefined,
  next: Revision,
  seeds: Readonly<Record<string, EncodedCounter>>,
): BuiltinData["contracts.revised"] => {
  const before = versionsInForce(previous, org)
  const after = versionsInForce(next.definitions, org)
  const added = [...after.keys()].filter((name) => !before.has(name))
  const removed = [...before.keys()].filter((name) => !after.has(name))
  const changed = [...after]
    .filter(([name, version]) => before.has(name) && before.get(name) !== version)
    .map(([name]) => name)
  return {
    revision: next.definitions.revision,
    ...(previous === undefined ? undefined : { previous: previous.revision }),
    added: added.slice(0, MAX_NAMES),
    removed: removed.slice(0, MAX_NAMES),
    changed: changed.slice(0, MAX_NAMES),
    manifest: next.manifest,
    summary: `${after.size} contracts in force for ${org}: ${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...(Object.keys(seeds).length === 0 ? undefined : { seeds }),
  }
}

const versionsInForce = (definitions: Definitions | undefined, org: string): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>()
  if (definitions !== undefined)
    for (const { contract } of definitions.inForce(org)) versions.set(contract.fullName, contract.version)
  return versions
}
