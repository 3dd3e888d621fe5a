/** The second decision on an event that was held: what its end makes of it. Pure. */
import type { Decision, Verdict } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { builtInEffects } from "./builtInEffects.ts"
import { match } from "./cell.ts"
import { type Considered, withoutLimits } from "./considered.ts"
import { type Bound, boundExceeded, lastingBoundOf } from "./bounds.ts"
import { type Judged, judge, SILENT, speakers } from "./decide.ts"
import type { Definitions } from "./definitions.ts"
import { EventFacts } from "./eventFacts.ts"
import { followUps, refused, tasksOf } from "./effects.ts"
import { interpolate } from "./interpolate.ts"
import type { OrganizationState } from "./state.ts"

export type { Judged }

export interface Held {
  readonly event: Event
  readonly decision: Decision
}

/** Why a hold ends that was not released, by whose contracts, and by whom where somebody has done so. */
export interface HoldEnd {
  readonly rule: "defeated" | "expired" | "cancelled"
  readonly reason: string
  readonly contracts: ReadonlyArray<string>
  readonly by?: string | undefined
}

/**
 * Its requirements are met: a `deny` of the revision now in force still denies, later requirements are not added,
 * limits were reserved when it was held. `crowded`: what would follow from it does not fit, so that it cannot be let through.
 */
export const decideRelease = (
  state: OrganizationState,
  definitions: Definitions,
  held: Held,
  now: number,
  crowded?: Bound,
): Judged => {
  const event = atDepthZero(held.event)
  const facts = new EventFacts(event, now, state, definitions)
  const matches = match(definitions.cell(state.org, event.type), facts)
  const considered = matches.matched.map((linked) => withoutLimits(linked))
  const enforced = considered.filter(({ linked }) => !linked.shadow)
  const denying = enforced.filter(({ linked }) => linked.deny !== undefined)
  const unavailable = matches.unavailable.filter(({ linked }) => !linked.shadow)
  const base = {
    ...second(held, definitions),
    outcomes: considered.map(({ outcome }) => outcome),
    ...(facts.seen === undefined ? undefined : { values: facts.seen }),
  }
  if (crowded !== undefined) {
    const reason = "what follows from it is more than one commit holds"
    const decision: Decision = { ...base, verdict: "deny", rule: "bound", contracts: [], reason }
    return { decision, derived: [boundExceeded(event, crowded), ...refused(event, decision)] }
  }
  if (denying.length > 0 || unavailable.length > 0) {
    const decision: Decision = {
      ...base,
      verdict: "deny",
      rule: denying.length > 0 ? "deny" : "unavailable",
      contracts: (denying.length > 0 ? denying : unavailable).map(({ linked }) => linked.contract.fullName),
      reason: denying.length > 0 ? interpolate(denying[0]!.linked.deny!, event) : unavailable[0]!.reason,
    }
    return { decision, derived: [...refused(event, decision), ...followUps(considered, "deny", definitions, event)] }
  }
  const tasks = tasksOf(enforced, definitions, event, now)
  const built = builtInEffects(state, definitions, event, now, true)
  const proposals = [...(base.proposals ?? []), ...(built.proposals ?? [])]
  const decision: Decision = {
    ...base,
    verdict: "allow",
    rule: "released",
    contracts: held.decision.contracts,
    ...(proposals.length === 0 ? undefined : { proposals }),
    ...(tasks.ids.length === 0 ? undefined : { tasks: tasks.ids }),
  }
  return {
    decision,
    derived: [...tasks.drafts, ...followUps(considered, "allow", definitions, event), ...built.drafts],
  }
}

/** Its requirements failed: the contracts that made it wait may speak upon it. `event`: the held one {@link atEnd}. */
export const decideFailure = (
  state: OrganizationState,
  definitions: Definitions,
  held: Held,
  event: Event,
  { rule, contracts, reason }: HoldEnd,
  crowded?: Bound,
): Judged => {
  const verdict: Verdict = rule === "expired" ? "expired" : "deny"
  const considered = held.decision.outcomes.flatMap((outcome): ReadonlyArray<Considered> => {
    const linked = definitions.contracts.get(outcome.contract)
    return linked === undefined ? [] : [{ linked, outcome, exceeded: [] }]
  })
  const decision: Decision = {
    ...second(held, definitions),
    outcomes: held.decision.outcomes,
    verdict,
    rule,
    contracts,
    reason,
  }
  // What was held beyond a bound is silent in the end as well, unless somebody has ended it.
  const beyond = held.decision.rule === "bound" && event.depth !== undefined
  const bound = lastingBoundOf(state, event, true) ?? crowded
  const { drafts } = beyond ? SILENT(verdict) : speakers(considered, definitions, event, bound)(verdict)
  return { decision, derived: [...refused(event, decision), ...drafts] }
}

/** It waited for room, and there may be some: decided afresh, limits and requirements included, at the depth that it has. */
export const decideAfresh = (
  state: OrganizationState,
  definitions: Definitions,
  held: Held,
  now: number,
  crowded?: Bound,
): Judged => {
  const { event } = held
  const cell = definitions.cell(state.org, event.type)
  const bound = lastingBoundOf(state, event, true) ?? crowded
  const { decision, derived } = judge(state, definitions, event, cell, now, bound, true)
  return { decision: { ...decision, ...second(held, definitions), ...proposalsOf(decision) }, derived }
}

const second = ({ event, decision }: Held, definitions: Definitions) => ({
  v: 1 as const,
  revision: definitions.revision,
  // Of one that has waited on: the very first.
  first: decision.first ?? { revision: decision.revision, seq: event.seq },
  ...(decision.hold === undefined ? undefined : { hold: decision.hold }),
  ...proposalsOf(decision),
})

const proposalsOf = ({ proposals }: Decision) => (proposals === undefined ? undefined : { proposals })

/** Somebody has voted: depth counts anew. */
const atDepthZero = ({ depth: _, ...event }: Event): Event => event
