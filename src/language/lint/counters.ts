/** Counters that rest on types which any member may publish. */
import type { Condition, Contract, Leaf } from "../../domain/contract.ts"
import { classOf, typeMatches } from "../../domain/eventTypes.ts"
import { COUNTER_FACTS } from "../conditions/factFields.ts"
import { leaves } from "./leaves.ts"
import { classesOf } from "./classes.ts"
import type { World } from "./world.ts"

export const checkCounters = (world: World): void => {
  for (const contract of world.contracts)
    if (contract.when !== undefined) checkCondition(world, contract, contract.when)
}

const checkCondition = (world: World, contract: Contract, condition: Condition): void => {
  for (const { leaf } of leaves(condition)) {
    if (!COUNTER_FACTS.has(leaf.fact)) continue
    const types = [leaf.params?.of, leaf.params?.since].filter((type) => type !== undefined)
    const brought = types.find(isBroughtAbout)
    if (brought !== undefined)
      world.warning(
        world.place(leaf, contract.position),
        "forgeable-type",
        `\`${leaf.fact}\` rests on ${brought}, which any member may bring about by opening a proposal.`,
        "approval.resolved and hold.released follow only where a contract has asked.",
      )
    const open = types.find((type) => isOpen(world, contract.scope, type))
    if (open === undefined) continue
    world.warning(
      world.place(leaf, contract.position),
      "forgeable-type",
      `\`${leaf.fact}\` rests on ${open}, which any member may publish.`,
      advice(leaf),
    )
  }
}

const advice = (leaf: Leaf): string =>
  leaf.params?.where === undefined
    ? "Say with `where` from whom or from where it must come, or use a webhook's or the daemon's own type."
    : "A webhook's or the daemon's own type cannot be forged."

/** A member's own proposal is opened, voted on and decided like one that a contract asks for. */
const isBroughtAbout = (pattern: string): boolean =>
  ["proposal.opened", "proposal.succeeded", "proposal.executed", "vote.cast"].some((type) => typeMatches(pattern, type))

/** Requests are decided by contracts before they count, webhooks' types are theirs, facts and control the daemon's. */
const isOpen = (world: World, scope: string, pattern: string): boolean => {
  if (pattern.endsWith(".requested")) return false
  const isReserved = pattern.includes("*") ? !classesOf(pattern).includes("gated") : classOf(pattern) !== "gated"
  if (isReserved || /^(?:run|task)\./.test(pattern)) return false
  return !world.isWebhookType(scope, pattern)
}
