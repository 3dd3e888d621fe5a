/** What becomes of a requirement or a limit that was not met, and the levels of an escalation. */
import type { EscalationLevel, Otherwise } from "../domain/contract.ts"
import { structuredCall } from "./callArguments.ts"
import { looksLikeCall, parseCall } from "./callForm.ts"
import type { Findings } from "./findings.ts"
import { checkInterpolation, EVENT_ROOTS } from "./interpolation.ts"
import { choice, compact, duration, fields, mapOf, optionalText } from "./read.ts"
import { EscalateMap, LevelMap } from "./schemas/effects.ts"
import { selectors } from "./selectors.ts"
import type { Node } from "./tree.ts"

export const readOtherwise = (
  findings: Findings,
  node: Node | undefined,
  words: ReadonlyArray<"deny" | "defer">,
): Otherwise => {
  if (node === undefined) return "deny"
  if (node.kind === "map") {
    const { get } = fields(findings, node, EscalateMap, '"otherwise"')
    const levels = get("escalate")
    return levels === undefined ? "deny" : { escalate: readLevels(findings, levels) }
  }
  if (node.kind === "scalar" && typeof node.value === "string" && looksLikeCall(node.value)) {
    const call = parseCall(findings, node)
    if (call === undefined) return "deny"
    if (call.name === "escalate") {
      const structured = structuredCall(findings, call, node)
      return structured === undefined ? "deny" : { escalate: readLevels(findings, structured) }
    }
  }
  if (node.kind === "scalar" && node.value === "defer" && !words.includes("defer")) {
    findings.error(node, "unknown-value", "Only limits and budgets can `defer`.")
    return "deny"
  }
  return choice(findings, node, [...words, "escalate(..)"], '"otherwise"') === "defer" ? "defer" : "deny"
}

export const readLevels = (findings: Findings, node: Node): ReadonlyArray<EscalationLevel> => {
  const areLevels = node.kind === "list" && node.items.some((item) => item.kind === "map")
  if (node.kind === "list" && areLevels) return node.items.map((item) => readLevel(findings, item))
  return [readLevel(findings, node.kind === "map" ? node : mapOf("to", node))]
}

const readLevel = (findings: Findings, node: Node): EscalationLevel => {
  const { get } = fields(findings, node, LevelMap, "`escalate`")
  checkInterpolation(findings, get("message"), EVENT_ROOTS)
  return findings.placed(
    compact<EscalationLevel>({
      to: selectors(findings, get("to"), '"to"'),
      after: duration(findings, get("after"), '"after"'),
      message: optionalText(findings, get("message"), '"message"'),
    }),
    node,
  )
}
