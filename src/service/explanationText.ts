/** The words of an explanation. Pure, so that they are the same a year later. */
import type { LimitUse, Verdict } from "../domain/decision.ts"
import { durationInWords } from "../domain/duration.ts"
import { requesterOf } from "../domain/event.ts"
import { onOneLine } from "../domain/lineBreaks.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Definitions } from "../kernel/definitions.ts"
import type { ExplainedContract, VerdictFlip } from "../kernel/explanation.ts"
import { keyInWords } from "../kernel/keys.ts"
import { neededApprovals } from "../kernel/tally.ts"
import type { FactChange } from "../language/conditions/changes.ts"
import type { ExplainedLeaf, ExplainedNode } from "../language/conditions/explain.ts"
import { ANOTHER } from "../language/conditions/witnesses.ts"
import { conditionPhrase } from "../language/describe/conditions.ts"
import type { ProposalView } from "../log/Projections.ts"
import type { HoldEnd } from "./explanation.ts"

export interface ExplanationParts {
  readonly record: LogRecord
  readonly definitions: Definitions
  readonly contracts: ReadonlyArray<ExplainedContract>
  readonly flips: ReadonlyArray<VerdictFlip>
  readonly proposals: ReadonlyArray<ProposalView>
  readonly end?: HoldEnd
}

export const explanationText = (parts: ExplanationParts): string => {
  const { record, contracts, flips, proposals, end } = parts
  const { event, decision } = record
  const lines = [headline(parts), `  ${who(parts)}`]
  if (decision !== undefined) lines.push(`  Decided under revision ${decision.revision.slice(0, 12)} of the contracts.`)
  const reason = end === undefined ? decision?.reason : undefined
  if (reason !== undefined) lines.push(`  Reason: ${reason}.`)

  const spoke = contracts.filter(({ matched }) => matched)
  if (spoke.length > 0) lines.push("", "Contracts that apply:")
  for (const contract of spoke) lines.push(...contractText(contract))
  const silent = contracts.filter(({ matched }) => !matched)
  if (silent.length > 0) lines.push("", "Contracts that look at this type of event, but do not apply:")
  for (const contract of silent) lines.push(...contractText(contract))
  if (contracts.length === 0) lines.push("", `No contract looks at "${event.type}" in ${event.org}.`)

  const waited = proposals.filter(({ motion }) => motion === undefined)
  if (waited.length > 0) lines.push("", "What it waited for:")
  for (const proposal of waited) lines.push(...proposalText(proposal))
  if (end !== undefined)
    lines.push("", `Then, at ${end.time}: ${END_WORDS[end.type] ?? end.type}, because ${end.reason}.`)
  if (end !== undefined && decision !== undefined && end.decision.revision !== decision.revision)
    lines.push(`  That was decided under revision ${end.decision.revision.slice(0, 12)}.`)
  if (decision?.wouldBe !== undefined)
    lines.push("", `Were the contracts in shadow enforced, it would have been ${VERDICT_WORDS[decision.wouldBe]}.`)

  const opened = proposals.filter(({ motion }) => motion !== undefined)
  if (opened.length > 0) lines.push("", "What it opened:")
  for (const proposal of opened) lines.push(...proposalText(proposal))
  const made = [...(decision?.tasks ?? []), ...(end?.decision.tasks ?? [])]
  if (made.length > 0) lines.push("", `Tasks that follow from it: ${made.join(", ")}.`)
  if (flips.length > 0) lines.push("", "It would have come out otherwise:")
  for (const flip of flips)
    lines.push(`  - ${VERDICT_WORDS[flip.verdict]} if ${flip.changes.map(changeText).join(", and ")}`)
  const free = spoke.flatMap(({ limits = [] }) =>
    limits.flatMap(({ freeAt }) => (freeAt === undefined ? [] : [freeAt])),
  )
  if (decision?.rule === "limit" && free.length > 0)
    lines.push(
      ...(flips.length > 0 ? [] : ["", "It would have come out otherwise:"]),
      `  - the same request fits again at ${new Date(Math.max(...free)).toISOString()}`,
    )
  return lines.map(onOneLine).join("\n")
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  allow: "allowed",
  deny: "denied",
  hold: "held",
  expired: "expired",
}

const END_WORDS: Readonly<Record<string, string>> = {
  "hold.released": "it was let through",
  "hold.denied": "it was denied",
  "hold.expired": "it expired",
  "hold.cancelled": "it was cancelled",
}

const headline = ({ record: { event, decision }, end }: ExplanationParts): string => {
  const verdict = end?.decision.verdict ?? decision?.verdict
  const what = `"${event.type}"${event.subject === undefined ? "" : ` on ${event.subject}`} in ${event.org}`
  return verdict === undefined
    ? `${what} was recorded.`
    : `${what} ${verdict === "expired" ? "expired" : `was ${VERDICT_WORDS[verdict]}`}.`
}

const who = ({ record: { event, decision } }: ExplanationParts): string => {
  const asker = requesterOf(event.actor)
  const roles = asker.roles.length === 0 ? "" : `, ${asker.roles.join(", ")}`
  const through = event.actor.onbehalf === undefined ? "" : ` through ${event.actor.name}`
  const rule = RULE_WORDS[decision?.rule ?? ""] ?? ""
  return `Event ${event.id} (number ${event.seq}) by ${asker.name} (${asker.kind}${roles})${through}, at ${event.time}${rule}.`
}

const RULE_WORDS: Readonly<Record<string, string | undefined>> = {
  default: "; no contract decided it, so the organization's default did",
  change:
    "; no contract denies this change of the rules or asks anybody, so the daemon's own rule decided (charter/changes): what is executed for an agent, and what more of the daemon's environment verifies a webhook, needs an operator; of the rest, what an operator, a human member for himself, or an operator's link asks for passes, and all else waits for a human of the organization, in @global for the operator",
}

const contractText = (contract: ExplainedContract): ReadonlyArray<string> => {
  const title = contract.title === undefined ? "" : `${contract.title} `
  const role = contract.shadow ? " (in shadow: only watched)" : contract.decided ? " (it decided)" : ""
  return [
    `  ${contract.matched ? "+" : "-"} ${title}${contract.contract}  ${contract.file}:${contract.line}${role}`,
    ...(contract.when === undefined ? ["      it has no condition"] : nodeText(contract.when, 3)),
    ...(contract.limits ?? []).map((use) => `      ${limitText(use)}`),
  ]
}

const nodeText = (node: ExplainedNode, depth: number): ReadonlyArray<string> => {
  const indent = "  ".repeat(depth)
  const mark = node.result === true ? "yes" : node.result === false ? "no " : "?  "
  switch (node.kind) {
    case "leaf":
      return [`${indent}${mark} ${conditionPhrase(node.leaf)}${seenText(node)}`]
    case "not":
      return [`${indent}${mark} not:`, ...nodeText(node.part, depth + 1)]
    case "condition":
      return [`${indent}${mark} "${node.name}":`, ...nodeText(node.part, depth + 1)]
    default:
      if (node.parts.length === 1 || (node.kind === "all" && depth === 3))
        return node.parts.flatMap((part) => nodeText(part, depth))
      return [
        `${indent}${mark} ${node.kind === "all" ? "all of:" : "any of:"}`,
        ...node.parts.flatMap((part) => nodeText(part, depth + 1)),
      ]
  }
}

/** Longest value shown, in characters. */
const MAX_VALUE_LENGTH = 80

const seenText = (leaf: ExplainedLeaf): string => {
  if (leaf.unavailable !== undefined) return `  (${leaf.unavailable})`
  if (leaf.missing) return "  (it is missing)"
  const counted =
    leaf.counter !== undefined && leaf.counter.keep === undefined && typeof leaf.seen === "number"
      ? ", counted in hundredths of the window"
      : ""
  return leaf.result === true && leaf.leaf.operator === "equal" ? "" : `  (it is ${valueText(leaf.seen)}${counted})`
}

const valueText = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "missing"
  return text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH - 1)}…`
}

const limitText = (use: LimitUse): string =>
  `limit of ${use.max}: ${use.used} used before by ${keyInWords(use.key)}${use.exceeded ? "; this one did not fit" : ""}`

const proposalText = (proposal: ProposalView): ReadonlyArray<string> => {
  const { resolution } = proposal
  const needed =
    resolution.kind === "plurality"
      ? `a choice between ${resolution.options.join(", ")}`
      : neededApprovals(resolution, proposal.electorate.length)
  const names = proposal.electorate.map(({ name }) => name).join(", ")
  const time = durationInWords(Date.parse(proposal.deadline) - Date.parse(proposal.opened))
  const state = proposal.option === undefined ? proposal.state : `${proposal.state}: ${proposal.option}`
  return [
    `  ${proposal.id} (${state}): ${needed} of ${names}, within ${time}, until ${proposal.deadline}`,
    ...proposal.votes.map(
      (vote) =>
        `      ${vote.by}: ${vote.choice}${vote.bystanding === undefined ? "" : ` by the standing approval ${vote.bystanding}`}${vote.reason === undefined ? "" : `, "${vote.reason}"`}, at ${vote.at}`,
    ),
    ...(proposal.reason === undefined ? [] : [`      ${proposal.state}, because ${proposal.reason}`]),
  ]
}

const changeText = (change: FactChange): string => {
  const path = (change.path ?? "").replace(/^\$/, "")
  const what =
    change.counter === undefined
      ? `${change.fact}${path}`
      : `the ${change.fact}${change.params?.of === undefined ? "" : ` of ${change.params.of}`}`
  if (change.remove === true) return `${what} were missing`
  const from = change.from === undefined ? "missing" : valueText(change.from)
  return `${what} were ${change.to === ANOTHER ? "something else" : valueText(change.to)} (it was ${from})`
}
