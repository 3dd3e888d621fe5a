/** Who a member, or the operator, is as the actor of an event in one organization. */
import type { Actor } from "../domain/event.ts"
import type { Definitions } from "../kernel/definitions.ts"

/** Roles are those of this organization; the creator of an agent defined in a file is its organization's owner. */
export const memberActor = (definitions: Definitions, org: string, name: string, kind: "human" | "agent"): Actor => {
  const { organization, members } = definitions.view(org)
  const member = members.get(name)
  const roles = member?.kind === kind ? member.roles : []
  return kind === "agent" && organization.owner !== undefined
    ? { name, kind, roles, creator: organization.owner }
    : { name, kind, roles }
}

export const operatorActor: Actor = { name: "operator", kind: "operator", roles: [] }
