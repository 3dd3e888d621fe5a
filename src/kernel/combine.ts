/** The combination rules: what all contracts that match make of an event together. */
import type { DecidingRule } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import type { Matches } from "./cell.ts"
import type { OperatorAspect } from "../domain/change.ts"
import type { ChangeRule } from "./changes.ts"
import type { Considered } from "./considered.ts"
import { interpolate } from "./interpolate.ts"
import type { LinkedContract } from "./linkedContract.ts"

export type Combined =
  | {
      readonly verdict: "allow" | "deny"
      readonly rule: DecidingRule
      /** Full names of those that made the verdict. */
      readonly contracts: ReadonlyArray<string>
      readonly reason: string
    }
  /** Until there is room: decided afresh at `until`, log time in ms. */
  | {
      readonly verdict: "hold"
      readonly rule: "limit"
      readonly contracts: ReadonlyArray<string>
      readonly reason: string
      readonly until: number
    }
  /** The daemon's own rule for changes of the rules holds it: until one of these lets it through. */
  | { readonly verdict: "hold"; readonly rule: "change"; readonly from: Exclude<ChangeRule, "pass"> }
  /** Until every one of these contracts' requirements is met, and that of the daemon's own rule. */
  | {
      readonly verdict: "hold"
      readonly rule: "require"
      readonly requiring: ReadonlyArray<Considered>
      readonly from?: OperatorAspect
    }

/**
 * Any deny decides. Otherwise a limit that is used up denies, or waits for room; otherwise every requirement must be
 * met; otherwise it is allowed where one says so, or where that is the organization's default.
 */
export const combine = (
  considered: ReadonlyArray<Considered>,
  matches: Matches,
  fallback: "allow" | "deny",
  event: Event,
): Combined => {
  const denying = among(considered, denies)
  if (denying.length > 0) return deny("deny", denying, interpolate(denying[0]!.linked.deny!, event))
  const unavailable = among(matches.unavailable, isEnforced)
  if (unavailable.length > 0)
    return deny("unavailable", unavailable, `${nameOf(unavailable[0]!)} cannot be decided: ${unavailable[0]!.reason}`)
  const exceeding = among(considered, exceeds)
  if (exceeding.length > 0)
    return deny("limit", exceeding, exceeding[0]!.exceeded.find(({ use }) => use.instead === undefined)!.reason)
  const deferring = among(considered, defers)
  if (deferring.length > 0) return defer(deferring)
  const requiring = among(considered, requires)
  if (requiring.length > 0) return { verdict: "hold", rule: "require", requiring }
  const allowing = among(considered, allows)
  if (allowing.length > 0) return { verdict: "allow", rule: "allow", contracts: allowing.map(nameOf), reason: "" }
  return fallback === "allow"
    ? { verdict: "allow", rule: "default", contracts: [], reason: "" }
    : deny("default", [], "no contract allows it, and this organization denies requests that no contract allows")
}

// Made once: every publish asks all of this.
const denies = ({ linked }: Considered): boolean => linked.deny !== undefined
const exceeds = ({ exceeded }: Considered): boolean => exceeded.some(({ use }) => use.instead === undefined)
const defers = ({ exceeded }: Considered): boolean => exceeded.some(({ use }) => use.instead === "defer")
const requires = ({ linked, exceeded }: Considered): boolean => linked.requires.length > 0 || exceeded.length > 0
const allows = ({ linked }: Considered): boolean => linked.allows
const isShadow = ({ linked }: Named): boolean => linked.shadow
const isEnforced = ({ linked }: Named): boolean => !linked.shadow

/** The same list where no contract is a shadow. */
export const withoutShadows = (considered: ReadonlyArray<Considered>): ReadonlyArray<Considered> =>
  considered.some(isShadow) ? considered.filter(isEnforced) : considered

/** Those of the list that it says something of; nearly always none. */
const among = <A>(list: ReadonlyArray<A>, has: (one: A) => boolean): ReadonlyArray<A> =>
  list.some(has) ? list.filter(has) : NONE

const NONE: ReadonlyArray<never> = []

interface Named {
  readonly linked: LinkedContract
}

const nameOf = ({ linked }: Named): string => linked.contract.fullName

const deny = (rule: DecidingRule, by: ReadonlyArray<Named>, reason: string): Combined => ({
  verdict: "deny",
  rule,
  contracts: by.map(nameOf),
  reason,
})

/** The last of those that are full says when it is worth looking again. */
const defer = (deferring: ReadonlyArray<Considered>): Combined => {
  const full = deferring.flatMap(({ exceeded }) => exceeded.filter(({ use }) => use.instead === "defer"))
  const until = Math.max(...full.map(({ again }) => again!))
  return {
    verdict: "hold",
    rule: "limit",
    contracts: deferring.map(nameOf),
    reason: `waits for room: ${full[0]!.reason}`,
    until,
  }
}
