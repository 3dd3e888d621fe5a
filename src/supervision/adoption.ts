/** What `contracts.revised` says of an organization's new revision. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Origin } from "../domain/change.ts"
import { changedKeys } from "../domain/changedKeys.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { daemonActor } from "../kernel/draft.ts"
import type { Actor } from "../domain/event.ts"
import { operatorActor } from "./actors.ts"
import type { EncodedCounter } from "../kernel/counters.ts"
import { describeSetChange } from "../language/describe/describeSetChange.ts"
import type { Revision } from "./Revisions.ts"

/** Names listed of each kind of change; the summary has the numbers. */
const MAX_NAMES = 100
/** Files listed. */
const MAX_CHANGED_FILES = 100

/** Only contracts that are in force for the organization count as its changes. */
export const describeAdoption = (
  org: string,
  previous: Revision | undefined,
  next: Revision,
  seeds: Readonly<Record<string, EncodedCounter>>,
): BuiltinData["contracts.revised"] => {
  const before = versionsInForce(previous?.definitions, org)
  const after = versionsInForce(next.definitions, org)
  const added = [...after.keys()].filter((name) => !before.has(name))
  const removed = [...before.keys()].filter((name) => !after.has(name))
  const changed = [...after]
    .filter(([name, version]) => before.has(name) && before.get(name) !== version)
    .map(([name]) => name)
  return {
    revision: next.definitions.revision,
    ...(previous === undefined ? undefined : { previous: previous.definitions.revision }),
    added: added.slice(0, MAX_NAMES),
    removed: removed.slice(0, MAX_NAMES),
    changed: changed.slice(0, MAX_NAMES),
    manifest: next.manifest,
    summary: `${after.size} contracts in force for ${org}: ${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...(previous === undefined
      ? undefined
      : {
          meaning: describeSetChange(bindingOn(previous.definitions, org), bindingOn(next.definitions, org)).meaning,
          files: changedFiles(previous.files, next.files),
        }),
    ...(next.origin === undefined ? undefined : { origin: next.origin }),
    ...(Object.keys(seeds).length === 0 ? undefined : { seeds }),
  }
}

/** The contracts that bind an organization, and what they come from: itself and those above it. */
const bindingOn = (definitions: Definitions, org: string) => ({
  contracts: [...definitions.inForce(org)].map(({ contract }) => contract),
  organizations: definitions.view(org).chain.flatMap((id) => definitions.organizations.get(id) ?? []),
})

/** Every organization adopts the same step, one after the other: it is compared once. */
const changedFiles = (before: Revision["files"], after: Revision["files"]): ChangedFiles => {
  if (last?.before !== before || last.after !== after) last = { before, after, files: compareFiles(before, after) }
  return last.files
}

let last:
  | { readonly before: Revision["files"]; readonly after: Revision["files"]; readonly files: ChangedFiles }
  | undefined

type ChangedFiles = NonNullable<BuiltinData["contracts.revised"]["files"]>

const compareFiles = (before: Revision["files"], after: Revision["files"]): ChangedFiles =>
  changedKeys(before, after)
    .slice(0, MAX_CHANGED_FILES)
    .map((file) => {
      const [old, now] = [before[file], after[file]]
      return {
        file,
        ...(old === undefined ? undefined : { before: old }),
        ...(now === undefined ? undefined : { after: now }),
      }
    })

/** An edit on disk is the operator's act. */
export const adopter = (origin: Origin | undefined): Actor => (origin?.disk === true ? operatorActor : daemonActor())

const versionsInForce = (definitions: Definitions | undefined, org: string): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>()
  if (definitions !== undefined)
    for (const { contract } of definitions.inForce(org)) versions.set(contract.fullName, contract.version)
  return versions
}
