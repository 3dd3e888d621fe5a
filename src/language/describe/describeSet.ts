/** A whole set of contracts as plain English. */
import { amount } from "../../domain/amount.ts"
import type { Contract } from "../../domain/contract.ts"
import { GLOBAL } from "../../domain/names.ts"
import type { Organization } from "../../domain/organization.ts"
import { contractLines } from "./describeContract.ts"
import { organizationLines } from "./organization.ts"
import { enumeration, layout } from "./prose.ts"
import type { Line } from "./prose.ts"

/**
 * A summary, then each organization (`@global` first, parents before those below them) with its contracts in order of
 * priority, then full name. Sections are separated by blank lines; there is no final line break.
 */
export const describeSet = (
  contracts: ReadonlyArray<Contract>,
  organizations: ReadonlyMap<string, Organization>,
): string => {
  const scopes = inOrder(new Set([...organizations.keys(), ...contracts.map(({ scope }) => scope)]), organizations)
  const sections = scopes.flatMap((scope) => [
    sectionOf(scope, organizations.get(scope)),
    ...contracts
      .filter((contract) => contract.scope === scope)
      .toSorted((a, b) => b.priority - a.priority || compare(a.fullName, b.fullName))
      .map((contract) => contractLines(contract, { organizations }).map(further)),
  ])
  return layout([...summary(contracts, organizations, scopes), ...sections.flatMap((lines) => [BLANK, ...lines])])
}

const BLANK: Line = { indent: 0, text: "" }

const further = (line: Line): Line => ({ ...line, indent: line.indent + 2 })

const sectionOf = (scope: string, organization: Organization | undefined): ReadonlyArray<Line> =>
  organization === undefined
    ? [
        { indent: 0, text: scope },
        { indent: 2, text: "No file defines this organization. Requests that no contract speaks to are allowed." },
      ]
    : organizationLines(organization)

const summary = (
  contracts: ReadonlyArray<Contract>,
  organizations: ReadonlyMap<string, Organization>,
  scopes: ReadonlyArray<string>,
): ReadonlyArray<Line> => {
  const inMode = (mode: Contract["mode"]) => contracts.filter((contract) => contract.mode === mode).length
  const withDefault = (verdict: Organization["default"]) =>
    scopes.filter((scope) => (organizations.get(scope)?.default ?? "allow") === verdict)
  const [allowing, refusing] = [withDefault("allow"), withDefault("deny")]
  const defaults = [
    ...(allowing.length === 0 ? [] : [`allowed in ${enumeration(allowing, "and")}`]),
    ...(refusing.length === 0 ? [] : [`refused in ${enumeration(refusing, "and")}`]),
  ]
  return [
    {
      indent: 0,
      text:
        `${amount(contracts.length, "contract")} in ${amount(scopes.length, "organization")}: ${inMode("enforce")} enforced, ` +
        `${inMode("shadow")} only watched (shadow), ${inMode("off")} switched off.`,
    },
    ...(defaults.length === 0
      ? []
      : [{ indent: 0, text: `A request that no contract speaks to is ${defaults.join(", and ")}.` }]),
    ...(scopes.length === 0 ? [] : [{ indent: 0, text: changesSentence(scopes, organizations) }]),
  ]
}

/** The daemon's own rule for changes of the rules, `charter/changes`: whose pass, and for whom any other waits. */
const changesSentence = (scopes: ReadonlyArray<string>, organizations: ReadonlyMap<string, Organization>): string => {
  const isStrict = (scope: string): boolean => organizations.get(scope)?.default === "deny"
  const hasNoHuman = (scope: string): boolean =>
    organizations.get(scope)?.members.every(({ kind }) => kind !== "human") ?? false
  const strict = scopes.filter(isStrict)
  const waiting = scopes.filter((scope) => !isStrict(scope))
  const toOperator = waiting.filter((scope) => scope === GLOBAL || hasNoHuman(scope))
  const subject = "A change of the rules that no contract speaks to passes"
  if (waiting.length === 0) return `${subject} only where an operator asks for it (charter/changes). ${OPERATORS}`
  const whom =
    toOperator.length === waiting.length
      ? "the operator"
      : `a human of the organization${toOperator.length === 0 ? "" : `, in ${enumeration(toOperator, "and")} for the operator`}`
  const refused = strict.length === 0 ? "" : `; in ${enumeration(strict, "and")} only an operator's passes`
  return (
    `${subject} where an operator asks for it, or a human whom the organization's file names; any other waits for ` +
    `${whom}${refused} (charter/changes). ${OPERATORS}`
  )
}

const OPERATORS =
  "One that says what is executed for an agent, or verifies a webhook with more of the daemon's environment, needs an operator, whatever contracts say."

/** `@global`, then by the names of the parents from the top down. */
const inOrder = (
  scopes: ReadonlySet<string>,
  organizations: ReadonlyMap<string, Organization>,
): ReadonlyArray<string> => {
  const way = (scope: string): string => {
    const names: Array<string> = []
    for (
      let at: string | undefined = scope;
      at !== undefined && !names.includes(at);
      at = organizations.get(at)?.parent
    )
      names.unshift(at)
    return names[0] === GLOBAL ? names.join(" ") : [GLOBAL, ...names].join(" ")
  }
  return [...scopes].toSorted((a, b) => compare(way(a), way(b)))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
