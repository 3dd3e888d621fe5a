/** Event patterns in words. */
import type { Contract, EffectKind } from "../../domain/contract.ts"
import { BUILT_IN_TYPES, classOf, isRequest, typeMatches } from "../../domain/eventTypes.ts"
import { enumeration, quote } from "./prose.ts"

/** A clause: `a deploy is requested (deploy.requested)`, `github.push happens, or ...`. */
export const happening = (patterns: ReadonlyArray<string>): string => patterns.map(clause).join(", or ")

/** A plural: `deploy.requested events`, `events whose type starts with "github."`. */
export const eventsOf = (pattern: string): string =>
  pattern.includes("*") ? `events ${wildcard(pattern)}` : `${pattern} events`

/** A singular: `a deploy.requested event`, `an event whose type starts with "github."`. */
export const eventOf = (pattern: string): string =>
  pattern.includes("*") ? `an event ${wildcard(pattern)}` : `${article(pattern)} ${pattern} event`

/** What a wildcard covers but the contract's effects cannot apply to; empty where that is nothing. */
export const narrowing = ({ on, then }: Pick<Contract, "on" | "then">): string => {
  const has = (kinds: ReadonlySet<EffectKind>) => then.some(({ effect }) => kinds.has(effect))
  const covers = (kind: "fact" | "control") =>
    BUILT_IN_TYPES.some((type) => classOf(type) === kind && on.some((pattern) => typeMatches(pattern, type)))
  const stops = has(STOPPING)
  const left = [
    ...(stops && covers("fact") ? ["what the daemon itself reports (tasks, runs, messages and the like)"] : []),
    ...((stops || has(FOLLOWING)) && covers("control") ? ["votes, proposals, holds and changes of the rules"] : []),
  ]
  return left.length === 0 ? "" : `This does not cover ${left.join(", nor ")}.`
}

/** Effects on gated types alone, and those on facts too but not on control types. */
const STOPPING: ReadonlySet<EffectKind> = new Set([
  "allow",
  "deny",
  "require_approval",
  "require_votes",
  "limit",
  "budget",
])
const FOLLOWING: ReadonlySet<EffectKind> = new Set(["escalate", "emit"])

const clause = (pattern: string): string => {
  if (pattern === "**") return "any event happens"
  if (pattern.includes("*")) return `any event ${wildcard(pattern)} happens`
  const words = pattern.split(".").slice(0, -1).join(" ").replaceAll(/[_-]/g, " ")
  return isRequest(pattern) && words !== ""
    ? `${article(words)} ${words} is requested (${pattern})`
    : `${pattern} happens`
}

const wildcard = (pattern: string): string => {
  if (pattern === "**") return "of any type"
  const start = pattern.slice(0, -"**".length)
  if (pattern.endsWith(".**") && !start.includes("*")) return `whose type starts with ${quote(start)}`
  const signs = [
    ...(start.includes("*") || !pattern.endsWith("**") ? ["* is any text without a dot"] : []),
    ...(pattern.endsWith(".**") ? ["** is any text"] : []),
  ]
  return `whose type has the form ${quote(pattern)} (${enumeration(signs, "and")})`
}

/** By its first letter, but for the `u` that is spoken as in "user". */
const article = (words: string): string => (/^(?:[aeio]|u(?!ni|s))/i.test(words) ? "an" : "a")
