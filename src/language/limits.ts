/** `limit` and `budget`. */
import type { Budget, KeyPart, Limit } from "../domain/contract.ts"
import type { Findings } from "./findings.ts"
import { readOtherwise } from "./otherwise.ts"
import { readPath } from "./paths.ts"
import { choice, compact, duration, fields, number, oneOrMore } from "./read.ts"
import { ALGORITHMS, BUDGET_UNITS, BudgetMap, KEY_WORDS, LimitMap, OTHERWISE_OF_LIMITS } from "./schemas/effects.ts"
import { didYouMean } from "./suggest.ts"
import { inWords, type Node } from "./tree.ts"

export const readLimit = (findings: Findings, node: Node): Limit => {
  const read = fields(findings, node, LimitMap, "`limit`")
  const { get } = read
  const named = get("algorithm")
  const algorithm = choice(findings, named, ALGORITHMS, '"algorithm"')
  const max = number(findings, get("max"), '"max"', { above: 0 }) ?? 1
  const burst = number(findings, get("burst"), '"burst"', { above: 0 })
  if (burst !== undefined && (named === undefined || algorithm === "sliding"))
    findings.error(
      read.keySpan("burst"),
      "burst-without-gcra",
      "`burst` needs `algorithm: gcra`; a sliding limit never lets more than max through.",
    )
  return compact<Limit>({
    effect: "limit",
    max,
    within: duration(findings, get("within"), '"within"') ?? 1,
    per: readKey(findings, get("per")),
    burst: algorithm === "gcra" ? (burst ?? max) : undefined,
    cost: readCost(findings, get("cost")),
    algorithm: algorithm ?? "sliding",
    otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_LIMITS),
  })
}

const readCost = (findings: Findings, node: Node | undefined): Limit["cost"] =>
  node?.kind === "scalar" && typeof node.value === "string"
    ? { path: readPath(findings, node, '"cost"') }
    : (number(findings, node, '"cost"', { above: 0 }) ?? 1)

export const readBudget = (findings: Findings, node: Node): Budget => {
  const { get, at, keySpan, sound } = fields(findings, node, BudgetMap, "`budget`")
  const units = BUDGET_UNITS.filter((unit) => get(unit) !== undefined)
  if (units[1] !== undefined)
    findings.error(keySpan(units[1]), "several-units", "A budget has one unit; write a second budget.")
  if (units.length === 0 && sound)
    findings.error(at, "missing-key", `A budget needs one of ${BUDGET_UNITS.join(", ")}.`)
  const unit = units[0] ?? "usd"
  return {
    effect: "budget",
    unit,
    max: number(findings, get(unit), `"${unit}"`, { above: 0 }) ?? 1,
    per: readKey(findings, get("per")),
    within: duration(findings, get("within"), '"within"') ?? 1,
    otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_LIMITS),
  }
}

const readKey = (findings: Findings, node: Node | undefined): ReadonlyArray<KeyPart> =>
  oneOrMore(findings, node, '"per"').map((item): KeyPart => {
    const written = item.kind === "scalar" && typeof item.value === "string" ? item.value : ""
    const word = KEY_WORDS.find((known) => known === written)
    if (word !== undefined) return { kind: word }
    if (/^(?:data|\$)[.[]/.test(written)) return { kind: "data", path: readPath(findings, item, '"per"') }
    findings.error(
      item,
      "unknown-value",
      `"per" is ${KEY_WORDS.join(", ")}, a data path such as data.repository, or a list of them, not ${inWords(item)}.`,
      didYouMean(written, KEY_WORDS) ?? (/^[\w-]+$/.test(written) ? `Did you mean data.${written}?` : undefined),
    )
    return { kind: "org" }
  })
