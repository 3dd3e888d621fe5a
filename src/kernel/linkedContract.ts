/** A contract made ready for deciding: its condition compiled, its effects sorted by what they are for. */
import type {
  Condition,
  Contract,
  Effect,
  EffectKind,
  EscalationLevel,
  Emit,
  Notify,
  RequireApproval,
  RequireVotes,
  Route,
  Upon,
} from "../domain/contract.ts"
import type { ContractOutcome } from "../domain/decision.ts"
import type { EventClass } from "../domain/eventTypes.ts"
import type { Compiler } from "../language/conditions/compile.ts"
import type { CompiledCondition, SharedConditions } from "../language/facts.ts"
import { type BudgetRule, makeBudgetRule } from "./budgets.ts"
import { type LimitRule, makeLimitRule } from "./limits.ts"

export interface LinkedContract {
  readonly contract: Contract
  /** Place in the order of priority, then full name. */
  readonly order: number
  /** See {@link conditionOf}; contracts in a cell have theirs. */
  condition: CompiledCondition | undefined
  readonly compiler: Compiler
  readonly shared: SharedConditions
  readonly shadow: boolean
  /** Classes of events that every one of its effects may apply to. */
  readonly classes: ReadonlyArray<EventClass>
  /** Reason of its first `deny`. */
  readonly deny: string | undefined
  readonly allows: boolean
  readonly limits: ReadonlyArray<LimitRule>
  readonly budgets: ReadonlyArray<BudgetRule>
  /** Levels of its `escalate`, for what it makes wait and for the tasks it makes. */
  readonly escalations: ReadonlyArray<EscalationLevel>
  readonly requires: ReadonlyArray<Placed<RequireApproval | RequireVotes>>
  readonly routes: ReadonlyArray<Placed<Route>>
  /** `emit` and `notify`, in the order of the file. */
  readonly follows: ReadonlyArray<Placed<Emit | Notify>>
  /** What its own effects make of every event that it matches, as long as no limit is used up. */
  readonly outcome: ContractOutcome
  /** Does it restrict? Then it is taken to match where its facts cannot be computed. */
  readonly restricts: boolean
}

/** An effect with its place in the contract's `then`. */
export interface Placed<A extends Effect> {
  readonly place: number
  readonly effect: A
}

const CLASSES_OF_EFFECT: Readonly<Record<EffectKind, ReadonlyArray<EventClass>>> = {
  allow: ["gated"],
  deny: ["gated"],
  require_approval: ["gated"],
  require_votes: ["gated"],
  limit: ["gated"],
  budget: ["gated"],
  escalate: ["gated", "fact"],
  emit: ["gated", "fact"],
  route: ["gated", "fact", "control"],
  notify: ["gated", "fact", "control"],
}

export const linkContract = (
  contract: Contract,
  order: number,
  shared: SharedConditions,
  compiler: Compiler,
  before: LinkedContract | undefined,
): LinkedContract => {
  const same =
    before !== undefined && before.contract.version === contract.version && sameShared(contract, shared, before.shared)
  if (same && before.order === order && before.contract === contract) return before
  const limits: Array<LimitRule> = []
  const budgets: Array<BudgetRule> = []
  const escalations: Array<EscalationLevel> = []
  const requires: Array<Placed<RequireApproval | RequireVotes>> = []
  const routes: Array<Placed<Route>> = []
  const follows: Array<Placed<Emit | Notify>> = []
  let deny: string | undefined
  let allows = false
  contract.then.forEach((effect, place) => {
    switch (effect.effect) {
      case "deny":
        deny ??= effect.reason
        break
      case "allow":
        allows = true
        break
      case "limit":
        limits.push(makeLimitRule(contract.fullName, place, limits.length, effect))
        break
      case "budget":
        budgets.push(makeBudgetRule(contract.fullName, place, budgets.length, effect))
        break
      case "escalate":
        escalations.push(...effect.levels)
        break
      case "require_approval":
      case "require_votes":
        requires.push({ place, effect })
        break
      case "route":
        routes.push({ place, effect })
        break
      case "emit":
      case "notify":
        follows.push({ place, effect })
        break
    }
  })
  const shadow = contract.mode === "shadow"
  const verdict = deny !== undefined ? "deny" : requires.length > 0 ? "hold" : allows ? "allow" : "none"
  const { fullName, version } = contract
  return {
    contract,
    order,
    condition: same ? before.condition : undefined,
    compiler,
    shared,
    shadow,
    outcome: { contract: fullName, version, verdict, ...(shadow ? { shadow } : undefined) },
    classes: classesOf(contract),
    deny,
    allows,
    limits: orNone(limits),
    budgets: orNone(budgets),
    escalations: orNone(escalations),
    requires: orNone(requires),
    routes: orNone(routes),
    follows: orNone(follows),
    restricts: deny !== undefined || limits.length > 0 || budgets.length > 0 || requires.length > 0,
  }
}

/** Compiled when it is first asked for: a start waits for none but those of the events that come. */
export const conditionOf = (linked: LinkedContract): CompiledCondition =>
  (linked.condition ??= linked.compiler.compile(linked.contract.when, linked.shared))

/** What an `emit` or `notify` speaks upon, where it does not say: what its contract's own effects make of the event. */
export const uponOf = (effect: Emit | Notify, own: "allow" | "deny" | "hold" | "expired" | "none"): Upon =>
  effect.upon ?? [own === "none" ? "allow" : own]

/** Most contracts have one kind of effect: they share one empty list for the others. */
const orNone = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => (list.length === 0 ? NONE : list)
const NONE: ReadonlyArray<never> = []

/** Each effect's classes begin with those of a narrower one, so the shortest list is what all of them share. */
const classesOf = (contract: Contract): ReadonlyArray<EventClass> =>
  contract.then
    .map(({ effect }) => CLASSES_OF_EFFECT[effect])
    .reduce((narrowest, classes) => (classes.length < narrowest.length ? classes : narrowest))

/** The contract's own version says nothing of the shared conditions that it names. */
const sameShared = (contract: Contract, now: SharedConditions, before: SharedConditions): boolean => {
  if (now === before || contract.when === undefined) return true
  return (
    !namesShared(contract.when) ||
    JSON.stringify(resolved(contract, now)) === JSON.stringify(resolved(contract, before))
  )
}

/** Looked for once in a condition: files that have not changed bring the same one. */
const namesShared = (condition: Condition): boolean => {
  let names = naming.get(condition)
  if (names === undefined) naming.set(condition, (names = JSON.stringify(condition).includes('"condition":"')))
  return names
}

const naming = new WeakMap<Condition, boolean>()

const resolved = (contract: Contract, shared: SharedConditions): unknown => {
  const seen = new Set<string>()
  const found: Record<string, unknown> = {}
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    const name = (node as { condition?: unknown }).condition
    if (typeof name === "string" && !seen.has(name)) {
      seen.add(name)
      found[name] = shared(name)
      visit(found[name])
    }
    for (const value of Object.values(node)) visit(value)
  }
  visit(contract.when)
  return found
}
