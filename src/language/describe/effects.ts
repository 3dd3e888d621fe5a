/** What follows when a contract applies, in words: each effect with all of its options, met and not met. */
import { amount } from "../../domain/amount.ts"
import type {
  Allow,
  Budget,
  Contract,
  Deny,
  Effect,
  EffectKind,
  Emit,
  Escalate,
  Limit,
  Notify,
  Route,
  Upon,
} from "../../domain/contract.ts"
import { classOf } from "../../domain/eventTypes.ts"
import { beyondLimit, escalationLevels } from "./escalations.ts"
import { keyPhrase } from "./keys.ts"
import { dataPath } from "./facts.ts"
import { duration, enumeration, quote, value } from "./prose.ts"
import { approvalPhrase, votesPhrase } from "./requirements.ts"
import { describeSelectors, isSingular } from "./selectors.ts"

/** One or more sentences without line breaks; "it" is the event that the contract is about. */
export const describeEffect = (effect: Effect, contract: Pick<Contract, "scope" | "on" | "then">): string => {
  switch (effect.effect) {
    case "allow":
      return allowPhrase(effect)
    case "deny":
      return denyPhrase(effect)
    case "require_approval":
      return approvalPhrase(effect, contract.scope)
    case "require_votes":
      return votesPhrase(effect, contract.scope)
    case "limit":
      return limitPhrase(effect, contract.scope)
    case "budget":
      return budgetPhrase(effect, contract.scope)
    case "route":
      return routePhrase(effect, contract)
    case "escalate":
      return escalatePhrase(effect, contract)
    case "emit":
      return emitPhrase(effect, contract)
    case "notify":
      return notifyPhrase(effect, contract)
  }
}

const allowPhrase = (_: Allow): string => "it is permitted, unless another contract refuses it or makes it wait."

const denyPhrase = ({ reason }: Deny): string => `it is refused, with the reason ${quote(reason)}.`

const limitPhrase = ({ max, within, per, burst, cost, algorithm, otherwise }: Limit, scope: string): string => {
  const units = cost === 1 ? amount(max, "event") : amount(max, "unit")
  const rate =
    algorithm === "sliding" ? `pass in any ${duration(within)}` : `pass per ${duration(within)} as a steady rate`
  const atOnce =
    algorithm === "gcra"
      ? `, and up to ${burst ?? max} at once (so that ${duration(within)} may hold ${Number((max + (burst ?? max)).toPrecision(12))})`
      : burst === undefined
        ? ""
        : `, and up to ${burst} at once`
  const each =
    cost === 1
      ? ""
      : `, where each event takes ${typeof cost === "number" ? amount(cost, "unit") : `as many units as its ${dataPath(cost.path)} says`}`
  return `no more than ${units} ${rate} ${keyPhrase(per)}${atOnce}${each}. ${beyondLimit(otherwise, scope)}`
}

const budgetPhrase = ({ unit, max, per, within, otherwise }: Budget, scope: string): string =>
  `no more than ${max} ${UNITS[unit]} are spent in any ${duration(within)} ${keyPhrase(per)}. ${beyondLimit(otherwise, scope)}`

const UNITS: Readonly<Record<Budget["unit"], string>> = {
  usd: "US dollars",
  tokens: "tokens",
  turns: "turns",
  minutes: "minutes",
}

const routePhrase = (effect: Route, { scope, on }: Pick<Contract, "scope" | "on">): string => {
  const single = effect.to.length === 1 && effect.to[0]?.kind === "member"
  return (
    (on.every((pattern) => classOf(pattern) !== "gated") ? "" : "once it is allowed, ") +
    `${describeSelectors(effect.to, scope)} ${isSingular(effect.to) ? "gets a task" : "get a task each"}` +
    (single && effect.as === "sequence" ? "" : `, ${ORDERS[effect.as]}`) +
    (effect.goal === undefined ? "" : `: ${quote(effect.goal)}`) +
    (effect.with === undefined ? "" : ` with ${value(effect.with)}`) +
    "."
  )
}

const ORDERS: Readonly<Record<Route["as"], string>> = {
  sequence: "one after the other",
  parallel: "all at once",
  first: "all at once, until the first succeeds",
  compete: "as candidates whose results are compared",
}

const escalatePhrase = ({ levels }: Escalate, { scope, then }: Pick<Contract, "scope" | "then">): string => {
  const has = (...kinds: ReadonlyArray<EffectKind>) => then.some(({ effect }) => kinds.includes(effect))
  const open = [
    ...(has("require_approval", "require_votes") ? ["what this contract requires is undecided"] : []),
    ...(has("route") ? ["a task that this contract makes is open"] : []),
  ]
  const joining = escalationLevels(levels, scope)
  return open.length === 0
    ? `nobody joins, as this contract asks nobody and makes no task; named are ${joining}.`
    : `while ${enumeration(open, "or")}, further people join: ${joining}.`
}

const emitPhrase = (effect: Emit, contract: Pick<Contract, "then">): string =>
  `${uponPhrase(effect.upon, contract)}, the event ${effect.type} follows` +
  `${effect.data === undefined ? "" : ` with the data ${value(effect.data)}`}.`

const notifyPhrase = (effect: Notify, contract: Pick<Contract, "scope" | "then">): string =>
  `${uponPhrase(effect.upon, contract)}, ${describeSelectors(effect.to, contract.scope)} ` +
  `${isSingular(effect.to) ? "gets" : "get"} the message ${quote(effect.message)}.`

/** Without `upon`: the verdict that the contract's own effects come to. */
const uponPhrase = (upon: Upon | undefined, { then }: Pick<Contract, "then">): string => {
  if (upon !== undefined)
    return `when it ${enumeration(
      upon.map((verdict) => VERDICTS[verdict]),
      "or",
    )}`
  const has = (...kinds: ReadonlyArray<EffectKind>) => then.some(({ effect }) => kinds.includes(effect))
  if (has("deny")) return "when this contract refuses it"
  if (has("limit", "budget")) return "at whatever verdict this contract itself comes to"
  return has("require_approval", "require_votes") ? "when this contract makes it wait" : "once it has been allowed"
}

const VERDICTS: Readonly<Record<Upon[number], string>> = {
  allow: "is allowed",
  deny: "is refused",
  hold: "begins to wait",
  expired: "expires",
}
