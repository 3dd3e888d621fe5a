/** A contract as plain English, from its normal form alone. */
import type { Condition, Contract, Mode } from "../../domain/contract.ts"
import { GLOBAL } from "../../domain/names.ts"
import type { Organization } from "../../domain/organization.ts"
import { sharedConditions } from "../sharedConditions.ts"
import { conditionLines, singleLine } from "./conditions.ts"
import { describeEffect } from "./effects.ts"
import { happening, narrowing } from "./events.ts"
import { citation, enumeration, layout, LINE_COLUMNS, moment, quote, title } from "./prose.ts"
import type { Line } from "./prose.ts"
import { member } from "./selectors.ts"

export interface DescribeContext {
  /** By `@id`. With them the text names the organizations below and says what shared conditions mean. */
  readonly organizations?: ReadonlyMap<string, Organization>
}

/**
 * Plain text of at most {@link LINE_COLUMNS} columns (one longer word aside), without a final line break. Contracts of
 * different meaning have different texts; where a contract stands and in which notation has no part in it.
 */
export const describeContract = (contract: Contract, context: DescribeContext = {}): string =>
  layout(contractLines(contract, context))

/** The lines of {@link describeContract}. */
export const contractLines = (contract: Contract, context: DescribeContext = {}): ReadonlyArray<Line> => [
  { indent: 0, text: heading(contract) },
  ...(contract.description === undefined ? [] : citation(contract.description, 2)),
  ...paragraph(MODES[contract.mode]),
  ...situation(contract, context),
  ...contract.then.map((effect) => ({ indent: 4, text: `- ${describeEffect(effect, contract)}` })),
  ...paragraph(narrowing(contract)),
  ...meanings(contract, context),
  ...paragraph(validity(contract)),
  ...paragraph(footer(contract)),
]

/** `Production deploys need two votes (@review-team/production-deploys-need-two-votes)`. */
export const heading = ({ name, fullName }: Contract): string =>
  name === undefined ? fullName : `${title(name)} (${fullName})`

export const MODES: Readonly<Record<Mode, string>> = {
  enforce: "",
  shadow: "Only watched (shadow): nothing of this is done; whether it would have changed the verdict is recorded.",
  off: "Switched off: nothing of this is done or recorded.",
}

/** `Applies from 1 November 2026, 00:00 UTC until just before ...`; empty where it always does. */
export const validity = ({ from, until }: Contract): string => {
  if (from === undefined && until === undefined) return ""
  const start = from === undefined ? "" : ` from ${moment(from)}`
  return `Applies${start}${until === undefined ? " on" : ` until just before ${moment(until)}`}.`
}

/** When the contract speaks. Short conditions go on in the sentence, others follow as a list. */
const situation = (contract: Contract, context: DescribeContext): ReadonlyArray<Line> => {
  const { on, when } = contract
  const start = `When ${happening(on)}${on.length > 1 ? "," : ""} in ${place(contract.scope, context)}`
  if (when === undefined) return [{ indent: 2, text: `${start}:` }]
  const parts = ("all" in when ? when.all : [when]).map((part) => singleLine(part))
  const text = `${start}, and ${parts.join(" and ")}:`
  const short = parts.length <= MAX_INLINE_CONDITIONS && text.length <= MAX_INLINE_CHARACTERS
  if (!parts.includes(undefined) && (short || parts.length === 1)) return [{ indent: 2, text }]
  return [...conditionLines(when, 2, `${start}, and `), { indent: 2, text: "then:" }]
}

const MAX_INLINE_CONDITIONS = 3
const MAX_INLINE_CHARACTERS = 2 * LINE_COLUMNS

const place = (scope: string, { organizations }: DescribeContext): string => {
  if (scope === GLOBAL) return "any organization"
  if (organizations === undefined) return `${scope} or an organization below it`
  const below = [...organizations.keys()]
    .filter((id) => id !== scope && parents(id, organizations).has(scope))
    .toSorted()
  if (below.length === 0) return scope
  const named = below.slice(0, MAX_NAMED_ORGANIZATIONS)
  return `${scope} or below it (${enumeration(named, "or")}${below.length > named.length ? `, and ${below.length - named.length} more` : ""})`
}

const MAX_NAMED_ORGANIZATIONS = 5

const parents = (id: string, organizations: ReadonlyMap<string, Organization>): ReadonlySet<string> => {
  const seen = new Set<string>()
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = organizations.get(at)?.parent)
    seen.add(at)
  return seen
}

/** What the shared conditions that the contract names mean, those that they name in turn included. */
const meanings = ({ when, scope }: Contract, { organizations }: DescribeContext): ReadonlyArray<Line> => {
  if (when === undefined || organizations === undefined) return []
  const meaningOf = sharedConditions(organizations, scope)
  const lines: Array<Line> = []
  const names = new Set(sharedNames(when))
  for (const name of names) {
    const meaning = meaningOf(name)
    if (meaning === undefined) continue
    lines.push(...conditionLines(meaning, 2, `${quote(name)} means that `))
    for (const inner of sharedNames(meaning)) names.add(inner)
  }
  return lines
}

const sharedNames = (condition: Condition): ReadonlyArray<string> => {
  if ("all" in condition) return condition.all.flatMap(sharedNames)
  if ("any" in condition) return condition.any.flatMap(sharedNames)
  if ("not" in condition) return sharedNames(condition.not)
  if ("condition" in condition) return [condition.condition]
  return condition.params?.where === undefined ? [] : sharedNames(condition.params.where)
}

const footer = (contract: Contract): string =>
  [
    contract.owner === undefined ? "" : `Owner: ${member(contract.owner)}.`,
    contract.priority === 0 ? "" : `Priority ${contract.priority} (order of routes and explanations only).`,
  ]
    .filter((part) => part !== "")
    .join(" ")

const paragraph = (text: string): ReadonlyArray<Line> => (text === "" ? [] : [{ indent: 2, text }])
