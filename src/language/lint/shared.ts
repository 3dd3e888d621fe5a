/** Shared conditions: those that nobody defines, and those that go in a circle. */
import type { Condition, SharedCondition } from "../../domain/contract.ts"
import type { Position } from "../../domain/diagnostic.ts"
import type { SharedConditions } from "../facts.ts"
import { sharedConditions } from "../sharedConditions.ts"
import { didYouMean } from "../suggest.ts"
import type { World } from "./world.ts"

export const checkShared = (world: World): void => {
  for (const contract of world.drafts)
    if (contract.when !== undefined && world.exists(contract.scope))
      checkReferences(world, contract.scope, contract.when, contract.position)
  const reported = new Set<string>()
  for (const organization of world.organizations.values()) {
    const lookup = sharedConditions(world.organizations, organization.id)
    for (const [name, condition] of Object.entries(organization.conditions)) {
      checkReferences(world, organization.id, condition, organization.position)
      const circle = circleThrough(name, lookup)
      // One circle is one mistake, whichever of its conditions it is met at.
      const members = `${organization.id} ${[...new Set(circle)].toSorted().join(" ")}`
      if (circle !== undefined && !reported.has(members)) {
        reported.add(members)
        world.error(
          world.place(condition, organization.position),
          "condition-cycle",
          `The shared conditions go in a circle: ${circle.join(", ")}.`,
        )
      }
    }
  }
}

const checkReferences = (world: World, scope: string, condition: Condition, otherwise: Position): void => {
  const lookup = sharedConditions(world.organizations, scope)
  for (const reference of references(condition)) {
    if (lookup(reference.condition) !== undefined || world.incomplete) continue
    const organization = world.organizations.get(scope)
    const visible = [...(organization === undefined ? [] : [organization]), ...world.above(scope)]
    const names = visible.flatMap(({ conditions }) => Object.keys(conditions))
    world.error(
      world.place(reference, otherwise),
      "unknown-condition",
      `${scope} and its parents define no condition "${reference.condition}".`,
      didYouMean(reference.condition, names) ?? (names.length > 0 ? `There are ${names.join(", ")}.` : undefined),
    )
  }
}

/** Every `{ condition: NAME }` of a tree. */
const references = (condition: Condition): ReadonlyArray<SharedCondition> => {
  if ("condition" in condition) return [condition]
  if ("all" in condition) return condition.all.flatMap(references)
  if ("any" in condition) return condition.any.flatMap(references)
  return "not" in condition ? references(condition.not) : []
}

/** The names from `start` back to itself. Each name is visited once. */
const circleThrough = (start: string, lookup: SharedConditions): ReadonlyArray<string> | undefined => {
  const visited = new Set<string>()
  const open: Array<ReadonlyArray<string>> = [[start]]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const condition = lookup(path.at(-1)!)
    if (condition === undefined) continue
    for (const { condition: next } of references(condition)) {
      if (next === start) return [...path, next]
      if (visited.has(next)) continue
      visited.add(next)
      open.push([...path, next])
    }
  }
  return undefined
}
