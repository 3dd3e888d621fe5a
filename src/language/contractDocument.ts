/** A contract's document → its normal form. */
import type { Contract } from "../domain/contract.ts"
import { contractFullName, isKebabCase, isOrganizationName } from "../domain/names.ts"
import { readCondition } from "./conditionTree.ts"
import { readEffects } from "./effects.ts"
import type { Findings } from "./findings.ts"
import { choice, compact, eventPattern, fields, instant, number, oneOrMore, optionalText, text } from "./read.ts"
import { ContractDocument, MODES } from "./schemas/contract.ts"
import { memberNameOf } from "./selectors.ts"
import type { Node } from "./tree.ts"
import { versionOf } from "./version.ts"

/** A document with errors gives a contract, too, with placeholders; the caller drops it. */
export const readContract = (findings: Findings, node: Node): Contract => {
  const { get, keySpan } = fields(findings, node, ContractDocument, "a contract")
  const id = readId(findings, get("contract"))
  const scope = readOrganizationName(findings, get("scope"), "the scope")
  const on = oneOrMore(findings, get("on"), '"on"').map((item) => eventPattern(findings, item, "an event pattern"))
  const when = get("when")
  const then = get("then")
  const owner = get("owner")
  const from = instant(findings, get("from"), '"from"')
  const until = instant(findings, get("until"), '"until"')
  if (from !== undefined && until !== undefined && until <= from)
    findings.error(keySpan("until"), "empty-period", "`until` is not after `from`, so the contract is never valid.")
  const content = compact<Omit<Contract, "version" | "position">>({
    fullName: contractFullName(scope, id),
    id,
    name: optionalText(findings, get("name"), "the name"),
    description: optionalText(findings, get("description"), "the description"),
    scope,
    on,
    when: when && readCondition(findings, when, '"when"'),
    then: then === undefined ? [] : readEffects(findings, then),
    mode: choice(findings, get("mode"), MODES, "the mode") ?? "enforce",
    priority: number(findings, get("priority"), "the priority", { whole: true }) ?? 0,
    owner: owner && memberNameOf(findings, owner, "the owner"),
    from,
    until,
  })
  const at = get("contract") ?? node
  const contract = { ...content, version: versionOf(content), position: findings.position(at.start) }
  return findings.placed(contract, at, { scope: get("scope"), on: get("on"), owner })
}

const readId = (findings: Findings, node: Node | undefined): string => {
  const id = text(findings, node, "the contract's id")
  if (node !== undefined && id !== "" && !isKebabCase(id)) {
    const kebab = id
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
    const suggestion = isKebabCase(kebab) ? `Write ${kebab}.` : undefined
    findings.error(node, "wrong-name", "A contract's id is lower-case words joined by hyphens.", suggestion)
  }
  return id
}

export const readOrganizationName = (findings: Findings, node: Node | undefined, what: string): string => {
  const name = text(findings, node, what)
  if (node !== undefined && name !== "" && !isOrganizationName(name)) {
    const meant = `@${name
      .replace(/^@/, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")}`
    const suggestion = isOrganizationName(meant) ? `Write "${meant}".` : undefined
    findings.error(node, "wrong-name", 'An organization is written with its sign: "@review-team".', suggestion)
  }
  return name
}
