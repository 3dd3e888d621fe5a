/** Selectors that name nobody: unknown members, roles and channels. */
import type { Contract, Effect, Otherwise, Selector } from "../../domain/contract.ts"
import { GLOBAL, isOrganizationName } from "../../domain/names.ts"
import type { Organization } from "../../domain/organization.ts"
import { SELECTOR_WORDS } from "../schemas/values.ts"
import { didYouMean } from "../suggest.ts"
import type { World } from "./world.ts"

export const checkSelectors = (world: World): void => {
  if (world.incomplete || world.organizations.size === 0) return
  for (const contract of world.drafts) {
    if (!world.exists(contract.scope) || !isOrganizationName(contract.scope)) continue
    const seen = world.below(contract.scope)
    for (const effect of contract.then)
      for (const selector of selectorsOf(effect)) checkSelector(world, contract, seen, effect, selector)
    checkWeights(world, contract, seen)
  }
}

/** A weight of nobody would weigh nothing, in silence. */
const checkWeights = (world: World, contract: Contract, seen: ReadonlyArray<Organization>): void => {
  for (const effect of contract.then) {
    if (effect.effect !== "require_votes" || typeof effect.weights !== "object") continue
    const places = [...new Set([contract.scope, ...seen.map(({ id }) => id), GLOBAL])]
    const known = new Set(places.flatMap((id) => world.members(id).map((member) => member.name)))
    for (const name of Object.keys(effect.weights))
      if (!known.has(name))
        world.error(
          world.place(effect.weights, world.place(effect, contract.position), name),
          "unknown-member",
          `A weight is given to "${name}", and there is no such member.`,
          didYouMean(name, known),
        )
  }
}

/** Every selector of an effect, those of its escalation included. */
const selectorsOf = (effect: Effect): ReadonlyArray<Selector> => {
  switch (effect.effect) {
    case "require_approval":
      return [...effect.from, ...ofOtherwise(effect.otherwise)]
    case "require_votes":
      return [...effect.from, ...(effect.veto ?? []), ...ofOtherwise(effect.otherwise)]
    case "limit":
    case "budget":
      return ofOtherwise(effect.otherwise)
    case "route":
    case "notify":
      return effect.to
    case "escalate":
      return effect.levels.flatMap(({ to }) => to)
    default:
      return []
  }
}

const ofOtherwise = (otherwise: Otherwise): ReadonlyArray<Selector> =>
  typeof otherwise === "string" ? [] : otherwise.escalate.flatMap(({ to }) => to)

const checkSelector = (
  world: World,
  contract: Contract,
  seen: ReadonlyArray<Organization>,
  effect: Effect,
  selector: Selector,
): void => {
  const at = () => world.place(selector, world.place(effect, contract.position))
  const where =
    seen.length === 1 ? seen[0]!.id : contract.scope === GLOBAL ? "any organization" : `${contract.scope} or below it`
  if (selector.kind === "member") {
    const [name = "", home] = selector.name.split("@")
    const places = home === undefined ? seen.map(({ id }) => id) : [`@${home}`]
    const known = places.flatMap((id) => world.members(id).map((member) => member.name))
    if (known.includes(name) || (home === undefined && world.isHuman(name))) return
    const humans = world.members(GLOBAL).map((member) => member.name)
    const suggestion = didYouMean(name, [...new Set([...known, ...humans, ...SELECTOR_WORDS])])
    world.error(
      at(),
      "unknown-member",
      `There is no member "${selector.name}" in ${home === undefined ? where : `@${home}`}.`,
      suggestion,
    )
  } else if (selector.kind === "role") {
    const places = selector.scope ? [contract.scope] : seen.map(({ id }) => id)
    const roles = new Set(places.flatMap((id) => world.members(id).flatMap((member) => member.roles)))
    if (roles.has(selector.role)) return
    const suggestion =
      didYouMean(selector.role, roles) ??
      (roles.size > 0 ? `There are ${[...roles].toSorted().join(", ")}.` : undefined)
    world.error(
      at(),
      "unknown-role",
      `Nobody in ${selector.scope ? contract.scope : where} has the role "${selector.role}".`,
      suggestion,
    )
  } else if (selector.kind === "channel") {
    const channels = new Set(seen.flatMap((organization) => organization.channels))
    if (channels.has(selector.name)) return
    world.warning(
      at(),
      "unknown-channel",
      `No channel of ${where} is called "${selector.name}".`,
      didYouMean(selector.name, channels),
    )
  }
}
