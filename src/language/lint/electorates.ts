/** Requirements that nobody could ever meet: they would deny every event. */
import type { Contract, RequireApproval, RequireVotes, Selector } from "../../domain/contract.ts"
import type { World } from "./world.ts"

export const checkElectorates = (world: World): void => {
  if (world.incomplete || world.organizations.size === 0) return
  for (const contract of world.contracts) {
    if (!world.exists(contract.scope)) continue
    for (const effect of contract.then)
      if (effect.effect === "require_approval" || effect.effect === "require_votes")
        checkRequirement(world, contract, effect)
  }
}

const checkRequirement = (world: World, contract: Contract, effect: RequireApproval | RequireVotes): void => {
  // A member or role that nobody knows is an error of its own; who the creator is depends on the event.
  if (effect.from.some((selector) => isUnknown(world, contract, selector))) return
  const needed =
    effect.effect === "require_votes" && effect.resolution.kind === "approvals" ? effect.resolution.approvals : 1
  const creators = effect.from.some(({ kind }) => kind === "creator") ? 1 : 0
  const sizes = world.below(contract.scope).map(({ id }) => ({
    id,
    size: electors(world, contract.scope, id, effect.from) + creators,
    members: world.members(id).length,
  }))
  const short = sizes.filter(({ size }) => size < needed)
  const first = short.find(({ members }) => members > 0 || short.length === sizes.length)
  if (first === undefined) return
  const at = world.place(effect, contract.position)
  const many = `${needed} ${needed === 1 ? "approval is" : "approvals are"} needed, but in ${first.id} ${first.size === 0 ? "nobody" : `only ${first.size}`} can give one`
  const code = first.size === 0 ? "empty-electorate" : "too-many-approvals"
  if (short.length === sizes.length) world.error(at, code, `${many}, so every event would be denied.`)
  else world.warning(at, code, `${many}, so its events would be denied.`)
}

const isUnknown = (world: World, { scope }: Contract, selector: Selector): boolean => {
  const places = selector.kind === "role" && selector.scope ? [scope] : world.below(scope).map(({ id }) => id)
  if (selector.kind === "member")
    return (
      !places.some((id) => world.members(id).some(({ name }) => name === selector.name)) &&
      !world.isHuman(selector.name)
    )
  if (selector.kind === "role")
    return !places.some((id) => world.members(id).some(({ roles }) => roles.includes(selector.role)))
  return false
}

/** How many the selectors mean for an event of the organization. */
const electors = (world: World, scope: string, organization: string, selectors: ReadonlyArray<Selector>): number => {
  const names = new Set<string>()
  for (const selector of selectors) {
    const members = world.members("scope" in selector && selector.scope ? scope : organization)
    if (selector.kind === "member") {
      if (members.some(({ name }) => name === selector.name) || world.isHuman(selector.name)) names.add(selector.name)
      continue
    }
    for (const { name, kind, roles } of members)
      if (
        selector.kind === "members" ||
        (selector.kind === "humans" && kind === "human") ||
        (selector.kind === "agents" && kind === "agent") ||
        (selector.kind === "role" && roles.includes(selector.role))
      )
        names.add(name)
  }
  return names.size
}
