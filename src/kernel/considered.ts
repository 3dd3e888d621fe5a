/** A contract that matched, and what its own effects make of the event. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { EscalationLevel, Otherwise } from "../domain/contract.ts"
import type { ContractOutcome, LimitUse } from "../domain/decision.ts"
import { durationInWords } from "../domain/duration.ts"
import type { Event } from "../domain/event.ts"
import { announcesBudget, type BudgetRule, checkBudget } from "./budgets.ts"
import type { Definitions } from "./definitions.ts"
import { keyInWords } from "./keys.ts"
import { announcesExceeded, checkLimit } from "./limits.ts"
import type { LinkedContract } from "./linkedContract.ts"
import type { OrganizationState } from "./state.ts"

export interface Considered {
  readonly linked: LinkedContract
  readonly outcome: ContractOutcome
  /** Limits and budgets that are used up, in the order of the file. */
  readonly exceeded: ReadonlyArray<Exceeded>
}

export interface Exceeded {
  readonly use: LimitUse
  readonly otherwise: Otherwise
  readonly within: number
  readonly reason: string
  /** Should it be said now? Once per key and window. */
  readonly announce: boolean
}

export const consider = (
  linked: LinkedContract,
  event: Event,
  state: OrganizationState,
  definitions: Definitions,
  now: number,
): Considered => {
  if (linked.limits.length === 0 && linked.budgets.length === 0) return withoutLimits(linked)
  const uses: Array<LimitUse> = []
  const exceeded: Array<Exceeded> = []
  const add = (
    use: LimitUse,
    otherwise: Otherwise,
    within: number,
    what: string,
    per: number,
    announce: () => boolean,
  ): void => {
    const instead = use.exceeded ? insteadOf(otherwise, use) : undefined
    const complete: LimitUse = instead === undefined ? use : { ...use, instead }
    uses.push(complete)
    if (use.exceeded)
      exceeded.push({ use: complete, otherwise, within, reason: usedUp(use, what, within, per), announce: announce() })
  }
  for (const rule of linked.limits) {
    const { limit, effect } = rule
    const use: LimitUse = { effect, max: limit.max, ...checkLimit(state.limits, rule, event, now) }
    add(use, limit.otherwise, limit.within, `limit of ${limit.max}`, limit.per.length, () =>
      announcesExceeded(state.limits, rule, use.key, now),
    )
  }
  for (const rule of linked.budgets) {
    const { budget, effect } = rule
    const use: LimitUse = {
      effect,
      max: budget.max,
      unit: budget.unit,
      ...budgetUse(rule, event, state, definitions, now),
    }
    add(use, budget.otherwise, budget.within, `budget of ${budget.max} ${budget.unit}`, budget.per.length, () =>
      announcesBudget(state.budgets, rule, use.key, now),
    )
  }
  return { linked, outcome: { ...linked.outcome, verdict: verdictWith(linked, exceeded), limits: uses }, exceeded }
}

/** What it makes of the event apart from limits: they are looked at once, when the event is first decided. */
export const withoutLimits = (linked: LinkedContract): Considered => ({
  linked,
  outcome: linked.outcome,
  exceeded: NONE,
})

/** Who is asked where a limit is used up and its contract says `otherwise: escalate`. */
export const escalationOf = ({ otherwise }: Exceeded): ReadonlyArray<EscalationLevel> | undefined =>
  typeof otherwise === "object" ? otherwise.escalate : undefined

const NONE: ReadonlyArray<never> = []

/** Only a run spends; any other event under a budget passes while something is left. */
const budgetUse = (rule: BudgetRule, event: Event, state: OrganizationState, definitions: Definitions, now: number) => {
  const run = event.type === "run.requested" ? (event.data as BuiltinData["run.requested"]) : undefined
  const limits = run === undefined ? undefined : definitions.view(event.org).members.get(run.member)?.limits
  const check = checkBudget(state.budgets, rule, event, limits, now)
  return run === undefined ? { ...check, cost: 0, exceeded: check.used >= rule.budget.max } : check
}

/** To wait helps only where there will be room. */
const insteadOf = (otherwise: Otherwise, use: LimitUse): LimitUse["instead"] | undefined =>
  otherwise === "deny" || (otherwise === "defer" && use.freeAt === undefined)
    ? undefined
    : otherwise === "defer"
      ? "defer"
      : "escalate"

const verdictWith = (linked: LinkedContract, exceeded: ReadonlyArray<Exceeded>): ContractOutcome["verdict"] => {
  if (exceeded.length === 0 || linked.deny !== undefined) return linked.outcome.verdict
  return exceeded.some(({ use }) => use.instead === undefined) ? "deny" : "hold"
}

const usedUp = (use: LimitUse, what: string, within: number, parts: number): string => {
  const whose = parts === 0 ? "" : ` for ${keyInWords(use.key)}`
  const free = use.freeAt === undefined ? "" : `; free again at ${new Date(use.freeAt).toISOString()}`
  return `the ${what} in ${durationInWords(within)}${whose} is used up${free}`
}
