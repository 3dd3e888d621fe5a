/** A contract that matched, and what its own effects make of the event. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { EscalationLevel, Limit, Otherwise } from "../domain/contract.ts"
import type { ContractOutcome, LimitUse } from "../domain/decision.ts"
import { durationInWords } from "../domain/duration.ts"
import type { Event } from "../domain/event.ts"
import { timeText } from "../domain/timeText.ts"
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
  /** When it is worth looking again, in log time; absent where it could never fit. */
  readonly again: number | undefined
}

/** What waits for others, of whom nobody knows when they end, is looked at again after so much, unless it is woken. */
const LOOK_AGAIN_MS = 60_000

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
  for (const rule of linked.limits) {
    const { limit, effect } = rule
    const { key, cost, used, exceeded: over, freeAt, inFlight } = checkLimit(state.limits, rule, event, now)
    if (!over) {
      uses.push({ effect, max: limit.max, key, cost, used, exceeded: false })
      continue
    }
    const use = { effect, max: limit.max, key, cost, used, exceeded: true, ...(freeAt === undefined ? {} : { freeAt }) }
    const announce = announcesExceeded(state.limits, rule, key, now)
    const told = usedUp(use, limit, `limit of ${limit.max}`, announce, againAt(freeAt, inFlight, limit.within, now))
    exceeded.push(told)
    uses.push(told.use)
  }
  for (const rule of linked.budgets) {
    const { budget, effect } = rule
    const { max, unit } = budget
    const { inFlight, ...check } = budgetUse(rule, event, state, definitions, now)
    const use: LimitUse = { effect, max, unit, ...check }
    if (!use.exceeded) {
      uses.push(use)
      continue
    }
    const announce = announcesBudget(state.budgets, rule, use.key, now)
    const again = againAt(use.freeAt, inFlight, budget.within, now)
    const told = usedUp(use, budget, `budget of ${max} ${unit}`, announce, again)
    exceeded.push(told)
    uses.push(told.use)
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

const againAt = (
  freeAt: number | undefined,
  inFlight: true | undefined,
  within: number,
  now: number,
): number | undefined => freeAt ?? (inFlight === true ? now + Math.max(within, LOOK_AGAIN_MS) : undefined)

/** To wait helps only where there may be room some time. */
const insteadOf = (otherwise: Otherwise, again: number | undefined): LimitUse["instead"] | undefined =>
  otherwise === "deny" || (otherwise === "defer" && again === undefined)
    ? undefined
    : otherwise === "defer"
      ? "defer"
      : "escalate"

const verdictWith = (linked: LinkedContract, exceeded: ReadonlyArray<Exceeded>): ContractOutcome["verdict"] => {
  if (exceeded.length === 0 || linked.deny !== undefined) return linked.outcome.verdict
  return exceeded.some(({ use }) => use.instead === undefined) ? "deny" : "hold"
}

const usedUp = (
  use: LimitUse,
  { otherwise, within, per }: Pick<Limit, "otherwise" | "within" | "per">,
  what: string,
  announce: boolean,
  again: number | undefined,
): Exceeded => {
  const instead = insteadOf(otherwise, again)
  const whose = per.length === 0 ? "" : ` for ${keyInWords(use.key)}`
  const free = use.freeAt === undefined ? "" : `; free again at ${timeText(use.freeAt)}`
  return {
    use: instead === undefined ? use : { ...use, instead },
    otherwise,
    within,
    reason: `the ${what} in ${durationInWords(within)}${whose} is used up${free}`,
    announce,
    again,
  }
}
