/** Whose rules decide on a change: every organization that it changes something for, as things stand before it. */
import type { ChangeRequested } from "../domain/change.ts"
import type { Event } from "../domain/event.ts"
import { GLOBAL } from "../domain/names.ts"
import type { Organization } from "../domain/organization.ts"
import type { Preview } from "../workspace/preview.ts"
import type { NotWritten } from "../workspace/writeChange.ts"

/**
 * The scopes of the contracts that come, go or change; the organizations that do, and where one moves, those that it
 * leaves and joins. For one that is not there yet, the nearest one above it is, else `@global`. Where only words change:
 * all that the files are about. Sorted, never empty.
 */
export const decidingOrganizations = ({ previous, next, meaning, touched }: Preview): ReadonlyArray<string> => {
  const before = byId(previous.organizations)
  const after = byId(next.organizations)
  const deciding = new Set<string>()
  const add = (org: string | undefined): void => {
    if (org !== undefined) deciding.add(nearest(org, before, after))
  }
  const { added, removed, changed } = meaning.contracts
  for (const name of [...added, ...removed, ...changed]) add(name.slice(0, name.indexOf("/")))
  const { organizations } = meaning
  for (const id of [...organizations.added, ...organizations.removed, ...organizations.changed]) {
    add(id)
    const [old, now] = [before.get(id), after.get(id)]
    if (old?.parent === now?.parent) continue
    add(old?.parent)
    add(now?.parent)
  }
  if (deciding.size === 0) for (const org of touched) add(org)
  return deciding.size === 0 ? [GLOBAL] : [...deciding].toSorted()
}

/** A change was let through without the operator's word, and needs it as it is to be written now. */
export const needsOperatorAfterAll = (
  { meaning }: Pick<Preview, "meaning">,
  { actor, data }: Pick<Event, "actor" | "data">,
): NotWritten | undefined => {
  const { aspects } = data as Partial<ChangeRequested>
  return actor.kind === "operator" || aspects?.includes("executors") === true || !meaning.aspects.includes("executors")
    ? undefined
    : {
        written: false,
        code: "concerns-others",
        reason: "it says what is executed for an agent, and no operator was asked; ask for it again",
      }
}

const byId = (organizations: ReadonlyArray<Organization>): ReadonlyMap<string, Organization> =>
  new Map(organizations.map((organization) => [organization.id, organization]))

const nearest = (
  org: string,
  before: ReadonlyMap<string, Organization>,
  after: ReadonlyMap<string, Organization>,
): string => {
  const seen = new Set<string>()
  for (let at: string | undefined = org; at !== undefined && !seen.has(at); at = after.get(at)?.parent) {
    if (before.has(at)) return at
    seen.add(at)
  }
  return GLOBAL
}
