/** Effects that a type's class does not allow: nobody can deny what has already happened. */
import { isChangeRequest } from "../../domain/change.ts"
import type { Contract, Effect, EffectKind, Emit } from "../../domain/contract.ts"
import {
  BUILT_IN_TYPES,
  classOf,
  type EventClass,
  isEventPattern,
  isEventType,
  isReserved,
  typeMatches,
} from "../../domain/eventTypes.ts"
import type { Position } from "../../domain/diagnostic.ts"
import { RecentCache } from "../conditions/recentCache.ts"
import { didYouMean } from "../suggest.ts"
import { allLeaves } from "./leaves.ts"
import { countedTypes } from "./slips.ts"
import type { World } from "./world.ts"

const APPLIES: Readonly<Record<EventClass, ReadonlySet<EffectKind> | undefined>> = {
  gated: undefined,
  fact: new Set(["route", "emit", "notify", "escalate"]),
  control: new Set(["route", "notify"]),
}

/** May an effect of this kind stand behind a type of this class? */
const appliesTo = (effect: EffectKind, eventClass: EventClass): boolean => APPLIES[eventClass]?.has(effect) ?? true

export const checkClasses = (world: World): void => {
  for (const contract of world.drafts) {
    for (const effect of contract.then) {
      checkEffect(world, contract, effect)
      if (effect.effect === "emit") checkEmitted(world, contract, effect)
    }
    for (const type of contract.on)
      if (isNeverReported(type)) neverReported(world, type, world.place(contract, contract.position, "on"))
    const leaves = contract.when === undefined ? [] : allLeaves(contract.when)
    for (const { params } of leaves)
      for (const { type, at } of countedTypes(contract, params))
        if (isNeverReported(type)) neverReported(world, type, at(world))
  }
}

const isNeverReported = (type: string): boolean => isReserved(type) && !BUILT_IN.has(type) && isEventType(type)

const BUILT_IN: ReadonlySet<string> = new Set(BUILT_IN_TYPES)

const neverReported = (world: World, type: string, at: Position): void =>
  world.warning(
    at,
    "unknown-type",
    `The daemon never reports ${type}, and nobody else may.`,
    didYouMean(type, BUILT_IN_TYPES),
  )

const checkEmitted = (world: World, contract: Contract, effect: Emit): void => {
  const owner = isReserved(effect.type) ? "the daemon reports" : "a webhook brings"
  if (isReserved(effect.type) || world.isWebhookType(contract.scope, effect.type))
    world.error(
      world.place(effect, contract.position),
      "reserved-type",
      `Only ${owner} ${effect.type}; a contract cannot emit it.`,
    )
  else if (isChangeRequest(effect.type))
    world.error(
      world.place(effect, contract.position),
      "reserved-type",
      `A change of the rules is asked for by somebody; a contract cannot emit ${effect.type}.`,
    )
}

const checkEffect = (world: World, contract: Contract, effect: Effect): void => {
  const wrong = contract.on.filter((pattern) => !classesOf(pattern).some((found) => appliesTo(effect.effect, found)))
  const pattern = wrong.find(isEventPattern)
  if (pattern === undefined) return
  const found = classesOf(pattern)[0] ?? "fact"
  world.error(
    world.place(effect, contract.position),
    "wrong-class",
    `\`${effect.effect}\` cannot apply to ${wrong.join(", ")}: ${WHY[found]}`,
    `Write \`${[...(APPLIES[found] ?? [])].join("`, `")}\`, or another \`on\`.`,
  )
}

const WHY: Readonly<Record<EventClass, string>> = {
  gated: "it is decided.",
  fact: "it reports what has already happened.",
  control: "votes, holds and the like are not under contracts.",
}

/** The classes of the types that a pattern can match; a wildcard is tried with the daemon's own types and some others. */
export const classesOf = (pattern: string): ReadonlyArray<EventClass> =>
  known.get(pattern) ?? known.set(pattern, find(pattern))

const known = new RecentCache<ReadonlyArray<EventClass>>(4_096)

const find = (pattern: string): ReadonlyArray<EventClass> => {
  if (!pattern.includes("*")) return [classOf(pattern)]
  const tries = ["x", "requested"].flatMap((last) => [
    pattern.replace(/\*\*$/, `x.${last}`),
    pattern.replace(/\*\*$/, last),
    pattern.replace(/\*$/, last),
  ])
  const types = [...tries.map((text) => text.replace(/\*+/g, "x")), ...BUILT_IN_TYPES].filter((type) =>
    typeMatches(pattern, type),
  )
  return [...new Set(types.map(classOf))]
}
