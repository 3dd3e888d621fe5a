/**
 * Windows behind the effect `budget`: what runs have spent, and what those that go on have reserved.
 *
 * A run reserves its member's own limit, else all that remains, when it is asked for; it settles on what it has used
 * when it ends. One that died without saying what it used is charged its reservation, until an operator corrects it.
 */
import type { Budget } from "../domain/contract.ts"
import type { Event } from "../domain/event.ts"
import type { RunLimits } from "../domain/organization.ts"
import { type KeyOf, keyOfParts, MAX_KEYS_PER_WINDOW } from "./keys.ts"
import { type Freed, freedOf } from "./room.ts"

/** A `budget` of one contract, ready to run. */
export interface BudgetRule {
  /** Contract, place among its budgets, unit and key: edits of the amount and of `within` keep the windows. */
  readonly id: string
  readonly effect: number
  readonly budget: Budget
  readonly keyOf: KeyOf
}

export type BudgetWindows = Map<string, Map<string, Account>>

/** One key of one budget. */
export interface Account {
  /** What ended runs have used, oldest first. */
  readonly spent: Array<[time: number, amount: number, run: string]>
  /** Run → what it has reserved. */
  readonly reserved: Map<string, number>
  /** Log time of the last `budget.exceeded`. */
  exceeded: number
}

/** What a run has used, in every unit. */
export type Usage = Readonly<Record<Budget["unit"], number>>

export const makeBudgetRule = (contract: string, effect: number, place: number, budget: Budget): BudgetRule => ({
  id: `${contract}#${place}|${budget.unit}|${JSON.stringify(budget.per)}`,
  effect,
  budget,
  keyOf: keyOfParts(budget.per),
})

export interface BudgetCheck {
  readonly key: string
  /** Spent in the window and reserved. */
  readonly used: number
  /** What the run would reserve. */
  readonly cost: number
  readonly exceeded: boolean
  readonly freeAt?: number
  /** It would fit once runs that go on have ended, and have not used all that they have reserved. */
  readonly inFlight?: true
}

/** Would a run with these limits of its own still fit? Reads only. */
export const checkBudget = (
  windows: BudgetWindows,
  rule: BudgetRule,
  event: Event,
  limits: RunLimits | undefined,
  now: number,
): BudgetCheck => {
  const { budget } = rule
  const key = rule.keyOf(event)
  const accounts = windows.get(rule.id)
  const account = accounts?.get(key)
  if (account === undefined && (accounts?.size ?? 0) >= MAX_KEYS_PER_WINDOW)
    return { key, used: 0, cost: budget.max, exceeded: true }
  const inside = account?.spent.filter(([time]) => time > now - budget.within) ?? []
  let used = 0
  for (const [, amount] of inside) used += amount
  for (const amount of account?.reserved.values() ?? []) used += amount
  const own = ownLimit(limits, budget.unit)
  const cost = own ?? Math.max(0, budget.max - used)
  if (cost > 0 && used + cost <= budget.max + TOLERANCE) return { key, used, cost, exceeded: false }
  let over = used + (own ?? 0) - budget.max
  for (const [time, amount] of inside) {
    over -= amount
    if (own === undefined ? over < 0 : over <= TOLERANCE)
      return { key, used, cost, exceeded: true, freeAt: time + budget.within }
  }
  const mayFit = (own ?? 0) <= budget.max + TOLERANCE && (account?.reserved.size ?? 0) > 0
  return { key, used, cost, exceeded: true, ...(mayFit ? { inFlight: true } : undefined) }
}

export const reserve = (
  windows: BudgetWindows,
  rule: BudgetRule,
  use: { readonly key: string; readonly cost: number },
  run: string,
  now: number,
): void => {
  const { reserved, spent } = accountOf(windows, rule, use.key)
  reserved.set(run, use.cost)
  let outside = 0
  while (outside < spent.length && spent[outside]![0] <= now - rule.budget.within) outside++
  if (outside > 0) spent.splice(0, outside)
}

/** The run was not granted: what it had reserved is free again. */
export const releaseRun = (windows: BudgetWindows, run: string): ReadonlyArray<Freed> => {
  const freed: Array<Freed> = []
  for (const [id, accounts] of windows)
    for (const [key, account] of accounts) if (account.reserved.delete(run)) freed.push(freedOf(id, key))
  return freed
}

/** The run has ended. `usage` absent: it died without saying what it used, and is charged what it had reserved. */
export const settleRun = (
  windows: BudgetWindows,
  run: string,
  usage: Usage | undefined,
  now: number,
): ReadonlyArray<Freed> => {
  const freed: Array<Freed> = []
  for (const [id, accounts] of windows)
    for (const [key, account] of accounts) {
      const reserved = account.reserved.get(run)
      if (reserved === undefined) continue
      account.reserved.delete(run)
      account.spent.push([now, usage === undefined ? reserved : usage[unitOf(id)], run])
      freed.push(freedOf(id, key))
    }
  return freed
}

/** What an ended run really used, said by an operator. */
export const correctRun = (windows: BudgetWindows, run: string, usage: Usage): ReadonlyArray<Freed> => {
  const freed: Array<Freed> = []
  for (const [id, accounts] of windows)
    for (const [key, account] of accounts)
      for (const entry of account.spent)
        if (entry[2] === run) {
          entry[1] = usage[unitOf(id)]
          freed.push(freedOf(id, key))
        }
  return freed
}

export const announcesBudget = (windows: BudgetWindows, rule: BudgetRule, key: string, now: number): boolean => {
  const last = windows.get(rule.id)?.get(key)?.exceeded ?? 0
  return last === 0 || now - last >= rule.budget.within
}

export const markBudget = (windows: BudgetWindows, rule: BudgetRule, key: string, now: number): void => {
  accountOf(windows, rule, key).exceeded = now
}

export type EncodedBudget = readonly [
  id: string,
  accounts: ReadonlyArray<
    readonly [
      key: string,
      spent: Account["spent"],
      reserved: ReadonlyArray<readonly [string, number]>,
      exceeded: number,
    ]
  >,
]

export const encodeBudgets = (windows: BudgetWindows): ReadonlyArray<EncodedBudget> =>
  [...windows].map(([id, accounts]) => [
    id,
    [...accounts].map(([key, { spent, reserved, exceeded }]) => [key, spent, [...reserved], exceeded] as const),
  ])

export const decodeBudgets = (encoded: ReadonlyArray<EncodedBudget>): BudgetWindows =>
  new Map(
    encoded.map(([id, accounts]) => [
      id,
      new Map(
        accounts.map(([key, spent, reserved, exceeded]) => [
          key,
          {
            spent: spent.map((entry) => [...entry] as [number, number, string]),
            reserved: new Map(reserved),
            exceeded,
          },
        ]),
      ),
    ]),
  )

/** Cents of dollars do not add up exactly. */
const TOLERANCE = 1e-9

const ownLimit = (limits: RunLimits | undefined, unit: Budget["unit"]): number | undefined =>
  unit === "tokens" ? undefined : limits?.[unit]

const unitOf = (id: string): Budget["unit"] => id.split("|")[1] as Budget["unit"]

const accountOf = (windows: BudgetWindows, rule: BudgetRule, key: string): Account => {
  let accounts = windows.get(rule.id)
  if (accounts === undefined) windows.set(rule.id, (accounts = new Map()))
  let account = accounts.get(key)
  if (account === undefined) accounts.set(key, (account = { spent: [], reserved: new Map(), exceeded: 0 }))
  return account
}
