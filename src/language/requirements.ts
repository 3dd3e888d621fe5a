/** `require_approval` and `require_votes`. */
import {
  DEFAULT_WITHIN_MS,
  type RequireApproval,
  type RequireVotes,
  type Resolution,
  type Selector,
} from "../domain/contract.ts"
import type { Findings } from "./findings.ts"
import { readOtherwise } from "./otherwise.ts"
import { readPath } from "./paths.ts"
import {
  choice,
  compact,
  duration,
  type Fields,
  fields,
  flag,
  list,
  mapOf,
  mapOr,
  number,
  oneOrMore,
  text,
} from "./read.ts"
import {
  OF_WORDS,
  OTHERWISE_OF_REQUIREMENTS,
  PluralityMap,
  RequireApprovalMap,
  RequireVotesMap,
  ResolutionMap,
  RESOLUTIONS,
} from "./schemas/effects.ts"
import { memberNameOf, selectors } from "./selectors.ts"
import { inWords, type Node, scalarAt } from "./tree.ts"

export const readApproval = (findings: Findings, node: Node): RequireApproval => {
  const read = fields(findings, mapOr("from", node), RequireApprovalMap, "`require_approval`")
  return {
    effect: "require_approval",
    from: selectors(findings, read.get("from"), '"from"'),
    ...readRequirement(findings, read),
  }
}

const readRequirement = (
  findings: Findings,
  { get }: Fields,
): Pick<RequireApproval, "within" | "otherwise" | "self"> => ({
  within: duration(findings, get("within"), '"within"') ?? DEFAULT_WITHIN_MS,
  otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_REQUIREMENTS),
  self: flag(findings, get("self"), '"self"') ?? false,
})

export const readVotes = (findings: Findings, node: Node): RequireVotes => {
  const read = fields(findings, node, RequireVotesMap, "`require_votes`")
  return readVote(findings, read, readResolution(findings, read))
}

/** How a vote is held, whoever asks for it. */
export const readVote = (
  findings: Findings,
  read: Fields,
  resolution: Resolution,
  unsaid: { readonly from: ReadonlyArray<Selector>; readonly of: RequireVotes["of"] } = NOTHING_UNSAID,
): RequireVotes => {
  const { get } = read
  const counted = get("of")
  const said = choice(findings, counted, OF_WORDS, '"of"')
  const of = said ?? unsaid.of
  const electors = get("from")
  const veto = get("veto")
  const same = get("same")
  const quorum = get("quorum")
  if (quorum !== undefined && of !== "cast" && (counted === undefined || said !== undefined))
    findings.error(
      read.keySpan("quorum"),
      "quorum-without-cast",
      "A quorum needs `of: cast`; otherwise everybody counts anyway.",
    )
  return compact<RequireVotes>({
    effect: "require_votes",
    from: electors === undefined ? unsaid.from : selectors(findings, electors, '"from"'),
    resolution,
    of,
    quorum: quorum && readQuorum(findings, quorum),
    weights: readWeights(findings, get("weights")),
    veto: veto && selectors(findings, veto, '"veto"'),
    delay: duration(findings, get("delay"), '"delay"'),
    ...readRequirement(findings, read),
    same: same && oneOrMore(findings, same, '"same"').map((item) => readPath(findings, item, '"same"')),
  })
}

const NOTHING_UNSAID = { from: [], of: "electorate" } as const

export const readResolution = (findings: Findings, { at, get, keySpan, sound }: Fields): Resolution => {
  const approvals = get("approvals")
  const resolution = get("resolution")
  if (approvals !== undefined && resolution !== undefined)
    findings.error(keySpan("resolution"), "several-resolutions", "A vote has either `approvals` or a `resolution`.")
  if (approvals !== undefined)
    return { kind: "approvals", approvals: number(findings, approvals, '"approvals"', { least: 1, whole: true }) ?? 1 }
  if (resolution === undefined) {
    if (sound)
      findings.error(
        at,
        "missing-key",
        '`require_votes` needs "approvals" (a number) or "resolution" (majority, unanimous, ...).',
      )
    return { kind: "majority" }
  }
  if (resolution.kind !== "map") {
    const word = choice(findings, resolution, RESOLUTIONS, '"resolution"') ?? "majority"
    return word === "supermajority" ? { kind: word, fraction: TWO_THIRDS } : { kind: word }
  }
  const read = fields(findings, resolution, ResolutionMap, '"resolution"')
  const share = read.get("supermajority")
  const plurality = read.get("plurality")
  if ((share === undefined) === (plurality === undefined))
    findings.error(resolution, "several-resolutions", "A resolution is one of supermajority and plurality.")
  if (share !== undefined) return { kind: "supermajority", fraction: readShare(findings, share) ?? TWO_THIRDS }
  const { get: of } = fields(findings, plurality ?? mapOf("options", resolution), PluralityMap, '"plurality"')
  const options = list(findings, of("options"), '"options"').map((item, index, items) => {
    const option = text(findings, item, "an option")
    const wrong = (what: string): void => findings.error(item, "wrong-options", `${JSON.stringify(option)} ${what}`)
    if (items.slice(0, index).some((other) => other.kind === "scalar" && other.value === option))
      wrong("is among the options twice, and would tie with itself.")
    if (option === "abstain") wrong("is no option: everybody can abstain as it is.")
    return option
  })
  return compact<Resolution & { kind: "plurality" }>({
    kind: "plurality",
    options,
    tieBreak: choice(findings, of("tie_break"), options, '"tie_break"'),
  })
}

const TWO_THIRDS = 2 / 3

/** `2/3`, `75%` or `0.75` → a number above 0.5 and up to 1. */
const readShare = (findings: Findings, node: Node): number | undefined => {
  const written = node.kind === "scalar" ? node.value : undefined
  const fraction = typeof written === "string" ? /^(\d+)\/(\d+)$/.exec(written) : null
  const percent = typeof written === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(written) : null
  const share = fraction ? Number(fraction[1]) / Number(fraction[2]) : percent ? Number(percent[1]) / 100 : written
  if (typeof share === "number" && share > 0.5 && share <= 1) return share
  findings.error(
    node,
    "out-of-range",
    `A supermajority is more than one half and at most all: 2/3, 75% or 0.75, not ${inWords(node)}.`,
  )
  return undefined
}

const readQuorum = (findings: Findings, node: Node): RequireVotes["quorum"] => {
  const percent =
    node.kind === "scalar" && typeof node.value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(node.value) : null
  if (percent === null) return { voters: number(findings, node, '"quorum"', { least: 1, whole: true }) ?? 1 }
  const share = Number(percent[1]) / 100
  if (share <= 0 || share > 1) findings.error(node, "out-of-range", "A quorum is above 0% and up to 100%.")
  return { share }
}

const readWeights = (findings: Findings, node: Node | undefined): RequireVotes["weights"] => {
  if (node === undefined) return undefined
  if (node.kind !== "map") return choice(findings, node, ["members"], '"weights"')
  const read = node.entries.map(({ key, keySpan, value }) => ({
    name: memberNameOf(findings, scalarAt(key, keySpan), "a name"),
    weight: number(findings, value, `the weight of ${key}`, { least: 0 }) ?? 1,
    keySpan,
  }))
  return findings.placed(
    Object.fromEntries(read.map(({ name, weight }) => [name, weight])),
    node,
    Object.fromEntries(read.map(({ name, keySpan }) => [name, keySpan])),
  )
}
