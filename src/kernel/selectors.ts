/** Whom a selector means for one event. */
import type { Selector } from "../domain/contract.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import type { Member } from "../domain/organization.ts"
import type { Definitions } from "./definitions.ts"
import { agentNameIn } from "./members.ts"

export interface Selected {
  /** Without `@`; an agent of another organization is `name@org`. */
  readonly name: string
  readonly kind: "human" | "agent"
  readonly weight: number
  /** Where the member was found; absent for a human who belongs to none of the organizations looked at. */
  readonly org?: string
}

/** Everybody that the selectors mean, each once, in the order of the selectors and then of the organization's file. */
export const select = (
  selectors: ReadonlyArray<Selector>,
  definitions: Definitions,
  event: Event,
  scope: string,
): ReadonlyArray<Selected> => {
  const found = new Map<string, Selected>()
  const add = (member: Selected): void => {
    if (!found.has(member.name)) found.set(member.name, member)
  }
  for (const selector of selectors) {
    switch (selector.kind) {
      case "member":
        addNamed(selector.name)
        break
      case "creator": {
        const { creator } = requesterOf(event.actor)
        if (creator !== undefined) addNamed(creator)
        break
      }
      case "role":
        addWhere(selector.scope, (member) => member.roles.includes(selector.role))
        break
      case "members":
        addWhere(selector.scope, () => true)
        break
      case "humans":
        addWhere(selector.scope, (member) => member.kind === "human")
        break
      case "agents":
        addWhere(selector.scope, (member) => member.kind === "agent")
        break
      case "channel":
        break
    }
  }
  return [...found.values()]

  function addNamed(name: string): void {
    const [plain, home] = name.split("@") as [string, string?]
    const org = home === undefined ? event.org : `@${home}`
    const member = definitions.view(org).members.get(plain)
    if (member !== undefined) return add(selected(member, org))
    if (home === undefined && definitions.isHuman(plain)) add({ name: plain, kind: "human", weight: 1 })
  }

  function addWhere(inScope: boolean, wanted: (member: Member) => boolean): void {
    const org = inScope ? scope : event.org
    for (const member of definitions.view(org).members.values()) if (wanted(member)) add(selected(member, org))
  }

  function selected(member: Member, org: string): Selected {
    const name = member.kind === "agent" ? agentNameIn(definitions, event.org, member.name, org) : member.name
    return { name, kind: member.kind, weight: member.weight, org }
  }
}
