/** References between organizations: scopes, parents, agents defined elsewhere, owners. */
import type { Position } from "../../domain/diagnostic.ts"
import { GLOBAL } from "../../domain/names.ts"
import type { Organization } from "../../domain/organization.ts"
import { didYouMean } from "../suggest.ts"
import type { World } from "./world.ts"

export const checkOrganizations = (world: World): void => {
  const names = [...world.organizations.keys(), GLOBAL]
  const unknown = (name: string, at: Position): void => {
    if (world.exists(name)) return
    world.error(at, "unknown-organization", `There is no organization ${name}.`, didYouMean(name, names))
  }
  for (const file of world.files) {
    for (const contract of [...file.contracts, ...file.drafts.contracts])
      unknown(contract.scope, world.place(contract, contract.position, "scope"))
    for (const organization of [...file.organizations, ...file.drafts.organizations])
      if (organization.parent !== undefined)
        unknown(organization.parent, world.place(organization, organization.position, "parent"))
    for (const tests of file.tests) if (tests.members === undefined) unknown(tests.organization, tests.position)
  }
  for (const contract of world.drafts)
    if (contract.owner !== undefined)
      checkOwner(world, contract.owner, world.place(contract, contract.position, "owner"))
  checkNames(world)
  const inCycle = new Set<string>()
  for (const organization of world.organizations.values()) {
    checkCycle(world, organization, inCycle)
    if (organization.owner !== undefined)
      checkOwner(world, organization.owner, world.place(organization, organization.position, "owner"))
    for (const document of organization.documents)
      if (document.owner !== undefined)
        checkOwner(world, document.owner, world.place(document, organization.position, "owner"))
    for (const member of organization.members) {
      if (member.ref === undefined) continue
      const [name, home] = member.ref.split("@")
      unknown(`@${home}`, member.position)
      const agents = world.organizations
        .get(`@${home}`)
        ?.members.filter(({ kind, ref }) => kind === "agent" && ref === undefined)
      if (agents === undefined || agents.some((agent) => agent.name === name)) continue
      const suggestion = didYouMean(
        member.ref,
        agents.map((agent) => `${agent.name}@${home}`),
      )
      world.error(member.position, "unknown-member", `@${home} defines no agent "${name}".`, suggestion)
    }
  }
}

/** Whoever votes, asks or is given a task is known by his name: it must not be another's, too. */
const checkNames = (world: World): void => {
  const humans = new Map<string, string>()
  for (const { id, members } of world.organizations.values())
    for (const { kind, name } of members) if (kind === "human" && !humans.has(name)) humans.set(name, id)
  for (const { members } of world.organizations.values())
    for (const { kind, name, position } of members) {
      const org = kind === "agent" ? humans.get(name) : undefined
      if (org === undefined) continue
      const what = `"${name}" is a human of ${org}, who is one person everywhere: an agent needs another name.`
      world.error(position, "name-of-a-human", what)
    }
}

/** One circle is one mistake, whichever of its organizations it is met at. */
const checkCycle = (world: World, organization: Organization, inCycle: Set<string>): void => {
  if (inCycle.has(organization.id)) return
  const path = [organization.id]
  for (let at = organization.parent; at !== undefined; at = world.organizations.get(at)?.parent) {
    path.push(at)
    if (at === organization.id) {
      for (const id of path) inCycle.add(id)
      world.error(
        world.place(organization, organization.position, "parent"),
        "parent-cycle",
        `The parents go in a circle: ${path.join(", ")}.`,
      )
      return
    }
    if (path.indexOf(at) < path.length - 1) return
  }
}

const checkOwner = (world: World, owner: string, at: Position): void => {
  if (world.incomplete || world.organizations.size === 0 || world.isHuman(owner)) return
  const humans = world.members(GLOBAL).flatMap(({ kind, name }) => (kind === "human" ? [name] : []))
  world.warning(at, "unknown-owner", `The owner "${owner}" is no human of any organization.`, didYouMean(owner, humans))
}
