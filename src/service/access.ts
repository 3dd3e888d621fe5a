/** What an identity may see and touch. One place, so that every door agrees. */
import { Effect } from "effect"
import type { Contract } from "../domain/contract.ts"
import type { BuiltinData } from "../domain/builtins.ts"
import type { Actor, Event } from "../domain/event.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { agentNameIn } from "../kernel/members.ts"
import { memberActor, operatorActor } from "../supervision/actors.ts"
import { orDidYouMean } from "../language/suggest.ts"
import type { Identity } from "./identity.ts"
import { Refused } from "./refused.ts"

/** Organizations whose events this identity may read; `undefined`: all. */
export const visibleOrganizations = (definitions: Definitions, identity: Identity): ReadonlySet<string> | undefined => {
  switch (identity.kind) {
    case "operator":
      return undefined
    case "agent":
    case "run": {
      const { org, name } = identity
      const isMember = org !== undefined && definitions.view(org).members.get(name)?.kind === "agent"
      return new Set(isMember ? [org] : [])
    }
    case "bridge":
      return new Set()
    case "human":
      return definitions.organizationsOf(identity.name)
  }
}

/** Contracts of an organization that the identity is in, and those that bind it from above. */
export const visibleContracts = (definitions: Definitions, identity: Identity): ReadonlyArray<Contract> => {
  const visible = visibleOrganizations(definitions, identity)
  const scopes = visible === undefined ? undefined : new Set([...visible].flatMap((org) => definitions.view(org).chain))
  return [...definitions.contracts.values()].flatMap(({ contract }) =>
    scopes === undefined || scopes.has(contract.scope) ? [contract] : [],
  )
}

/**
 * May this identity see files of these organizations? Who is in all of them; where it cannot be told whose they are, an
 * operator alone.
 */
export const maySeeFilesOf = (
  definitions: Definitions,
  identity: Identity,
  organizations: ReadonlyArray<string> | undefined,
): boolean => isAllVisible(visibleOrganizations(definitions, identity), organizations)

/**
 * May this identity read the event? `@global`, which every human is in, holds what concerns members of single organizations:
 * their tokens, which are for operators, but for a human's own; and what has become of their files.
 */
export const eventReader = (definitions: Definitions, identity: Identity): ((event: Event) => boolean) => {
  const visible = visibleOrganizations(definitions, identity)
  if (visible === undefined) return () => true
  return ({ org, type, data }) => {
    if (!visible.has(org)) return false
    if (TOKEN_EVENTS.has(type)) return isOwnToken(identity, data as Partial<BuiltinData["token.created"]>)
    return !FILE_EVENTS.has(type) || isAllVisible(visible, (data as BuiltinData["contracts.rejected"]).organizations)
  }
}

const TOKEN_EVENTS: ReadonlySet<string> = new Set<keyof BuiltinData>(["token.created", "token.revoked"])

const FILE_EVENTS: ReadonlySet<string> = new Set<keyof BuiltinData>(["contracts.rejected", "contracts.edited"])

const isAllVisible = (
  visible: ReadonlySet<string> | undefined,
  organizations: ReadonlyArray<string> | undefined,
): boolean =>
  visible === undefined ||
  (organizations !== undefined && organizations.length > 0 && organizations.every((org) => visible.has(org)))

/** What was revoked names no identity, so it is nobody's own. */
const isOwnToken = ({ kind, name }: Identity, token: Partial<BuiltinData["token.created"]>): boolean =>
  kind === "human" && token.kind === "human" && token.identity === `@${name}`

/** The refusal where there is no such organization. */
export const unknownOrganization = ({ organizations }: Definitions, org: string): Refusal | undefined => {
  if (organizations.has(org)) return undefined
  return refuse(
    "not-found",
    "organization-unknown",
    `there is no organization "${org}"${orDidYouMean(org, organizations.keys())}`,
  )
}

/** The refusal where there is no such organization, or the identity is not in it. */
export const outsideOrganization = (definitions: Definitions, identity: Identity, org: string): Refusal | undefined => {
  const unknown = unknownOrganization(definitions, org)
  if (unknown !== undefined) return unknown
  const visible = visibleOrganizations(definitions, identity)
  return visible === undefined || visible.has(org)
    ? undefined
    : refuse("forbidden", "not-a-member", `${identity.name} is not a member of ${org}`)
}

export const checkOrganization = (
  definitions: Definitions,
  identity: Identity,
  org: string,
): Effect.Effect<void, Refused> => {
  const refusal = outsideOrganization(definitions, identity, org)
  return refusal === undefined ? Effect.void : Effect.fail(new Refused({ refusal }))
}

export const checkOperator = (identity: Identity, what: string): Effect.Effect<void, Refused> =>
  identity.kind === "operator" ? Effect.void : fail("forbidden", "operator-only", `only an operator may ${what}`)

/** The identity as the actor of an event in `org`. */
export const actorOf = (definitions: Definitions, identity: Identity, org: string): Actor => {
  switch (identity.kind) {
    case "operator":
      return operatorActor
    case "human":
      return memberActor(definitions, org, identity.name, "human")
    case "agent":
    case "run":
      return memberActor(definitions, org, identity.name, "agent")
    case "bridge":
      return { name: identity.name, kind: "external", roles: [] }
  }
}

/** The name by which `org` knows an identity: an agent of another organization is `name@org`. */
export const nameIn = (definitions: Definitions, { kind, name, org: home }: Identity, org: string): string =>
  (kind === "agent" || kind === "run") && home !== undefined ? agentNameIn(definitions, org, name, home) : name

export const fail = (...refusal: Parameters<typeof refuse>): Effect.Effect<never, Refused> =>
  Effect.fail(new Refused({ refusal: refuse(...refusal) }))
