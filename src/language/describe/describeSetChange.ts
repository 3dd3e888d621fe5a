/** What the way from one set of rules to another means, in plain English and in names. */
import { amount } from "../../domain/amount.ts"
import { type Aspect, ASPECTS, type ChangeMeaning, type NameChanges } from "../../domain/change.ts"
import type { Contract } from "../../domain/contract.ts"
import type { Organization } from "../../domain/organization.ts"
import { describeChange } from "./describeChange.ts"
import { describeOrganizationChange } from "./describeOrganizationChange.ts"

/** Lines that a meaning has at most, and characters; what is left out is counted in a last line. */
export const MAX_MEANING_LINES = 50
export const MAX_MEANING_CHARACTERS = 16_000

/** Names that a summary lists. */
const MAX_SUMMARY_NAMES = 3

export interface RuleSet {
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
}

export const describeSetChange = (previous: RuleSet, next: RuleSet): ChangeMeaning => {
  const contracts = pairs(previous.contracts, next.contracts, ({ fullName }) => fullName)
  const organizations = pairs(previous.organizations, next.organizations, ({ id }) => id)
  const described = organizations.map(([old, now]) => ({
    id: (now ?? old)!.id,
    ...describeOrganizationChange(old, now),
  }))
  const members = (of: "joined" | "left" | "altered") =>
    described.flatMap((one) => one[of].map((name) => `${name}${one.id}`)).toSorted()
  const aspects = new Set(described.flatMap((one) => one.aspects))
  const names = {
    contracts: namesOf(contracts, ({ fullName }) => fullName),
    organizations: namesOf(organizations, ({ id }) => id),
    members: { added: members("joined"), removed: members("left"), changed: members("altered") },
  }
  return {
    summary: summary(
      names,
      [...aspects].every((aspect) => OF_MEMBERS.has(aspect)),
    ),
    meaning: bounded([
      ...described.flatMap(({ lines }) => lines),
      ...contracts.map(([old, now]) => describeChange(old, now)),
    ]),
    ...names,
    aspects: ASPECTS.filter((aspect) => aspects.has(aspect)),
  }
}

type Pair<A> = readonly [before: A | undefined, now: A | undefined]

/** Those that differ, in the order of their names. */
const pairs = <A extends { readonly version: string }>(
  previous: ReadonlyArray<A>,
  next: ReadonlyArray<A>,
  name: (one: A) => string,
): ReadonlyArray<Pair<A>> => {
  const before = new Map(previous.map((one) => [name(one), one]))
  const now = new Map(next.map((one) => [name(one), one]))
  return [...new Set([...before.keys(), ...now.keys()])]
    .toSorted()
    .map((key): Pair<A> => [before.get(key), now.get(key)])
    .filter(([old, fresh]) => old?.version !== fresh?.version)
}

const namesOf = <A>(list: ReadonlyArray<Pair<A>>, name: (one: A) => string): NameChanges => ({
  added: list.flatMap(([old, now]) => (old === undefined && now !== undefined ? [name(now)] : [])),
  removed: list.flatMap(([old, now]) => (old !== undefined && now === undefined ? [name(old)] : [])),
  changed: list.flatMap(([old, now]) => (old !== undefined && now !== undefined ? [name(now)] : [])),
})

const OF_MEMBERS: ReadonlySet<Aspect> = new Set(["members", "roles", "weights", "agents", "executors"])

/** That an organization has changed is said by its members, where that is all. */
const summary = (names: Names, onlyMembers: boolean): string => {
  const parts = (["contract", "organization", "member"] as const).flatMap((noun) =>
    (["added", "removed", "changed"] as const).flatMap((how) => {
      const list = names[`${noun}s`][how]
      const said = noun === "organization" && how === "changed" && onlyMembers
      return list.length === 0 || said ? [] : [phrase(noun, how, list)]
    }),
  )
  return parts.length === 0 ? "the same rules in other words" : parts.join("; ")
}

type Names = Pick<ChangeMeaning, "contracts" | "organizations" | "members">

const phrase = (noun: string, how: string, names: ReadonlyArray<string>): string => {
  const listed = names.slice(0, MAX_SUMMARY_NAMES).join(", ")
  const more = names.length > MAX_SUMMARY_NAMES ? ` and ${names.length - MAX_SUMMARY_NAMES} more` : ""
  return `${amount(names.length, noun)} ${how} (${listed}${more})`
}

const bounded = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let characters = 0
  const kept = lines.slice(0, MAX_MEANING_LINES).filter((line) => (characters += line.length) <= MAX_MEANING_CHARACTERS)
  return kept.length === lines.length ? lines : [...kept, `and ${amount(lines.length - kept.length, "more change")}`]
}
