/** Whose rules decide on a change: every organization that it changes something for, as things stand before it. */
import { type ChangeRequested, OPERATOR_ASPECTS, type OperatorAspect } from "../domain/change.ts"
import type { Contract } from "../domain/contract.ts"
import type { Event } from "../domain/event.ts"
import { GLOBAL } from "../domain/names.ts"
import type { Organization } from "../domain/organization.ts"
import type { RuleSet } from "../language/describe/describeSetChange.ts"
import type { Preview } from "../workspace/preview.ts"
import type { NotWritten } from "../workspace/writeChange.ts"

/**
 * The scopes of the contracts that come, go or change; the organizations that do, and where one moves, those that it
 * leaves and joins; and those whose agents it has work for another one. For one that is not there yet, the nearest one
 * above it is, else `@global`. Where only words change: all that the files are about. Sorted, never empty.
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
  for (const home of homesOfBorrowed(previous, next)) add(home)
  if (deciding.size === 0) for (const org of touched) add(org)
  return deciding.size === 0 ? [GLOBAL] : [...deciding].toSorted()
}

/** Where agents are at home that work for another organization by this, and did not, or did otherwise. */
const homesOfBorrowed = (previous: RuleSet, next: RuleSet): ReadonlyArray<string> => {
  const before = new Set(borrowedIn(previous).map((one) => JSON.stringify(one)))
  return borrowedIn(next)
    .filter((one) => !before.has(JSON.stringify(one)))
    .flatMap(({ agent }) => [agent, referredTo(next, agent)])
    .flatMap((agent) => (agent === undefined ? [] : [agent.slice(agent.indexOf("@"))]))
}

/** An agent of another organization, and all that says how it is given work. */
interface Borrowed {
  /** `deployer@team` */
  readonly agent: string
  readonly by: string
  readonly how: unknown
}

const borrowedIn = ({ contracts, organizations }: RuleSet): ReadonlyArray<Borrowed> => {
  const known = byId(organizations)
  return [...organizations.flatMap(references), ...contracts.flatMap((one) => receivers(one, known))]
}

const references = ({ id, members }: Organization): ReadonlyArray<Borrowed> =>
  members.flatMap(({ position: _, ...member }) =>
    member.ref === undefined || member.ref.endsWith(id) ? [] : [{ agent: member.ref, by: id, how: member }],
  )

const receivers = (
  { fullName, scope, on, when, then, mode, from, until }: Contract,
  organizations: ReadonlyMap<string, Organization>,
): ReadonlyArray<Borrowed> => {
  const named = then.flatMap((effect) =>
    effect.effect === "route" ? effect.to : effect.effect === "escalate" ? effect.levels.flatMap(({ to }) => to) : [],
  )
  return named.flatMap((one) =>
    one.kind === "member" && one.name.includes("@") && !one.name.endsWith(scope)
      ? [
          {
            agent: one.name,
            by: fullName,
            how: { on, when, then, mode, from, until, shared: sharedConditions(scope, organizations) },
          },
        ]
      : [],
  )
}

/** Of the organization and those above it: what a contract means by their names. */
const sharedConditions = (
  scope: string,
  organizations: ReadonlyMap<string, Organization>,
): ReadonlyArray<Organization["conditions"]> => {
  const chain: Array<Organization> = []
  for (let at = organizations.get(scope); at !== undefined && !chain.includes(at);) {
    chain.push(at)
    at = organizations.get(at.parent ?? GLOBAL)
  }
  return chain.map(({ conditions }) => conditions)
}

/** The agent that one by this name is, where its organization has it by reference, too. */
const referredTo = ({ organizations }: RuleSet, agent: string): string | undefined => {
  const at = agent.indexOf("@")
  return organizations.find(({ id }) => id === agent.slice(at))?.members.find(({ name }) => name === agent.slice(0, at))
    ?.ref
}

/** A change was let through without the operator's word, and needs it as it is to be written now. */
export const needsOperatorAfterAll = (
  { meaning }: Pick<Preview, "meaning">,
  { actor, data }: Pick<Event, "actor" | "data">,
): NotWritten | undefined => {
  const { aspects } = data as Partial<ChangeRequested>
  const unasked = OPERATOR_ASPECTS.find(
    (aspect) => meaning.aspects.includes(aspect) && aspects?.includes(aspect) !== true,
  )
  return actor.kind === "operator" || unasked === undefined
    ? undefined
    : {
        written: false,
        code: "concerns-others",
        reason: `it says ${UNASKED[unasked]}, and no operator was asked; ask for it again`,
      }
}

const UNASKED: Readonly<Record<OperatorAspect, string>> = {
  executors: "what is executed for an agent",
  environment: "what of the daemon's environment verifies a webhook",
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
